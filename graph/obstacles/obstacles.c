#include "graph/obstacles/obstacles.h"
#include "base/text/subnet.h"
#include "base/text/text.h"
#include "compose/tree/value.h"
#include "graph/obstacles/obstacles_container.h"
#include "graph/obstacles/obstacles_plugin.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What to look at */

/* The name that a create step gives its service's container by `container_name`, or NULL. */
static const char *own_name(const struct step *step)
{
	if (!op_traits[step->op].creates || !step->service->container_name)
		return NULL;
	return step_shown_name(step);
}

/* The one host port that a port of the service publishes, or 0: of a range the engine takes one that is free.
 */
static int64_t host_port(const struct port *port)
{
	char *end;
	int64_t number = port->published ? strtoll(port->published, &end, 10) : 0;
	return number > 0 && !*end ? number : 0;
}

static const char *protocol_of(const struct port *port)
{
	return port->protocol && *port->protocol ? port->protocol : "tcp";
}

/* Whether the container publishes that port of the host. */
static bool publishes(const struct observed_container *container, int64_t port, const char *protocol)
{
	for (size_t i = 0; i < container->nports; i++)
		if (container->ports[i].host_port == port && !strcmp(container->ports[i].protocol, protocol))
			return true;
	return false;
}

/* The container that is stopped for the sake of the one that the step starts, or NULL. */
static const struct observed_container *given_up(const struct step *step)
{
	const struct step *create = op_traits[step->op].starts && !step->undo ? step->target : NULL;
	return create ? create->create.replaces : NULL;
}

/* Whether a started container needs a port that its predecessor does not free. Without a predecessor nothing
 * is lost when its start fails. */
static bool needs_port(const struct step *step, const struct port *port)
{
	const struct observed_container *old = given_up(step);
	int64_t number = host_port(port);
	return old && number && value_mode_publishes(step->service->network_mode) &&
	       !publishes(old, number, protocol_of(port));
}

static void want_ports(struct arena *arena, const struct step *step, struct obstacles *wanted)
{
	for (size_t i = 0; given_up(step) && i < step->service->nports; i++) {
		const struct port *port = step->service->ports[i];
		if (needs_port(step, port))
			*ARENA_PUSH(arena, wanted->ports, wanted->nports) =
				arena_printf(arena, "%" PRId64 "/%s", host_port(port), protocol_of(port));
	}
}

/* Only networks of the engine's own kind: other drivers share ranges, or have others. */
static bool has_range(const struct network *network)
{
	return network->ipam && network->ipam->nconfig &&
	       (!network->driver || !strcmp(network->driver, "bridge")) &&
	       (!network->ipam->driver || !strcmp(network->ipam->driver, "default"));
}

static bool makes_network(const struct step *step)
{
	return op_traits[step->op].makes && step->network.wanted;
}

/* The network that a new container joins by `network_mode`, for which no network of the project stands; or
 * NULL. */
static const char *joined_by_mode(const struct step *step)
{
	static const char *const words[] = { "host", "none", "bridge", "default", "disabled" };
	const char *mode = op_traits[step->op].creates && !step->undo ? step->service->network_mode : NULL;
	return !mode || strchr(mode, ':') || TEXT_AMONG(mode, words) ? NULL : mode;
}

static bool removes_network(const struct step *step)
{
	return op_traits[step->op].removes && step->network.seen;
}

static void want_network(
	struct arena *arena, const struct step *step, const struct observed *seen, struct obstacles *wanted)
{
	wanted->networks |= joined_by_mode(step) || (makes_network(step) && has_range(step->network.wanted));
	if (!removes_network(step))
		return;
	wanted->networks = true;
	for (size_t i = 0; i < seen->nnetworks; i++)
		if (seen->networks[i] == step->network.seen)
			*ARENA_PUSH(arena, wanted->remade, wanted->nremade) = seen->networks[i];
}

void obstacles_wanted(struct arena *arena, const struct plan *plan, const struct observed *seen,
	struct obstacles *ret_wanted)
{
	struct obstacles wanted = { .nnames = 0 };
	struct map have, moved;
	map_init(&have, arena);
	map_init(&moved, arena);
	for (size_t i = 0; i < seen->ncontainers; i++)
		map_set(&have, seen->containers[i]->name, NULL);
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		const char *name = own_name(step);
		if (step->undo)
			continue;
		if (name && !map_has(&have, name))
			*ARENA_PUSH(arena, wanted.names, wanted.nnames) = name;
		want_ports(arena, step, &wanted);
		want_network(arena, step, seen, &wanted);
		wanted.plugins |= plugin_needed(step);
		obstacles_container_wanted(arena, plan, step, seen, &wanted.named, &wanted.nnamed);
		if (op_traits[step->op].leaves)
			map_set(&moved, step->container->id, (void *)step->container);
	}
	for (size_t i = 0; moved.count && i < seen->ncontainers; i++)
		if (map_has(&moved, seen->containers[i]->id))
			*ARENA_PUSH(arena, wanted.moved, wanted.nmoved) = seen->containers[i];
	*ret_wanted = wanted;
}

