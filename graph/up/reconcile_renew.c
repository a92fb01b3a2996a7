/* Networks whose configuration changed: removed and made anew, with the same containers on them. All
 * together, since one may take over the addresses of another. The way back: reconcile_former.c. */
#include "graph/plan/hooks.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

struct net **networks_changed(const struct work *work, size_t *ret_count)
{
	struct net **nets = NULL;
	size_t at = 0;
	const struct map_entry *entry;
	*ret_count = 0;
	while ((entry = map_next(&work->nets, &at))) {
		struct net *net = entry->value;
		if (net->renew)
			*ARENA_PUSH(work->arena, nets, *ret_count) = net;
	}
	return nets;
}

bool existing_stays(const struct work *work, const struct existing *existing)
{
	const struct replica *replica = existing->replica;
	if (replica)
		return replica->now == existing && replica->action != ACTION_RECREATE;
	return !existing->unwanted && !(work->options->remove_orphans && existing_orphan(work, existing));
}

static const struct service *service_of(const struct existing *existing)
{
	return existing->task ? existing->task->service : NULL;
}

/* The place that the file gives a service on a network, or NULL. */
static const struct attachment *place_in_file(const struct service *service, const struct network *network)
{
	for (size_t i = 0; service && service->project == network->project && i < service->nnetworks; i++) {
		if (!strcmp(service->networks[i]->key, network->key))
			return service->networks[i];
	}
	return NULL;
}

struct step *net_move(struct step *step, const struct net *net, const struct existing *existing)
{
	step->service = service_of(existing);
	step->container = existing->seen;
	step->network.wanted = net->network;
	return step;
}

/* Stops a member and takes it off the network. One-offs run on: nobody but their user starts them again. */
static void emit_leave(struct work *work, struct net *net, struct net_member *member)
{
	struct existing *existing = member->existing;
	struct step *stop = existing->stop;
	if (!existing->seen->oneoff) {
		const char *reason = arena_printf(work->arena, "network %s changed", net->seen->name);
		stop = existing_stop(work, existing, reason, NULL);
	}
	member->leave = net_move(
		plan_add(work->plan, OP_NETWORK_DISCONNECT, existing->seen->name, "configuration changed"),
		net, existing);
	member->leave->network.seen = net->seen;
	member->leave->follows = stop;
	plan_need(work->plan, member->leave, stop, ON_SUCCESS);
}

/* Takes the network away from all who are on it, and removes it. */
static void emit_removal(struct work *work, struct net *net)
{
	for (size_t i = 0; i < work->nexisting; i++) {
		struct existing *existing = work->existing[i];
		const struct observed_attachment *at = existing_attachment(existing, net->seen->name);
		if (!at)
			continue;
		struct net_member *member = ARENA_PUSH(work->arena, net->members, net->nmembers);
		*member = (struct net_member){ .existing = existing, .at = at };
		emit_leave(work, net, member);
	}
	net->remove = plan_add(work->plan, OP_NETWORK_REMOVE, net->seen->name, "configuration changed");
	net->remove->network.wanted = net->network;
	net->remove->network.seen = net->seen;
	for (size_t i = 0; i < net->nmembers; i++) {
		plan_need(work->plan, net->remove, net->members[i].leave, ON_SUCCESS);
		net->remove->follows = net->members[i].leave;
	}
}

/* The changes come one after the other, so that the last one tells whether all is well. */
static void emit_next(struct work *work, struct step *step)
{
	plan_need(work->plan, step, work->renewed, ON_SUCCESS);
	work->renewed = step;
}

/* Puts the members that stay on the new network: services of this run as the file says, others as they were.
 */
static void emit_joins(struct work *work, struct net *net)
{
	const char *reason = arena_printf(work->arena, "network %s changed", net->seen->name);
	for (size_t i = 0; i < net->nmembers; i++) {
		struct net_member *member = &net->members[i];
		const struct existing *existing = member->existing;
		if (!existing_stays(work, existing))
			continue;
		member->join =
			net_move(plan_add(work->plan, OP_NETWORK_CONNECT, existing->seen->name, reason), net,
				existing);
		if (existing->replica)
			member->join->network.attachment = place_in_file(service_of(existing), net->network);
		else
			member->join->network.former = member->at;
		member->join->network.renewed = true;
		member->join->follows = member->leave;
		emit_next(work, member->join);
	}
}

/* Starts those again that have no service in this run: orphans, services not named. */
static void emit_starts(struct work *work, const struct net *net)
{
	for (size_t i = 0; i < net->nmembers; i++) {
		struct existing *existing = net->members[i].existing;
		if (existing->replica || !net->members[i].join || !existing->stop)
			continue;
		if (!existing->start) {
			existing->start = plan_add(work->plan, OP_CONTAINER_START, existing->seen->name,
				net->members[i].join->reason);
			existing->start->service = service_of(existing);
			existing->start->container = existing->seen;
			existing->start->follows = existing->stop;
			plan_need(work->plan, existing->start, existing->stop, ON_SUCCESS);
			plan_need(work->plan, existing->start, work->renewed, ON_SUCCESS);
			hooks_after_start(work->plan, existing->start);
			undo_put_back(work, existing, existing->start);
		}
	}
}

void networks_renew(struct work *work)
{
	size_t count;
	struct net **nets = networks_changed(work, &count);
	for (size_t i = 0; i < count; i++) {
		emit_removal(work, nets[i]);
		emit_next(work, nets[i]->remove);
	}
	for (size_t i = 0; i < count; i++) {
		networks_create(work, nets[i], "configuration changed");
		emit_next(work, nets[i]->create);
	}
	for (size_t i = 0; i < count; i++)
		emit_joins(work, nets[i]);
	for (size_t i = 0; i < count; i++)
		emit_starts(work, nets[i]);
	if (count)
		proofs_of_networks(work);
}
