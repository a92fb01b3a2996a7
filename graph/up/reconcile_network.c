/* Networks: which are needed, what is there, remaking one whose configuration changed. */
#include "graph/up/reconcile_work.h"
#include "compose/print/hash.h"

#include <stdlib.h>
#include <string.h>

static int by_priority(const void *a, const void *b)
{
	const struct attachment *one = *(struct attachment *const *)a, *two = *(struct attachment *const *)b;
	int64_t first = one->priority.set ? one->priority.value : 0;
	int64_t second = two->priority.set ? two->priority.value : 0;
	if (first != second)
		return first > second ? -1 : 1;
	return strcmp(one->key, two->key);
}

struct attachment **reconcile_attachments(
	struct arena *arena, const struct service *service, size_t *ret_count)
{
	*ret_count = 0;
	if (service->network_mode || !service->nnetworks)
		return NULL;
	struct attachment **sorted = ARENA_ARRAY(arena, struct attachment *, service->nnetworks);
	memcpy(sorted, service->networks, service->nnetworks * sizeof *sorted);
	qsort(sorted, service->nnetworks, sizeof *sorted, by_priority);
	*ret_count = service->nnetworks;
	return sorted;
}

/* The engine's name of a network: an external one may be given by its id. */
static const char *net_name(const struct net *net)
{
	return net->seen ? net->seen->name : net->network->name;
}

const struct observed_attachment *net_place(const struct net *net, const struct existing *existing)
{
	return existing_attachment(existing, net_name(net));
}

/* An external network must be there, and only once. */
static void find_external(struct work *work, struct net *net)
{
	const struct network *network = net->network;
	const char *path = arena_printf(work->arena, "networks.%s", network->key);
	size_t matches = 0;
	for (size_t i = 0; i < work->seen->nnetworks; i++) {
		const struct observed_network *seen = work->seen->networks[i];
		if (!strcmp(seen->id, network->name)) {
			net->seen = seen;
			return;
		}
		if (!strcmp(seen->name, network->name)) {
			net->seen = seen;
			matches++;
		}
	}
	if (!matches) {
		error_add(work->errors, ERROR_ENGINE, &network->at, path,
			"network %s declared as external, but could not be found", network->name);
		error_hint(work->errors, "create it: docker network create %s", network->name);
	} else if (matches > 1) {
		error_add(work->errors, ERROR_ENGINE, &network->at, path,
			"multiple networks with name \"%s\" were found", network->name);
		error_hint(work->errors, "use the network's id as `name` to avoid ambiguity");
	}
}

/* By what the network is used, as far as was seen: 2 containers that run, 1 others, 0 nothing. */
static int usage(const struct work *work, const struct observed_network *network)
{
	int usage = 0;
	for (size_t i = 0; i < work->nexisting; i++) {
		const struct observed_attachment *at = existing_attachment(work->existing[i], network->name);
		if (!at || strcmp(at->network_id, network->id))
			continue;
		if (existing_runs(work->existing[i]))
			return 2;
		usage = 1;
	}
	return usage;
}

/* Engines before 25 can make a second network of one name when a run was killed, and then start nothing on
 * either. Keeps the one that is used, else the oldest. */
static void find_twins(struct work *work, struct net *net)
{
	const struct network *network = net->network;
	for (size_t i = 0; i < work->seen->nnetworks; i++) {
		const struct observed_network *other = work->seen->networks[i];
		if (other == net->seen || strcmp(other->name, network->name) || !other->project ||
			strcmp(other->project, network->project->name) || !other->key ||
			strcmp(other->key, network->key))
			continue;
		int here = usage(work, net->seen), there = usage(work, other);
		if (here == 2 && there == 2) {
			error_add(work->errors, ERROR_ENGINE, &network->at,
				arena_printf(work->arena, "networks.%s", network->key),
				"containers run on two networks named %s (%.12s and %.12s)", network->name,
				net->seen->id, other->id);
			error_hint(work->errors,
				"remove both with their containers: docker flow down --remove-orphans");
			return;
		}
		bool better = there != here ? there > here : observed_older(other, net->seen);
		*ARENA_PUSH(work->arena, net->twins, net->ntwins) = better ? net->seen : other;
		net->seen = better ? other : net->seen;
	}
}

