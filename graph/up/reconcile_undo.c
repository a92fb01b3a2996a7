/* What is taken back when a plan is cut short: by a gate that fails, or by an interrupt. */
#include "graph/up/reconcile_work.h"

struct undo *undo_add(struct work *work, enum op op, const struct service *service, const char *name)
{
	struct undo *undo = ARENA_PUSH(work->arena, work->undos, work->nundos);
	undo->op = op;
	undo->service = service;
	undo->name = name;
	return undo;
}

void undo_put_back(struct work *work, const struct existing *existing, struct step *skip)
{
	if (!existing->stop || !existing->stopped_early)
		return;
	const struct service *service = existing->task ? existing->task->service : NULL;
	struct undo *undo = undo_add(work, OP_CONTAINER_START, service, existing->seen->name);
	undo->reason = "stopped, but not replaced or restarted";
	undo->container = existing->seen;
	undo->success = existing->stop;
	undo->skip = existing->gone ? existing->gone : skip;
}

/* A container that comes back gets its networks first. */
static void need_connects(struct work *work, const struct undo *start)
{
	for (size_t i = 0; i < work->nundos; i++) {
		const struct undo *undo = &work->undos[i];
		if (undo->network && undo->container == start->container && undo->step)
			plan_need(work->plan, start->step, undo->step, ON_END);
	}
}

/* What still works on the container that is taken back ends first: its uploads and connects stand between its
 * create and its start. */
static void need_ends(struct work *work, const struct undo *undo)
{
	for (size_t i = undo->target ? undo->target->number : undo->skip->number; i + 1 < undo->skip->number;
		i++)
		if (work->plan->steps[i]->target == undo->target)
			plan_need(work->plan, undo->step, work->plan->steps[i], ON_END);
}

void undos_emit(struct work *work)
{
	for (size_t i = 0; i < work->nundos; i++) {
		struct undo *undo = &work->undos[i];
		struct step *step = plan_add(work->plan, undo->op, undo->name, undo->reason);
		step->undo = true;
		step->service = undo->service;
		step->target = undo->target;
		step->container = undo->container;
		step->network.wanted = undo->network;
		step->network.attachment = undo->attachment;
		step->ending.remove_volumes = undo->remove_volumes;
		plan_need(work->plan, step, undo->success, ON_SUCCESS);
		plan_need(work->plan, step, (struct step *)undo->skip, ON_SKIP);
		undo->step = step;
		if (op_traits[undo->op].starts)
			need_connects(work, undo);
		if (op_traits[undo->op].removes)
			need_ends(work, undo);
	}
}
