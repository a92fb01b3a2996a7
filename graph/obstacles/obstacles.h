/* What is in a plan's way outside of the snapshot it was made from: containers and networks of others. It is
 * looked for before anything is changed, since a plan that fails half-way has stopped what ran. */
#ifndef GRAPH_OBSTACLES_H
#define GRAPH_OBSTACLES_H

#include "graph/plan/plan.h"

/* What has to be looked at. */
struct obstacles {
	const char *
		*names; /* given by `container_name` to new containers, and nobody of the snapshot has them */
	size_t nnames;
	const char **
		ports; /* of the host, "8080/tcp": published by containers whose old one does not hold them */
	size_t nports;
	struct observed_network **remade; /* networks that change, of the snapshot: who is on them? */
	size_t nremade;
	struct observed_container **moved; /* containers of the snapshot whose places on those are needed */
	size_t nmoved;
	const char **named; /* containers outside of the snapshot that new ones name: are they there? */
	size_t nnamed;
	bool plugins;  /* drivers and runtimes: one is needed that not every engine has */
	bool networks; /* all networks: one is made with addresses of its own, or changes, or is named by a
			  mode */
};

/* What the plan, made from `seen`, asks for. Nothing for a plan that changes nothing. */
void obstacles_wanted(struct arena *arena, const struct plan *plan, const struct observed *seen,
	struct obstacles *ret_wanted);

/* Whether there is nothing to look at. */
bool obstacles_none(const struct obstacles *wanted);

/* Refuses a plan that `others` (containers and networks of the engine, of the project or not) are in the way
 * of: taken names and ports, strangers on a network that has to be remade, overlapping addresses; or that
 * name a network (`network_mode`), a container (`container:NAME`), a driver or a runtime which is not there.
 * Returns 0, or -1 with findings. */
int obstacles_refuse(struct arena *arena, const struct plan *plan, const struct observed *seen,
	const struct observed *others, struct errors *errors);

#endif
