/* Drivers and runtimes that a plan needs and the engine may not have. */
#ifndef GRAPH_OBSTACLES_PLUGIN_H
#define GRAPH_OBSTACLES_PLUGIN_H

#include "graph/plan/plan.h"

/* Whether the step needs a driver or runtime that not every engine has. */
bool plugin_needed(const struct step *step);

/* Refuses a step whose driver or runtime is not among those that were seen, with the place in the file. One
 * that the engine may load when it is asked for it (`whole` is false) is none. */
void plugin_refuse(struct arena *arena, const struct step *step, const struct observed_plugins *seen,
	struct errors *errors);

#endif
