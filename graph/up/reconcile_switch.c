/* Replacing a container start-first. The new one is made and started beside the old one, under a temporary
 * name, and passes a gate of its own. Then it takes over: it gets the name, and the old one, under the name
 * of one that was put aside, leaves its networks and comes back to them without aliases, so that nobody finds
 * it any more while it ends what it is at. After that it is stopped, and removed as any other (see
 * reconcile_replace.c). */
#include "compose/tree/value.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

#define DRAIN INT64_C(5000000000) /* ns, unless x-flow.replace.drain says otherwise */

/* A network that the old container is on, or was. */
struct place {
	struct net *net;
	const struct attachment *attachment;  /* NULL: of the applications */
	const struct observed_attachment *at; /* NULL: an earlier run has taken it off */
};

/* The switch under way: its steps come one after the other, and once it has begun no interrupt comes between.
 */
struct handover {
	struct work *work;
	struct task *task;
	struct replica *replica;
	struct existing *old;
	struct step *first, *sure; /* the last one that has to succeed; the gate at first */
	struct step *last;         /* the one after it, which may fail; or NULL */
};

bool replica_switches(const struct task *task, const struct existing *old)
{
	return task->start_first && old->seen->state == CONTAINER_RUNNING;
}

/* All networks of the service that are there. */
static struct place *places_of(
	const struct work *work, const struct task *task, const struct existing *existing, size_t *ret_count)
{
	struct place *places = ARENA_ARRAY(work->arena, struct place, task->nattachments + 1);
	size_t count = 0;
	for (size_t i = 0; i <= task->nattachments; i++) {
		bool own = i < task->nattachments;
		struct net *net = own ? task->nets[i] : task->applications;
		const struct observed_attachment *at = net && net->seen ? net_place(net, existing) : NULL;
		if (net && net->seen && !net->renew && (at || existing->away))
			places[count++] = (struct place){ net, own ? task->attachments[i] : NULL, at };
	}
	*ret_count = count;
	return places;
}

static const char *name_by_now(const struct existing *existing)
{
	return existing->aside ? existing->aside->new_name : existing->seen->name;
}

/* Moves a container off a network or onto it. */
static struct step *place_move(struct step *step, const struct place *place, const struct existing *existing)
{
	net_move(step, place->net, existing);
	step->number_of = existing->seen->number;
	step->network.seen = place->net->seen;
	return step;
}

/* Makes the step wait for those before: for what may fail only until it is over. */
static void handover_need(const struct handover *handover, struct step *step)
{
	plan_need(handover->work->plan, step, handover->sure, ON_SUCCESS);
	plan_need(handover->work->plan, step, handover->last, ON_END);
}

/* Nothing comes between the one before and this one. */
static void handover_step(struct handover *handover, struct step *step)
{
	handover_need(handover, step);
	step->follows = handover->first;
	handover->first = handover->first ? handover->first : step;
	handover->sure = step->may_fail ? handover->sure : step;
	handover->last = step->may_fail ? step : NULL;
}

/* The old container gives its name away, and the new one, now called `name`, gets it. */
static void hand_name(struct handover *handover, const char *name)
{
	struct work *work = handover->work;
	struct replica *replica = handover->replica;
	struct existing *old = handover->old;
	if (!old->away) {
		old->aside = plan_add(work->plan, OP_CONTAINER_RENAME, old->seen->name, NULL);
		old->aside->service = handover->task->service;
		old->aside->number_of = replica->number;
		old->aside->new_name = existing_away_name(work, old, replica->name);
		old->aside->container = old->seen;
		handover_step(handover, old->aside);
	}
	if (strcmp(name, replica->name) != 0)
		handover_step(handover, replica_rename(work, handover->task, replica, name, NULL));
}

/* The old container comes back to its networks without aliases. */
static void hand_aliases(struct handover *handover, const struct place *places, size_t count)
{
	struct plan *plan = handover->work->plan;
	struct existing *old = handover->old;
	for (size_t i = 0; i < count; i++) {
		if (!places[i].at)
			continue;
		handover_step(handover, place_move(plan_add(plan, OP_NETWORK_DISCONNECT, name_by_now(old),
							   "its successor is ready"),
						&places[i], old));
		struct step *join =
			place_move(plan_add(plan, OP_NETWORK_CONNECT, name_by_now(old), "without aliases"),
				&places[i], old);
		join->network.former = places[i].at;
		join->network.apart = join->network.renewed = true;
		join->may_fail = true; /* it is on its way out anyhow */
		handover_step(handover, join);
	}
}