bool obstacles_none(const struct obstacles *wanted)
{
	return !wanted->nnames && !wanted->nports && !wanted->nremade && !wanted->nmoved && !wanted->nnamed &&
	       !wanted->networks && !wanted->plugins;
}

/* What is refused */

struct refusal {
	struct arena *arena;
	const struct plan *plan;
	const struct observed *seen, *others;
	struct errors *errors;
};

/* "container x (service s of project p)" */
static const char *told(const struct refusal *refusal, const struct observed_container *other)
{
	if (other->project && other->service)
		return arena_printf(refusal->arena, "container %s (service %s of project %s)", other->name,
			other->service, other->project);
	if (other->project)
		return arena_printf(refusal->arena, "container %s (project %s)", other->name, other->project);
	return arena_printf(refusal->arena, "container %s", other->name);
}

static const struct observed_container *in_snapshot(const struct observed *seen, const char *id)
{
	for (size_t i = 0; i < seen->ncontainers; i++)
		if (!strcmp(seen->containers[i]->id, id))
			return seen->containers[i];
	return NULL;
}

static void refuse_name(const struct refusal *refusal, const struct step *step, const char *name)
{
	const struct service *service = step->service;
	const struct member *member = node_member(service->node, "container_name");
	for (size_t i = 0; i < refusal->others->ncontainers; i++) {
		const struct observed_container *other = refusal->others->containers[i];
		if (strcmp(other->name, name) != 0 || in_snapshot(refusal->seen, other->id))
			continue;
		error_add(refusal->errors, ERROR_ENGINE, member ? &member->value->at : &service->at,
			arena_printf(refusal->arena, "services.%s.container_name", service->key),
			"container name \"%s\" is in use by container %.12s of %s", other->name, other->id,
			other->project ? arena_printf(refusal->arena, "project %s", other->project)
				       : "no project");
		error_hint(refusal->errors, "choose another name, or remove that container: docker rm -f %s",
			other->name);
		return;
	}
}

/* Whether the plan ends the container: what it holds is free then. */
static bool ends(const struct plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (op_traits[step->op].ends && !step->undo && step->container &&
			!strcmp(step->container->id, id))
			return true;
	}
	return false;
}

/* Whether two addresses of the host cannot be listened on with the same port; "" means all. */
static bool same_address(const char *one, const char *two)
{
	bool six = strchr(one, ':'), other = strchr(two, ':');
	if (!*one || !*two)
		return true;
	return six == other && (!strcmp(one, two) || !strcmp(one, six ? "::" : "0.0.0.0") ||
				       !strcmp(two, six ? "::" : "0.0.0.0"));
}

static bool holds(const struct observed_container *other, const struct port *port)
{
	for (size_t i = 0; i < other->nports; i++) {
		const struct observed_port *held = &other->ports[i];
		if (held->host_port == host_port(port) && !strcmp(held->protocol, protocol_of(port)) &&
			same_address(held->host_ip, port->host_ip ? port->host_ip : ""))
			return true;
	}
	return false;
}

static void refuse_ports(const struct refusal *refusal, const struct step *step)
{
	const struct service *service = step->service;
	for (size_t p = 0; given_up(step) && p < service->nports; p++) {
		const struct port *port = service->ports[p];
		for (size_t i = 0; needs_port(step, port) && i < refusal->others->ncontainers; i++) {
			const struct observed_container *other = refusal->others->containers[i];
			if (!holds(other, port) || ends(refusal->plan, other->id))
				continue;
			error_add(refusal->errors, ERROR_ENGINE, &port->at,
				arena_printf(refusal->arena, "services.%s.%s", service->key,
					service_port_path(refusal->arena, service, p)),
				"cannot replace container %s: port %s is already in use",
				given_up(step)->name, port->published);
			error_hint(refusal->errors, "%s publishes it", told(refusal, other));
			break;
		}
	}
}

/* Strangers on a network that is to be removed would lose it, and the engine does not remove it under them.
 */
