/* Hooks of a service as steps of a plan: commands that run in a container after its start and before its
 * stop.
 */
#ifndef GRAPH_HOOKS_H
#define GRAPH_HOOKS_H

#include "graph/plan/plan.h"

/* Adds the post_start hooks of the step's service behind a start step, one after the other. Returns the last
 * of them, or `start` itself when there are none. */
struct step *hooks_after_start(struct plan *plan, struct step *start);

/* Puts the pre_stop hooks of their services before all stop and restart steps of a plan, undo steps too. A
 * hook that fails makes the plan fail, but the stop goes on. To be called once, when everything else is
 * planned. */
void hooks_before_stops(struct plan *plan);

/* The container of a pre_start hook, as a service of its own: with the networks and the environment of the
 * service, but no place that only one can have (ports, addresses, aliases), and by the image's own
 * entrypoint. What an image of its own says of the user counts, else what the service says. The arena's;
 * borrows from the service. (compose-spec: services, pre_start; graph/plan/hook_service.c) */
const struct service *hook_service(struct arena *arena, const struct service *service, size_t index);

#endif