/* Time to end what it is at, and the stop. */
static void hand_over(struct handover *handover)
{
	struct work *work = handover->work;
	struct existing *old = handover->old;
	const struct opt_int *asked = &handover->task->service->flow->replace->drain;
	int64_t ns = asked->set ? asked->value : DRAIN;
	struct step *stop = existing_stop(work, old, handover->replica->reason, NULL);
	if (ns) {
		struct step *drain = plan_add_before(work->plan, stop, OP_CONTAINER_DRAIN, name_by_now(old),
			arena_printf(work->arena, "%s to end what it is at",
				value_duration_text(work->arena, ns)));
		drain->service = handover->task->service;
		drain->container = old->seen;
		drain->number_of = handover->replica->number;
		drain->ending.drain = ns;
		drain->may_fail = true; /* an interrupt ends it */
		handover_need(handover, drain);
		plan_need(work->plan, stop, drain, ON_END);
	}
	handover_step(handover, stop);
	stop->name = name_by_now(old);
}

/* The undo steps of one place, after `before` (may be NULL): off it, where the container has come back to it
 * without aliases, and onto it as it was. Returns the last one; `before` where nothing was done. */
static struct step *undo_place(struct work *work, const struct place *place, const struct existing *old,
	const struct turn *turn, struct step *before)
{
	struct step *left = NULL, *joined = NULL;
	for (size_t i = 0; i < work->plan->count; i++) {
		struct step *step = work->plan->steps[i];
		if (step->container != old->seen || step->network.wanted != place->net->network)
			continue;
		left = op_traits[step->op].leaves ? step : left;
		joined = op_traits[step->op].joins ? step : joined;
	}
	for (size_t i = 0; (left || old->away) && i < 2; i++) {
		struct step *undo =
			place_move(plan_add_undo(work->plan, i ? OP_NETWORK_CONNECT : OP_NETWORK_DISCONNECT,
					   name_by_now(old), "its successor has failed"),
				place, old);
		plan_need(work->plan, undo, left, old->away ? ON_END : ON_BEGUN);
		plan_need(work->plan, undo, joined, ON_END);
		plan_need(work->plan, undo, turn->step, turn->release);
		plan_need(work->plan, undo, before, ON_END);
		undo->may_fail = !i; /* when it has not come back, it need not leave */
		undo->network.attachment = place->attachment;
		undo->network.former = old->away ? NULL : place->at;
		undo->network.renewed = true;
		before = undo;
	}
	return before;
}

struct step *places_undo(struct work *work, const struct task *task, struct existing *old,
	const struct turn *turn, struct step *start)
{
	size_t count;
	const struct place *places = places_of(work, task, old, &count);
	struct step *last = NULL;
	for (size_t i = 0; i < count; i++)
		last = undo_place(work, &places[i], old, turn, last);
	if (start)
		plan_need(work->plan, start, last, ON_END);
	return last;
}

/* When the container has left that place and does not come back to it, it gets the one it had. */
static void undo_return(
	struct work *work, const struct place *place, const struct existing *existing, struct step *join)
{
	struct step *undo =
		place_move(plan_add_undo(work->plan, OP_NETWORK_CONNECT, existing->seen->name, "as it was"),
			place, existing);
	undo->network.attachment = place->attachment;
	undo->network.former = place->at;
	undo->network.renewed = true;
	plan_need(work->plan, undo, join->needs[0].on, ON_BEGUN);
	plan_need(work->plan, undo, join, ON_FAILURE);
}

