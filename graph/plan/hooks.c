#include "graph/plan/hooks.h"

struct step *hooks_after_start(struct plan *plan, struct step *start)
{
	const struct service *service = start->service;
	struct step *last = start;
	for (size_t i = 0; service && i < service->npost_start; i++) {
		struct step *step = plan_add(plan, OP_CONTAINER_EXEC, start->name, "post_start");
		step->service = service;
		step->exec.hook = service->post_start[i];
		step->container = start->container;
		step->target = start->target;
		step->number_of = start->number_of;
		plan_need(plan, step, last, ON_SUCCESS);
		step->follows = last; /* the next `up` finds a running container and would not run it */
		last = step;
	}
	return last;
}

/* The hooks of one stop: they wait for what it waits for, and it waits for them as well. */
static void before_stop(struct plan *plan, struct step *stop)
{
	const struct service *service = stop->service;
	struct step *last = NULL;
	size_t nneeds = stop->nneeds;
	for (size_t i = 0; i < service->npre_stop; i++) {
		struct step *step = plan_add_before(plan, stop, OP_CONTAINER_EXEC, stop->name, "pre_stop");
		step->service = service;
		step->exec.hook = service->pre_stop[i];
		step->container = stop->container;
		step->target = stop->target;
		step->number_of = stop->number_of;
		for (size_t n = 0; n < nneeds; n++)
			plan_need(plan, step, stop->needs[n].on, stop->needs[n].release);
		plan_need(plan, step, last, ON_END);
		last = step;
	}
	plan_need(plan, stop, last, ON_END);
}

void hooks_before_stops(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct step *step = plan->steps[i];
		if (!op_traits[step->op].pre_stop || !step->service || !step->service->npre_stop)
			continue;
		before_stop(plan, step);
		i = step->number - 1; /* it has moved back */
	}
}
