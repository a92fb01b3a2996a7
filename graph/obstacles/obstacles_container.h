/* Containers that a plan's new containers name (`network_mode`, `pid`, `ipc`, `volumes_from`: container:NAME)
 * and that the engine may not have. */
#ifndef GRAPH_OBSTACLES_CONTAINER_H
#define GRAPH_OBSTACLES_CONTAINER_H

#include "graph/plan/plan.h"

/* Adds to *ret_names (arena) each container, by name or id, that the step's service names and that is neither
 * in `seen` nor made by the plan. */
void obstacles_container_wanted(struct arena *arena, const struct plan *plan, const struct step *step,
	const struct observed *seen, const char ***ret_names, size_t *ret_count);

/* Refuses a step that names a container which is not among `others` either, with the place in the file. */
void obstacles_container_refuse(struct arena *arena, const struct plan *plan, const struct step *step,
	const struct observed *seen, const struct observed *others, struct errors *errors);

#endif
