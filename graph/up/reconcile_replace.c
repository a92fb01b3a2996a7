/* Replacing a container. The new one is made beside the old one; then the old one is stopped and renamed, so
 * that the new one gets the name and what belongs to one alone: ports, addresses. The old one is removed when
 * everything else of the run is over, all the gates are open and the new one has not failed; else it comes
 * back. */
#include "base/text/text.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

/* Stops the old container and gives it a name that says whose place it had: NAME_ID. Returns the first step
 * that takes something away, or NULL: an interrupted run has done it all. */
static struct step *put_aside(
	struct work *work, struct task *task, struct replica *replica, struct existing *old)
{
	bool fresh;
	struct step *stop = existing_stop(work, old, replica->reason, &fresh);
	struct step *first = fresh ? stop : NULL;
	if (!old->away) {
		old->aside = plan_add(work->plan, OP_CONTAINER_RENAME, old->seen->name, NULL);
		old->aside->service = task->service;
		old->aside->number_of = replica->number;
		old->aside->new_name = existing_away_name(work, old, replica->name);
		old->aside->container = old->seen;
		plan_need(work->plan, old->aside, replica->create, ON_SUCCESS);
		plan_need(work->plan, old->aside, stop, ON_SUCCESS);
		first = first ? first : old->aside;
	}
	if (!first)
		return NULL;
	plan_need(work->plan, first, replica->create, ON_SUCCESS);
	networks_need(work, task, NULL, first);
	gates_need(work, task, first);
	dependents_stop(work, task, first);
	return first;
}

/* A step that works on the new container. */
static struct step *undo_new(struct work *work, const struct replica *replica, enum op op, const char *name,
	const struct turn *turn)
{
	struct step *undo =
		plan_add_undo(work->plan, op, name, "it has failed: the former container comes back");
	undo->service = replica->create ? replica->create->service : replica->now->task->service;
	undo->target = replica->create;
	undo->container = replica->create ? NULL : replica->now->seen;
	plan_need(work->plan, undo, turn->step, turn->release);
	for (size_t i = 0; i < sizeof turn->after / sizeof *turn->after; i++)
		plan_need(work->plan, undo, turn->after[i], ON_END);
	return undo;
}

struct step *replica_take_back(struct work *work, struct replica *replica, const struct turn *turn)
{
	struct step *create = replica->create, *stop = NULL;
	bool runs = !create && existing_runs(replica->now);
	if ((replica->start || runs) && turn->release == ON_FAILURE) {
		stop = undo_new(work, replica, OP_CONTAINER_STOP, replica->name, turn);
		stop->ending.timeout = work->options->timeout;
		plan_need(work->plan, stop, replica->start, ON_SUCCESS);
	}
	const char *name = create ? create->name : replica->now->seen->name;
	struct step *remove = undo_new(work, replica, OP_CONTAINER_REMOVE, name, turn);
	remove->ending.force = stop != NULL; /* a start whose answer was lost */
	remove->ending.remove_volumes = create || replica->now->seen->state == CONTAINER_CREATED;
	plan_need(work->plan, remove, create, ON_SUCCESS);
	plan_need(work->plan, remove, stop, ON_END);
	/* What still works on it ends first: renames, connects, uploads. */
	for (size_t i = create ? create->number : 0; i < work->plan->count; i++) {
		struct step *step = work->plan->steps[i];
		if (create ? step->target == create : step->container == replica->now->seen)
			plan_need(work->plan, remove, step, ON_END);
	}
	replica->taken_back = remove;
	return remove;
}

/* On networks that were remade and stay so the old container gets a place, too. */
static void rejoin(struct work *work, const struct existing *old, struct step *start, const struct turn *turn)
{
	size_t at = 0;
	const struct map_entry *entry;
	while (work->renewed == work->settled && (entry = map_next(&work->nets, &at))) {
		const struct net *net = entry->value;
		for (size_t i = 0; i < net->nmembers; i++) {
			const struct net_member *member = &net->members[i];
			if (member->existing != old)
				continue;
			struct step *join =
				plan_add_undo(work->plan, OP_NETWORK_CONNECT, old->seen->name, start->reason);
			join->service = start->service;
			join->container = old->seen;
			join->network.wanted = net->network;
			join->network.former = member->at;
			join->network.renewed = true;
			plan_need(work->plan, join, work->renewed, ON_SUCCESS);
			plan_need(work->plan, join, turn->step, turn->release);
			plan_need(work->plan, start, join, ON_SUCCESS);
		}
	}
}

/* What an earlier run has left under the name has to be gone: it may run by now, and both would work on the
 * same data. */
static void need_free(struct work *work, const struct task *task, const char *name, struct step *step)
{
	for (size_t i = 0; step && i < task->nexisting; i++) {
		const struct existing *other = task->existing[i];
		if (other->unwanted && strcmp(other->seen->name, name) == 0)
			plan_need(work->plan, step, other->remove, ON_SUCCESS);
	}
}

/* Gives the old container its name again, once the new one (`gone` removes it) is out of its
 * way, and starts it when it ran; one whose replacement an earlier run has begun did. */
