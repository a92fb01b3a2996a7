/* Planners of what is there, as it is: `start`, `restart`, `pause`, `unpause`. Nothing is made, changed or
 * removed; the file counts for the order, the gates and the hooks. */
#ifndef GRAPH_AGAIN_H
#define GRAPH_AGAIN_H

#include "graph/dag/dag.h"
#include "graph/plan/plan.h"

enum again { AGAIN_START, AGAIN_RESTART, AGAIN_PAUSE, AGAIN_UNPAUSE };

struct again_options {
	enum again what;
	bool named;             /* services were named: each of these has a container, and a task that is done
				 * runs again when it was named itself (dag_vertex.literal) */
	bool no_deps;           /* _RESTART: what asks to be restarted with a service is left alone */
	bool wait;              /* _START: gates for every selected service */
	bool shared_files;      /* as reconcile_options */
	struct opt_int timeout; /* _RESTART: grace of the stops, ns */
};

/* The plan for the containers of the selected services, one-offs excepted.
 *   _START    those that do not run start when what their service waits for is ready; a one-shot that is done
 *             stays so unless it was named itself
 *   _RESTART  all, those that have ended, too; with them the services that ask for it (which are selected
 *             then)
 *   _PAUSE, _UNPAUSE  all that run; one that is so already is a fault of the plan
 * Who starts and restarts the containers of a service with a provider is the provider: neither plan has them.
 * Returns 0, or -1 with findings: a service that has no container to start, or lacks those of one that it
 * waits for. */
int again_plan(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct again_options *options, struct plan **ret_plan, struct errors *errors);

/* A project as the labels of its containers tell it, for who has no file: services with what they depend on.
 * What the labels leave open is taken as docker compose does: required, and restarted with the other.
 * (again_labels.c) */
const struct project *again_project(struct arena *arena, const char *name, const struct observed *seen);

#endif