void places_return(struct work *work, const struct task *task, const struct replica *replica)
{
	struct existing *existing = replica->now;
	size_t count;
	const struct place *places =
		order_asked(task->service) ? places_of(work, task, existing, &count) : NULL;
	struct step *last = NULL;
	for (size_t i = 0; places && i < count; i++) {
		const char *reason = "put aside by a run that was cut short";
		if (!places[i].at)
			continue; /* networks_connect has seen that it lacks it */
		struct step *leave =
			place_move(plan_add(work->plan, OP_NETWORK_DISCONNECT, existing->seen->name, reason),
				&places[i], existing);
		plan_need(work->plan, leave, last, ON_SUCCESS);
		leave->follows = last;
		if (!last) /* as the rename does */
			*ARENA_PUSH(work->arena, work->name_waits, work->nname_waits) =
				(struct name_wait){ leave, replica->name, existing };
		last = place_move(plan_add(work->plan, OP_NETWORK_CONNECT, existing->seen->name, reason),
			&places[i], existing);
		last->network.attachment = places[i].attachment;
		last->follows = leave;
		plan_need(work->plan, last, leave, ON_SUCCESS);
		undo_return(work, &places[i], existing, last);
	}
	plan_need(work->plan, replica->rename, last, ON_SUCCESS);
}

/* The way back: the old container gets its aliases and starts again if it was stopped, then the new one goes,
 * then the old one gets its name. What was not done is not undone. */
static void take_back(
	struct work *work, struct task *task, struct replica *replica, struct existing *old, struct turn turn)
{
	const char *reason = "its successor has failed";
	const char *name = old->away ? replica->name : old->seen->name;
	struct step *start = plan_add_undo(work->plan, OP_CONTAINER_START, name_by_now(old), reason);
	start->service = task->service;
	start->container = old->seen;
	plan_need(work->plan, start, old->stop, ON_SUCCESS);
	plan_need(work->plan, start, turn.step, turn.release);
	turn.after[0] = places_undo(work, task, old, &turn, start);
	turn.after[1] = start;
	old->way_back.start = start;
	struct step *gone = replica_take_back(work, replica, &turn);
	struct step *rename = plan_add_undo(work->plan, OP_CONTAINER_RENAME, name_by_now(old), reason);
	rename->service = task->service;
	rename->container = old->seen;
	rename->new_name = name;
	plan_need(work->plan, rename, old->aside, ON_SUCCESS);
	plan_need(work->plan, rename, turn.step, turn.release);
	plan_need(work->plan, rename, gone, ON_END);
}

/* The new container, from its creation to its gate. Returns the gate, or NULL: it has passed one. */
static struct step *bring_up(struct work *work, struct task *task, struct replica *replica, const char *name)
{
	struct step *start = NULL;
	if (replica->create || !existing_runs(replica->now)) {
		start = replica_start(work, task, replica, NULL);
		start->name = name;
		gates_need(work, task, start);
	} else if (!strcmp(name, replica->name)) {
		return NULL;
	}
	struct step *gate = gate_replica(work, task, replica, "the former container runs on");
	order_wait(work, task, start ? start : gate);
	return gate;
}

void replica_switch(struct work *work, struct task *task, struct replica *replica)
{
	bool finish = replica->action == ACTION_FINISH;
	struct existing *old = finish ? replica->old : replica->now;
	struct step *create = finish ? NULL : replica_create(work, task, replica);
	const char *name = create ? create->name : replica->now->seen->name;
	struct step *gate = bring_up(work, task, replica, name);
	struct handover handover = { work, task, replica, old, NULL, gate, NULL };
	size_t count;
	const struct place *places = places_of(work, task, old, &count);
	hand_name(&handover, name);
	hand_aliases(&handover, places, count);
	hand_over(&handover);
	dependents_stop(work, task, handover.first);
	order_done(work, task, old->stop);
	struct step *remove = existing_removal(work, old, "replaced");
	remove->follows = handover.first;
	if (!gate)
		return;
	if (work->options->rollback == TRI_NO) {
		if (create)
			undo_create(work, create, replica->start, "created, but not started");
		return;
	}
	struct turn turn = { proof_watch(work, task, replica), ON_FAILURE, { NULL, NULL } };
	plan_need(work->plan, turn.step, gate, ON_SUCCESS);
	plan_need(work->plan, turn.step, old->stop, ON_SUCCESS);
	plan_need(work->plan, remove, turn.step, ON_SUCCESS);
	remove->last = true;
	take_back(work, task, replica, old, turn);
}