/* A network of the project: there with our labels, there as somebody else's, changed, or missing. */
static void find_own(struct work *work, struct net *net)
{
	const struct network *network = net->network;
	net->seen = observed_network(work->seen, network->name);
	if (!net->seen)
		return;
	const struct observed_network *seen = net->seen;
	if (!seen->project || strcmp(seen->project, network->project->name)) {
		plan_note(work->plan,
			"network %s exists but was not created for project %s: it is used as it is "
			"(`external: true` says that this is meant)",
			network->name, network->project->name);
		return;
	}
	if (!seen->key || strcmp(seen->key, network->key)) {
		error_add(work->errors, ERROR_ENGINE, &network->at,
			arena_printf(work->arena, "networks.%s", network->key),
			"network %s was found but has incorrect label com.docker.compose.network set to \"%s\" "
			"(expected: \"%s\")",
			network->name, seen->key ? seen->key : "", network->key);
		error_hint(work->errors, "give one of the two networks another `name`");
		return;
	}
	find_twins(work, net);
	seen = net->seen;
	net->renew = seen->config_hash && strcmp(seen->config_hash, hash_network(work->arena, network)) != 0;
}

static struct net *network_use(struct work *work, const struct network *network)
{
	if (!network)
		return NULL;
	struct net *net = map_get(&work->nets, network->name);
	if (net)
		return net;
	net = ARENA_NEW(work->arena, struct net);
	net->network = network;
	map_set(&work->nets, network->name, net);
	if (network->external)
		find_external(work, net);
	else
		find_own(work, net);
	return net;
}

/* The network through which a service of the file reaches the applications it depends on. */
static void use_applications(struct work *work, struct task *task)
{
	const struct dag_vertex *vertex = task->vertex;
	for (size_t i = 0; i < vertex->nedges; i++) {
		const struct service *to = vertex->edges[i].to->service;
		if (!to->application || to->project == task->service->project || to->network_mode)
			continue;
		if (task->service->network_mode) {
			plan_note(work->plan,
				"service %s has network_mode %s: it reaches application %s only by its published ports",
				task->service->key, task->service->network_mode, to->key);
			continue;
		}
		task->applications = network_use(work, project_network(to->project, "default"));
	}
}

void networks_decide(struct work *work)
{
	for (size_t i = 0; i < work->dag->count; i++) {
		struct task *task = &work->tasks[i];
		if (!task->vertex->selected || !task->scale)
			continue;
		task->attachments = reconcile_attachments(work->arena, task->service, &task->nattachments);
		task->nets = ARENA_ARRAY(work->arena, struct net *, task->nattachments + 1);
		for (size_t n = 0; n < task->nattachments; n++) {
			const char *key = task->attachments[n]->key;
			task->nets[n] = network_use(work, project_network(task->service->project, key));
		}
		use_applications(work, task);
	}
	const struct project *project = work_whole_project(work);
	for (size_t i = 0; project && i < project->nnetworks; i++)
		network_use(work, project->networks[i]);
}

bool networks_renewed(const struct task *task, const struct existing *existing)
{
	for (size_t i = 0; i < task->nattachments; i++) {
		const struct net *net = task->nets[i];
		if (net && net->renew && existing_attachment(existing, net_name(net)))
			return true;
	}
	return false;
}

const char *networks_fault(const struct work *work, const struct task *task, const struct existing *existing)
{
	bool live = existing->seen->state == CONTAINER_RUNNING || existing->seen->state == CONTAINER_PAUSED;
	for (size_t i = 0; i < task->nattachments; i++) {
		const struct net *net = task->nets[i];
		if (!net || net->renew)
			continue;
		const char *name = net_name(net);
		const struct observed_attachment *at = existing_attachment(existing, name);
		/* A stopped container that lacks a network is connected before its start. */
		if (!at && live)
			return arena_printf(work->arena, "not attached to network %s", name);
		if (!at || !at->network_id || !*at->network_id)
			continue;
		/* The engine remembers ids: a start would fail with "network … not found". */
		if (!net->seen || strcmp(at->network_id, net->seen->id))
			return arena_printf(work->arena, "attached to a former network %s", name);
	}
	return NULL;
}

