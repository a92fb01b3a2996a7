/* Inside of a sync: its rules, and the way of files into containers (sync_send.c). */
#ifndef ENGINE_SYNC_INSIDE_H
#define ENGINE_SYNC_INSIDE_H

#include "engine/sync/sync.h"
#include "engine/sync/tree.h"
#include "graph/plan/observed.h"

/* A rule of a service, and what it watches. */
struct sync_rule {
	const struct service *service;
	const struct watch_rule *rule;
	struct tree_options files;
	struct tree *tree;
	bool initial;      /* all is brought at the start */
	unsigned failures; /* in a row */
};

/* Changes of a rule that go into the containers of its service. */
struct sync_batch {
	struct engine *engine;
	struct arena *arena; /* of this batch */
	struct errors *errors;
	const struct sync_rule *rule;
	const struct tree_change *changes;
	size_t nchanges;
	struct observed_container *const *containers;
	size_t ncontainers;
};

/* Removes what is gone, and sends what is there as one archive, into each container at the same time. Returns
 * 0, or -1 with findings. */
int sync_send(const struct sync_batch *batch);

/* Runs the rule's command in each container; its output is ours. */
int sync_exec(const struct sync_batch *batch);

#endif
