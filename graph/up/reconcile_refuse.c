/* Services that cannot have the containers that are asked for: refused before anything is changed. */
#include "compose/tree/value.h"
#include "graph/plan/hooks.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

/* What the file asks for and docker flow cannot do is refused, not left out. */
static void refuse_unknown(struct work *work, const struct service *service)
{
	const struct {
		bool asked;
		const char *key, *what;
	} refused[] = { { service->provider != NULL, "provider", "services made by a provider plugin" },
		{ service->nmodels > 0, "models", "language models" } };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (!refused[i].asked)
			continue;
		const struct member *member = node_member(service->node, refused[i].key);
		error_add(work->errors, ERROR_FILE, member ? &member->at : &service->at,
			arena_printf(work->arena, "services.%s.%s", service->key, refused[i].key),
			"docker flow does not run %s", refused[i].what);
		error_hint(work->errors, "remove the key, or start this service with docker compose");
	}
}

/* (docker compose 5 refuses it as well) */
static void refuse_hooks(struct work *work, const struct service *service)
{
	for (size_t i = 0; i < service->npre_start; i++) {
		if (!service->pre_start[i]->per_replica)
			continue;
		error_add(work->errors, ERROR_FILE, &hook_service(work->arena, service, i)->at,
			arena_printf(work->arena, "services.%s.pre_start[%zu].per_replica", service->key, i),
			"hooks run once for all containers of the service");
		error_hint(work->errors,
			"remove per_replica, or make it the beginning of what the service runs itself");
	}
}

static bool has_own_network(const struct service *service)
{
	const char *mode = service->network_mode;
	return !mode || !strcmp(mode, "bridge") || !strcmp(mode, "default");
}

/* How many containers can publish the port at the same time, each one port of the range; INT64_MAX when the
 * engine chooses. */
static int64_t port_room(struct arena *arena, const struct port *port)
{
	unsigned first, last;
	const char *text = port->published;
	if (!text || !*text || value_port_range(arena, text, strlen(text), &first, &last) || !first)
		return INT64_MAX;
	return (int64_t)last - first + 1;
}

/* Where the key stands, else the service. */
static const struct mark *place_of(const struct task *task, const struct node *node, const char *key)
{
	const struct member *member = node_member(node, key);
	return member ? &member->value->at : &task->service->at;
}

/* `what` so many can have, and `path` says so. */
static void refuse_scale(
	struct work *work, const struct task *task, const struct mark *at, const char *path, const char *what)
{
	error_add(work->errors, ERROR_FILE, at,
		arena_printf(work->arena, "services.%s.%s", task->service->key, path),
		"%s, but the scale is %lld", what, (long long)task->scale);
}

static void refuse_scaled_ports(struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	for (size_t i = 0; i < service->nports && has_own_network(service); i++) {
		const struct port *port = service->ports[i];
		int64_t room = port_room(work->arena, port);
		if (task->scale <= room)
			continue;
		refuse_scale(work, task, &port->at, arena_printf(work->arena, "ports[%zu]", i),
			room == 1 ? arena_printf(
					    work->arena, "one container can publish port %s", port->published)
				  : arena_printf(work->arena, "%lld containers can publish ports %s",
					    (long long)room, port->published));
		error_hint(work->errors,
			"leave the port of the host to the engine, publish a range that is large enough, or scale "
			"to %lld",
			(long long)room);
	}
}

static void refuse_scaled_addresses(struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	for (size_t i = 0; i < service->nnetworks; i++) {
		const struct attachment *to = service->networks[i];
		const char *key = to->ipv4_address ? "ipv4_address" : "ipv6_address";
		const char *address = to->ipv4_address ? to->ipv4_address : to->ipv6_address;
		if (!address)
			continue;
		refuse_scale(work, task, place_of(task, to->node, key),
			arena_printf(work->arena, "networks.%s.%s", to->key, key),
			arena_printf(work->arena, "one container can have address %s", address));
		error_hint(work->errors, "leave the address to the engine, or scale to 1");
	}
}

/* What only one container can have, and several are to be made. */
static void refuse_scaled(struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	if (task->scale < 2)
		return;
	if (service->container_name) {
		refuse_scale(work, task, place_of(task, service->node, "container_name"), "container_name",
			arena_printf(
				work->arena, "one container can be named \"%s\"", service->container_name));
		error_hint(work->errors, "remove container_name, or scale to 1");
	}
	refuse_scaled_ports(work, task);
	refuse_scaled_addresses(work, task);
}

bool task_refuse(struct work *work, const struct task *task)
{
	size_t before = work->errors->count;
	if (task->scale) {
		refuse_unknown(work, task->service);
		refuse_hooks(work, task->service);
	}
	refuse_scaled(work, task);
	return work->errors->count > before;
}
