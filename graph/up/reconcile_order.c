/* In which order the containers of a service are replaced, and how many at a time: x-flow.replace, and what
 * stands against start-first, where both containers run for a while. */
#include "graph/up/reconcile_work.h"

#include <stdlib.h>
#include <string.h>

static const struct flow_replace *asked(const struct service *service)
{
	return service->flow ? service->flow->replace : NULL;
}

bool order_asked(const struct service *service)
{
	const struct flow_replace *replace = asked(service);
	return replace && replace->order && !strcmp(replace->order, "start-first");
}

static bool replaces(const struct task *task)
{
	for (size_t r = 0; r < task->nreplicas; r++)
		if (task->replicas[r]->action == ACTION_RECREATE ||
			task->replicas[r]->action == ACTION_FINISH)
			return true;
	return false;
}

/* A host port that is no range: of a range the engine takes one that is free. */
static const char *fixed_port(const struct work *work, const struct service *service)
{
	for (size_t i = 0; i < service->nports; i++) {
		const char *published = service->ports[i]->published;
		if (published && strtoll(published, NULL, 10) > 0 && !strchr(published, '-'))
			return arena_printf(
				work->arena, "only one container can have port %s of the host", published);
	}
	return NULL;
}

static const char *fixed_address(const struct work *work, const struct service *service)
{
	const char *address = service->mac_address;
	for (size_t i = 0; !address && i < service->nnetworks; i++) {
		const struct attachment *at = service->networks[i];
		address = at->ipv4_address      ? at->ipv4_address
			  : at->ipv6_address    ? at->ipv6_address
			  : at->nlink_local_ips ? at->link_local_ips[0]
						: at->mac_address;
	}
	return address ? arena_printf(work->arena, "only one container can have address %s", address) : NULL;
}

/* Who shares a namespace goes with its owner, and in that of the host everybody has the same ports. */
static const char *shared_namespace(const struct work *work, const struct task *task)
{
	const struct dag_vertex *vertex = task->vertex;
	const char *mode = task->service->network_mode;
	if (mode && (!strcmp(mode, "host") || strchr(mode, ':')))
		return arena_printf(work->arena, "network_mode %s: both would have the same ports", mode);
	for (size_t e = 0; e < vertex->nedges; e++)
		if (work_shares(task->service, &vertex->edges[e]))
			return arena_printf(work->arena, "it shares a namespace of %s",
				vertex->edges[e].to->service->key);
	for (size_t d = 0; d < vertex->ndependents; d++) {
		const struct dag_vertex *other = vertex->dependents[d];
		for (size_t e = 0; e < other->nedges; e++)
			if (other->edges[e].to == vertex && work_shares(other->service, &other->edges[e]))
				return arena_printf(
					work->arena, "%s shares a namespace of it", other->service->key);
	}
	return NULL;
}

static const char *changed_network(const struct work *work, const struct task *task)
{
	for (size_t i = 0; i < task->nattachments; i++)
		if (task->nets[i] && task->nets[i]->renew)
			return arena_printf(
				work->arena, "its network %s is remade", task->nets[i]->network->name);
	return task->applications && task->applications->renew ? "the applications' network is remade" : NULL;
}

/* Whether another service of the file mounts the volume: it is made for many then. */
static bool is_shared(const struct work *work, const struct service *service, const char *volume)
{
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct service *other = work->dag->vertices[i]->service;
		for (size_t v = 0; other != service && v < other->nvolumes; v++)
			if (!strcmp(other->volumes[v]->type, "volume") && other->volumes[v]->source &&
				!strcmp(other->volumes[v]->source, volume) &&
				other->project == service->project)
				return true;
	}
	return false;
}

/* An anonymous volume moves over to the new container. */
static const char *inherited_volume(const struct work *work, const struct task *task)
{
	for (size_t r = 0; !work->options->renew_anon_volumes && r < task->nreplicas; r++) {
		const struct existing *now = task->replicas[r]->now;
		for (size_t i = 0; now && i < now->seen->nmounts; i++) {
			const struct observed_mount *mount = &now->seen->mounts[i];
			if (observed_anonymous(mount) && mount->writable &&
				!observed_upload(now->seen, mount))
				return mount->target;
		}
	}
	return NULL;
}

/* A volume that the service has for itself and writes: two at once may spoil it. */
static const char *own_volume(const struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	const char *name = NULL;
	for (size_t i = 0; !name && i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		if (!strcmp(mount->type, "volume") && mount->source && !mount->read_only &&
			!is_shared(work, service, mount->source))
			name = mount->source;
	}
	name = name ? name : inherited_volume(work, task);
	return name ? arena_printf(work->arena,
			      "both would write volume %s (--force-start-first says that they may)", name)
		    : NULL;
}

/* Why both containers cannot run at a time, or NULL. */
static const char *obstacle(const struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	const char *why = task->one_shot ? "it is a task" : fixed_port(work, service);
	why = why ? why : fixed_address(work, service);
	why = why ? why : shared_namespace(work, task);
	why = why ? why : changed_network(work, task);
	return why || work->options->force_start_first ? why : own_volume(work, task);
}

void order_decide(struct work *work, struct task *task)
{
	const struct flow_replace *replace = asked(task->service);
	if (!replace || work->options->no_start || !replaces(task))
		return;
	bool first = order_asked(task->service);
	task->parallelism = replace->parallelism.set ? replace->parallelism.value : first;
	if (!first)
		return;
	const char *why = obstacle(work, task);
	task->start_first = !why;
	if (why)
		plan_note(work->plan, "service %s cannot be replaced start-first, so it stops first: %s",
			task->service->key, why);
}

void order_wait(struct work *work, const struct task *task, struct step *step)
{
	if (step && task->parallelism > 0 && (int64_t)task->nturns >= task->parallelism)
		plan_need(
			work->plan, step, task->turns[task->nturns - (size_t)task->parallelism], ON_SUCCESS);
}

void order_done(struct work *work, struct task *task, struct step *step)
{
	*ARENA_PUSH(work->arena, task->turns, task->nturns) = step;
}