static void refuse_strangers(const struct refusal *refusal, const struct step *step)
{
	const struct observed_network *network = step->network.seen;
	for (size_t i = 0; i < refusal->others->ncontainers; i++) {
		const struct observed_container *other = refusal->others->containers[i];
		bool on = false;
		for (size_t a = 0; a < other->nattachments; a++)
			on |= !strcmp(other->attachments[a].network_id, network->id);
		if (!on || in_snapshot(refusal->seen, other->id))
			continue;
		error_add(refusal->errors, ERROR_ENGINE, &step->network.wanted->at,
			arena_printf(refusal->arena, "networks.%s", step->network.wanted->key),
			"network %s has to be remade (%s), but %s is on it", network->name, step->reason,
			told(refusal, other));
		error_hint(refusal->errors,
			"nothing was changed; take it off first: docker network disconnect %s %s",
			network->name, other->name);
	}
}

static bool removed(const struct plan *plan, const struct observed_network *network)
{
	for (size_t i = 0; i < plan->count; i++)
		if (removes_network(plan->steps[i]) && !strcmp(plan->steps[i]->network.seen->id, network->id))
			return true;
	return false;
}

/* The engine's network that has addresses of the range, and stays; or NULL. */
static const struct observed_network *range_holder(const struct refusal *refusal, const struct subnet *wanted)
{
	for (size_t i = 0; i < refusal->others->nnetworks; i++) {
		const struct observed_network *other = refusal->others->networks[i];
		struct subnet subnet;
		for (size_t s = 0; s < other->nsubnets && !strcmp(other->driver, "bridge"); s++)
			if (subnet_read(other->subnets[s], &subnet) == 0 &&
				subnet_overlaps(&subnet, wanted) && !removed(refusal->plan, other))
				return other;
	}
	return NULL;
}

/* A range of addresses belongs to one network. */
static void refuse_ranges(const struct refusal *refusal, const struct step *step)
{
	const struct network *network = step->network.wanted;
	for (size_t i = 0; has_range(network) && i < network->ipam->nconfig; i++) {
		const char *text = network->ipam->config[i]->subnet;
		struct subnet subnet;
		if (!text || subnet_read(text, &subnet) < 0)
			continue;
		const struct observed_network *other = range_holder(refusal, &subnet);
		if (!other)
			continue;
		error_add(refusal->errors, ERROR_ENGINE, &network->at,
			arena_printf(refusal->arena, "networks.%s.ipam.config[%zu]", network->key, i),
			"subnet %s overlaps with that of network %s", text, other->name);
		error_hint(refusal->errors,
			"nothing was changed; choose another subnet (docker network inspect %s)",
			other->name);
	}
}

/* Whether the network is there, by name or by the begin of its id, or is made by the plan. */
static bool has_network(const struct refusal *refusal, const char *name)
{
	for (size_t i = 0; i < refusal->others->nnetworks; i++)
		if (!strcmp(refusal->others->networks[i]->name, name) ||
			!strncmp(refusal->others->networks[i]->id, name, strlen(name)))
			return true;
	for (size_t i = 0; i < refusal->plan->count; i++)
		if (makes_network(refusal->plan->steps[i]) && !strcmp(refusal->plan->steps[i]->name, name))
			return true;
	return false;
}

static void refuse_mode(const struct refusal *refusal, const struct step *step)
{
	const char *name = joined_by_mode(step);
	if (!name || has_network(refusal, name))
		return;
	const struct member *member = node_member(step->service->node, "network_mode");
	error_add(refusal->errors, ERROR_FILE, member ? &member->value->at : &step->service->at,
		arena_printf(refusal->arena, "services.%s.network_mode", step->service->key),
		"network %s not found", name);
	error_hint(refusal->errors,
		"create it: docker network create %s; or name one of the project under `networks`", name);
}

int obstacles_refuse(struct arena *arena, const struct plan *plan, const struct observed *seen,
	const struct observed *others, struct errors *errors)
{
	const struct refusal refusal = { arena, plan, seen, others, errors };
	size_t before = errors->count;
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		const char *name = own_name(step);
		if (step->undo)
			continue;
		if (name)
			refuse_name(&refusal, step, name);
		plugin_refuse(arena, step, others->plugins, errors);
		refuse_mode(&refusal, step);
		obstacles_container_refuse(arena, plan, step, seen, others, errors);
		refuse_ports(&refusal, step);
		if (removes_network(step))
			refuse_strangers(&refusal, step);
		if (makes_network(step))
			refuse_ranges(&refusal, step);
	}
	return errors->count > before ? -1 : 0;
}
