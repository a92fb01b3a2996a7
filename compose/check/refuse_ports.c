#include "compose/check/refuse_ports.h"

#include "base/map.h"
#include "base/text/address.h"
#include "base/text/text.h"
#include "compose/tree/value.h"

#include <string.h>

enum { IPV4, IPV6, FAMILIES };

/* Who publishes a port. */
struct publisher {
	const char *service;
	const struct node *port;
};

/* A port of the host, of one protocol. */
struct taken {
	const struct publisher *any[FAMILIES]; /* the first by some address of the family */
	const struct publisher *all[FAMILIES]; /* by all of them */
};

/* What a port asks for. */
struct asked {
	const char *port;    /* "80/tcp" */
	const char *address; /* of the host; NULL: all addresses of `families` */
	bool families[FAMILIES];
};

void refuse_ports_init(struct refuse_ports *ports, struct walk *walk)
{
	ports->walk = walk;
	map_init(&ports->taken, walk->arena);
	map_init(&ports->ends, walk->arena);
}

void refuse_ports_order(struct refuse_ports *ports, const struct node *service)
{
	const struct node *edges = node_get(service, "depends_on");
	for (size_t i = 0; edges && edges->kind == NODE_MAP && i < edges->nmembers; i++)
		if (text_is(node_text(node_get(edges->members[i].value, "condition")),
			    "service_completed_successfully"))
			map_set(&ports->ends, edges->members[i].key, NULL);
}

/* Reads a port, whose `key` has that of the host; false when the engine chooses that of the host, or will not
 * take it at all. */
static bool read_asked(struct arena *arena, const struct node *port, const char *key, struct asked *ret_asked)
{
	const char *published = node_text(node_get(port, key)),
		   *protocol = node_text(node_get(port, "protocol")),
		   *host_ip = node_text(node_get(port, "host_ip"));
	unsigned first, last;
	struct address address;
	*ret_asked = (struct asked){ .families = { true, true } };
	if (!published || !*published ||
		value_port_range(arena, published, strlen(published), &first, &last) || !first ||
		first != last)
		return false;
	ret_asked->port = arena_printf(arena, "%u/%s", first, protocol && *protocol ? protocol : "tcp");
	if (!host_ip || !*host_ip)
		return true;
	if (!address_parse(host_ip, &address))
		return false;
	ret_asked->families[address.size == 4 ? IPV6 : IPV4] = false;
	static const unsigned char zero[sizeof address.bytes];
	if (memcmp(address.bytes, zero, address.size) == 0)
		return true;
	/* one text for each address, however it was written */
	char hex[2 * sizeof address.bytes + 1];
	for (unsigned i = 0; i < address.size; i++)
		snprintf(hex + 2 * i, 3, "%02x", address.bytes[i]);
	ret_asked->address = arena_printf(arena, "%s %s", ret_asked->port, hex);
	return true;
}

/* Takes the port for `by`. Returns who has it already, or NULL. */
static const struct publisher *take(
	struct refuse_ports *ports, const struct asked *asked, const struct publisher *by)
{
	const struct publisher *other = asked->address ? map_get(&ports->taken, asked->address) : NULL;
	struct taken *taken = map_get(&ports->taken, asked->port);
	if (!taken) {
		taken = ARENA_NEW(ports->walk->arena, struct taken);
		map_set(&ports->taken, asked->port, taken);
	}
	for (size_t f = 0; f < FAMILIES; f++) {
		if (!asked->families[f])
			continue;
		if (!other)
			other = asked->address ? taken->all[f] : taken->any[f];
		if (!taken->any[f])
			taken->any[f] = by;
		if (!asked->address && !taken->all[f])
			taken->all[f] = by;
	}
	if (asked->address && !map_has(&ports->taken, asked->address))
		map_set(&ports->taken, asked->address, (void *)by);
	return other;
}

static void refuse_port(struct walk *walk, const struct publisher *by, const struct publisher *other)
{
	const char *published = node_text(node_get(by->port, "published"));
	published = published ? published : node_text(node_get(by->port, "external"));
	const struct mark *at = &by->port->at, *there = &other->port->at;
	const char *place = ""; /* of the command line: `run --publish` */
	if (there->file)
		place = text_is(there->file, at->file)
				? arena_printf(walk->arena, " (line %u)", there->line)
				: arena_printf(walk->arena, " (%s:%u)", there->file, there->line);
	if (other->service == by->service)
		walk_error(walk, at, "port %s of the host is published twice%s", published, place);
	else
		walk_error(walk, at, "port %s of the host is published by service \"%s\", too%s", published,
			other->service, place);
	error_hint(walk->errors, "publish another port, or each on an address of its own");
}

/* Whether `ports` publishes this port of the container, by TCP. */
static bool is_published(const struct node *list, const char *target)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++) {
		const char *protocol = node_text(node_get(list->items[i], "protocol"));
		if (text_is(node_text(node_get(list->items[i], "target")), target) &&
			(!protocol || strcmp(protocol, "tcp") == 0))
			return true;
	}
	return false;
}

/* The ports of `list`, which the walk stands at, the port of the host under `key`; of x-flow.ports (`own` is
 * the list of `ports` then) those that `ports` does not publish already. */
static void add_ports(struct refuse_ports *ports, const char *service, const struct node *list,
	const char *key, const struct node *own)
{
	struct walk *walk = ports->walk;
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++) {
		const struct node *port = list->items[i];
		struct asked asked;
		if ((own && is_published(own, node_text(node_get(port, "internal")))) ||
			!read_asked(walk->arena, port, key, &asked))
			continue;
		struct publisher *by = ARENA_NEW(walk->arena, struct publisher);
		*by = (struct publisher){ service, port };
		walk_push_index(walk, i);
		const struct publisher *other = take(ports, &asked, by);
		if (other)
			refuse_port(walk, by, other);
		walk_pop(walk);
	}
}

void refuse_ports_add(struct refuse_ports *ports, const char *key, const struct node *service)
{
	struct walk *walk = ports->walk;
	const struct node *list = node_get(service, "ports"), *flow = node_get(service, "x-flow");
	struct refuse_ports own = { .walk = walk };
	if (!value_mode_publishes(node_text(node_get(service, "network_mode"))))
		return;
	if (map_has(&ports->ends, key)) { /* the others begin without it */
		refuse_ports_init(&own, walk);
		ports = &own;
	}
	walk_push(walk, "services");
	walk_push(walk, key);
	walk_push(walk, "ports");
	add_ports(ports, key, list, "published", NULL);
	walk_pop(walk);
	walk_push(walk, "x-flow");
	walk_push(walk, "ports");
	add_ports(ports, key, node_get(flow, "ports"), "external", list);
	for (int depth = 0; depth < 4; depth++)
		walk_pop(walk);
}
