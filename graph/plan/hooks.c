#include "graph/plan/hooks.h"

/* Makes `step` the hook that belongs to a start or a stop. */
static struct step *fill_hook(struct step *step, const struct step *of, const struct hook *hook)
{
	step->service = of->service;
	step->exec.hook = hook;
	step->container = of->container;
	step->target = of->target;
	step->number_of = of->number_of;
	return step;
}

struct step *hooks_after_start(struct plan *plan, struct step *start)
{
	const struct service *service = start->service;
	struct step *last = start;
	for (size_t i = 0; service && i < service->npost_start; i++) {
		struct step *step = (start->undo ? plan_add_undo : plan_add)(
			plan, OP_CONTAINER_EXEC, start->name, "post_start");
		fill_hook(step, start, service->post_start[i]);
		plan_need(plan, step, last, ON_SUCCESS);
		if (start->undo)
			plan_need(plan, step, last, ON_BEGUN);
		step->follows = last; /* the next `up` finds a running container and would not run it */
		/* A one-off may have ended before its hook has: its own status counts. What is put back had
		 * hooks of a former file. */
		step->may_fail = start->undo || (start->target && start->target->create.oneoff);
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
		struct step *step =
			stop->undo ? plan_add_undo(plan, OP_CONTAINER_EXEC, stop->name, "pre_stop")
				   : plan_add_before(plan, stop, OP_CONTAINER_EXEC, stop->name, "pre_stop");
		fill_hook(step, stop, service->pre_stop[i]);
		step->exec.before_stop = true;
		for (size_t n = 0; n < nneeds; n++)
			plan_need_like(plan, step, &stop->needs[n]);
		plan_need(plan, step, last, ON_END);
		last = step;
	}
	plan_need(plan, stop, last, ON_END);
}

static bool has_pre_stop(const struct step *step)
{
	return op_traits[step->op].pre_stop && step->service && step->service->npre_stop;
}

void hooks_before_stops(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct step *step = plan->steps[i];
		if (!has_pre_stop(step))
			continue;
		before_stop(plan, step);
		i = step->number - 1; /* it has moved back */
	}
	for (size_t i = 0, nundos = plan->nundos; i < nundos; i++)
		if (has_pre_stop(plan->undos[i]))
			before_stop(plan, plan->undos[i]);
}