static void put_back(struct work *work, const struct replica *replica, struct existing *old,
	struct step *gone, const struct turn *turn)
{
	const char *reason = "its successor has failed";
	const char *name = old->away ? replica->name : old->seen->name;
	struct step *rename = NULL;
	if (old->away || old->aside) {
		rename = plan_add_undo(work->plan, OP_CONTAINER_RENAME,
			old->aside ? old->aside->new_name : old->seen->name, reason);
		rename->service = old->task->service;
		rename->container = old->seen;
		rename->new_name = name;
		plan_need(work->plan, rename, old->aside, ON_SUCCESS);
		plan_need(work->plan, rename, turn->step, turn->release);
		plan_need(work->plan, rename, gone, ON_END);
		need_free(work, old->task, name, rename);
	}
	if (!old->stop && replica->action != ACTION_FINISH && !old->away)
		return;
	struct step *start = plan_add_undo(work->plan, OP_CONTAINER_START, name, reason);
	start->service = old->task->service;
	start->container = old->seen;
	plan_need(work->plan, start, old->stop, ON_SUCCESS);
	plan_need(work->plan, start, turn->step, turn->release);
	plan_need(work->plan, start, gone, ON_END);
	plan_need(work->plan, start, rename, ON_END);
	need_free(work, old->task, name, start);
	rejoin(work, old, start, turn);
	if (old->away && order_asked(old->task->service))
		plan_need(work->plan, rename, places_undo(work, old->task, old, turn, start), ON_END);
	old->way_back.start = start;
}

/* Without a way back the old container goes as soon as the new one has its name. */
static void emit_without_return(struct work *work, const struct replica *replica, const struct existing *old,
	struct step *first, struct step *rename)
{
	struct step *remove = old->remove;
	struct step *const then[] = { rename, remove, replica->start };
	for (size_t i = 0; i < sizeof then / sizeof *then; i++)
		if (then[i])
			then[i]->follows = first;
	plan_need(work->plan, remove, replica->create, ON_SUCCESS);
	plan_need(work->plan, remove, old->aside, ON_SUCCESS);
	plan_need(work->plan, remove, rename, ON_SUCCESS);
	if (replica->start)
		plan_need(work->plan, replica->start, remove, ON_SUCCESS);
}

/* Whether the old container comes back when the new one fails. Of a task that has ended nothing is lost: what
 * the failing one says and leaves is what it was run for. */
static bool comes_back(const struct work *work, const struct task *task, const struct existing *old)
{
	bool ends = task->one_shot || text_is(work->options->ends_with, task->service->key);
	return !ends || old->away || existing_runs(old);
}

/* Watches the new container for a moment; NULL: nothing is watched. Without a way back it is for its failure
 * to be told. */
static struct step *watch_new(struct work *work, struct task *task, struct replica *replica, bool returns)
{
	if (!replica->start || work->options->rollback == TRI_NO)
		return NULL;
	bool shared = task->proof != NULL;
	struct step *proof = proof_watch(work, task, replica);
	if (returns || shared)
		return proof;
	proof->reason = "that it does not fail at once";
	proof->gate.otherwise = NULL;
	return proof;
}

void replica_replace(struct work *work, struct task *task, struct replica *replica)
{
	bool finish = replica->action == ACTION_FINISH;
	struct existing *old = finish ? replica->old : replica->now;
	if (replica_switches(task, old)) {
		replica_switch(work, task, replica);
		return;
	}
	struct step *create = finish ? NULL : replica_create(work, task, replica), *rename = NULL;
	struct step *hooked = hooks_before(work, task, replica);
	struct step *first = put_aside(work, task, replica, old);
	if (first)
		plan_need(work->plan, first, hooked, ON_SUCCESS);
	const char *name = create ? create->name : replica->now->seen->name;
	if (strcmp(name, replica->name) != 0) {
		rename = replica_rename(work, task, replica, name, old->aside);
		plan_need(work->plan, rename, create, ON_SUCCESS);
	}
	if (!finish || !existing_runs(replica->now))
		replica_start(work, task, replica, NULL);
	struct step *start = replica->start;
	if (start) {
		plan_need(work->plan, start, rename ? rename : old->aside, ON_SUCCESS);
		if (!first)
			gates_need(work, task, start);
	}
	struct step *ready = start && task->parallelism
				     ? gate_replica(work, task, replica, "no other container is replaced")
				     : NULL;
	order_wait(work, task, first ? first : start);
	order_done(work, task, ready);
	struct step *remove = existing_removal(work, old, "replaced");
	struct turn turn = { remove, ON_SKIP };
	bool returns = comes_back(work, task, old);
	struct step *proof = watch_new(work, task, replica, returns);
	plan_need(work->plan, proof, ready, ON_SUCCESS);
	if (proof && returns) {
		turn = (struct turn){ proof, ON_FAILURE };
		plan_need(work->plan, remove, proof, ON_SUCCESS);
		remove->follows = start;
		remove->last = true;
	} else {
		emit_without_return(work, replica, old, first, rename);
	}
	if (create || start) /* else the new one runs already */
		put_back(work, replica, old, replica_take_back(work, replica, &turn), &turn);
}