/* Removes the twins, one after the other. */
static void emit_twins(struct work *work, struct net *net)
{
	for (size_t i = 0; i < net->ntwins; i++) {
		const struct observed_network *twin = net->twins[i];
		struct step *remove = plan_add(work->plan, OP_NETWORK_REMOVE, twin->name,
			arena_printf(work->arena, "%.12s: a second network of that name", twin->id));
		remove->network.wanted = net->network;
		remove->network.seen = twin;
		plan_need(work->plan, remove, work->alone, ON_SUCCESS);
		work->alone = remove;
	}
}

void networks_alone(struct work *work)
{
	size_t ntwins = work->alone ? work->alone->number : 0;
	for (size_t i = ntwins; i < work->plan->count; i++) {
		if (!work->plan->steps[i]->nneeds)
			plan_need(work->plan, work->plan->steps[i], work->alone, ON_SUCCESS);
	}
}

void networks_create(struct work *work, struct net *net, const char *reason)
{
	net->create = plan_add(work->plan, OP_NETWORK_CREATE, net->network->name, reason);
	net->create->network.wanted = net->network;
	net->create->follows = net->remove;
	plan_need(work->plan, net->create, work->renewed, ON_SUCCESS);
}

void networks_emit(struct work *work)
{
	size_t at = 0;
	const struct map_entry *entry;
	while ((entry = map_next(&work->nets, &at)))
		emit_twins(work, entry->value);
	networks_renew(work);
	at = 0;
	while ((entry = map_next(&work->nets, &at))) {
		struct net *net = entry->value;
		if (!net->seen && !net->network->external)
			networks_create(work, net, "not found");
	}
}

void networks_need(
	struct work *work, const struct task *task, const struct existing *existing, struct step *start)
{
	bool renewed = task->applications && task->applications->renew;
	for (size_t i = 0; i < task->nattachments; i++)
		renewed |= task->nets[i] && task->nets[i]->renew;
	if (renewed)
		plan_need(work->plan, start, work->renewed, ON_SUCCESS);
	/* Who was made on it when it was there starts on the one that is there now. */
	for (size_t i = 0; existing && i < task->nattachments; i++) {
		const struct net *net = task->nets[i];
		if (net && !net->renew && existing_attachment(existing, net_name(net)))
			plan_need(work->plan, start, net->create, ON_SUCCESS);
	}
}

/* One connect step; `attachment` NULL: to the applications' network. */
static void connect(struct work *work, const struct task *task, const struct existing *existing,
	struct step *create, struct net *net, const struct attachment *attachment)
{
	const char *name = existing ? existing->seen->name : create->name;
	struct step *step = plan_add(work->plan, OP_NETWORK_CONNECT, name,
		existing ? arena_printf(work->arena, "not attached to network %s", net_name(net)) : NULL);
	step->service = task->service;
	step->network.wanted = net->network;
	step->network.seen = net->seen && !net->renew ? net->seen : NULL;
	step->network.attachment = attachment;
	step->container = existing ? existing->seen : NULL;
	step->target = create;
	step->follows = existing && existing->stop ? existing->stop : NULL;
	plan_need(work->plan, step, create, ON_SUCCESS);
	plan_need(work->plan, step, net->renew ? work->renewed : net->create, ON_SUCCESS);
}

void networks_connect(
	struct work *work, const struct task *task, const struct existing *existing, struct step *create)
{
	for (size_t i = 0; i < task->nattachments; i++) {
		struct net *net = task->nets[i];
		/* A new container has its networks from the create call, or at least the primary one. */
		if (!net || (!existing && (!work->options->connect_separately || i == 0)))
			continue;
		if (existing && existing_attachment(existing, net_name(net)))
			continue; /* whether it is the one there is or is remade */
		connect(work, task, existing, create, net, task->attachments[i]);
	}
	struct net *applications = task->applications;
	if (!applications)
		return;
	if (existing && existing_attachment(existing, net_name(applications)))
		return;
	connect(work, task, existing, create, applications, NULL);
}
