/* The way back to the former networks: they are made again as they were, and everybody is put back at the
 * place they had on them, when the change of networks fails half-way, or what is started on the new ones
 * does. */
#include "graph/up/reconcile_work.h"

#include <string.h>

/* Takes a container off a new network, once it has been stopped. */
static void emit_off(struct work *work, const struct net *net, const struct existing *existing,
	struct step *join, struct step *clear)
{
	struct step *off = net_move(plan_add_undo(work->plan, OP_NETWORK_DISCONNECT, existing->seen->name,
					    "the change is taken back"),
		net, existing);
	plan_need(work->plan, off, join, ON_SUCCESS);
	plan_need(work->plan, off, work->settled, ON_FAILURE);
	plan_need(work->plan, off, existing->way_back.stop, ON_END);
	plan_need(work->plan, clear, off, ON_END);
}

/* Takes a new network away again, once nobody is on it any more: those that were on the former one, those
 * that have joined beside them, and those that were made for it. */
static struct step *undo_creation(struct work *work, const struct net *net)
{
	struct plan *plan = work->plan;
	struct step *clear =
		plan_add_undo(plan, OP_NETWORK_REMOVE, net->network->name, "the change is taken back");
	clear->network.wanted = net->network;
	plan_need(plan, clear, net->create, ON_SUCCESS);
	plan_need(plan, clear, work->settled, ON_FAILURE);
	for (size_t i = 0; i < plan->count; i++) {
		struct step *step = plan->steps[i];
		if (op_traits[step->op].joins && step->container && step->network.wanted == net->network)
			emit_off(work, net, map_get(&work->by_name, step->container->name), step, clear);
	}
	for (size_t i = 0; i < work->dag->count; i++)
		for (size_t r = 0; r < work->tasks[i].nreplicas; r++)
			plan_need(plan, clear, work->tasks[i].replicas[r]->taken_back, ON_END);
	return clear;
}

/* Makes the former network again once the new ones (`clears` remove them) are out of its way, and puts back
 * everybody who has left it, before they are started again. */
static void undo_removal(struct work *work, struct net *net, struct step *const *clears, size_t nclears)
{
	struct plan *plan = work->plan;
	struct step *again = plan_add_undo(plan, OP_NETWORK_CREATE, net->seen->name, "as it was");
	again->network.wanted = net->network;
	again->network.seen = net->seen;
	plan_need(plan, again, net->remove, ON_SUCCESS);
	plan_need(plan, again, work->settled, ON_FAILURE);
	for (size_t i = 0; i < nclears; i++)
		plan_need(plan, again, clears[i], ON_SUCCESS);
	for (size_t i = 0; i < net->nmembers; i++) {
		const struct net_member *member = &net->members[i];
		struct existing *existing = member->existing;
		if (!existing->replica && !existing_stays(work, existing))
			continue;
		struct step *back =
			net_move(plan_add_undo(plan, OP_NETWORK_CONNECT, existing->seen->name, "as it was"),
				net, existing);
		back->network.former = member->at;
		plan_need(plan, back, member->leave, ON_SUCCESS);
		plan_need(plan, back, work->settled, ON_FAILURE);
		plan_need(plan, back, again, ON_SUCCESS);
		*ARENA_PUSH(work->arena, existing->back, existing->nback) = back;
	}
}

static bool is_attached(const struct task *task, const struct net *net)
{
	for (size_t i = 0; i < task->nattachments; i++) {
		if (task->nets[i] == net)
			return true;
	}
	return task->applications == net;
}

/* Whether something was made for the network, and all of it would be taken back. */
static bool all_taken_back(const struct work *work, const struct net *net)
{
	size_t count = 0;
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		for (size_t r = 0; r < task->nreplicas && is_attached(task, net); r++, count++) {
			if (!task->replicas[r]->taken_back || !task->replicas[r]->create || !task->proof)
				return false;
		}
	}
	return count > 0;
}

/* Takes away a network that was not there before, when all that was made for it is taken back. Somebody whose
 * creation failed may be there all the same (a lost answer): then it stays. */
static void undo_first_creation(struct work *work, const struct net *net)
{
	struct step *clear = plan_add_undo(
		work->plan, OP_NETWORK_REMOVE, net->network->name, "what was made for it is taken back");
	clear->network.wanted = net->network;
	plan_need(work->plan, clear, net->create, ON_SUCCESS);
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		for (size_t r = 0; r < task->nreplicas && is_attached(task, net); r++) {
			plan_need(work->plan, clear, task->proof, ON_FAILURE);
			plan_need(work->plan, clear, task->replicas[r]->create, ON_SUCCESS);
			plan_need(work->plan, clear, task->replicas[r]->taken_back, ON_SUCCESS);
		}
	}
}

void networks_return(struct work *work)
{
	size_t at = 0;
	const struct map_entry *entry;
	while ((entry = map_next(&work->nets, &at))) {
		const struct net *net = entry->value;
		if (net->create && !net->seen && all_taken_back(work, net))
			undo_first_creation(work, net);
	}
	size_t count;
	struct net **nets = networks_changed(work, &count);
	struct step **clears = ARENA_ARRAY(work->arena, struct step *, count + 1);
	for (size_t i = 0; i < count; i++)
		clears[i] = undo_creation(work, nets[i]);
	for (size_t i = 0; i < count; i++)
		undo_removal(work, nets[i], clears, count);
}
