/* Ports: [[IP:][HOST[-HOST]]:]PORT[-PORT][/PROTOCOL]. */
#include "base/text/text.h"
#include "compose/tree/scalar.h"
#include "compose/schema/short.h"
#include "base/text/address.h"
#include "compose/tree/value.h"

#include <stdlib.h>
#include <string.h>

enum { PORTS_MOST = 100000 }; /* of a file: a dozen characters ask for 65535 */

/* The parts of a port as written; ranges are first and last. */
struct port_spec {
	const char *ip, *protocol;
	bool published;
	unsigned host_first, host_last, first, last;
};

static const char *parse_ip(struct arena *arena, const char *text, size_t len, struct port_spec *spec)
{
	if (len == 0)
		return NULL;
	const char *ip = arena_strndup(arena, text, len);
	if (ip[0] == '[' && ip[len - 1] == ']')
		ip = arena_strndup(arena, ip + 1, len - 2);
	else if (strchr(ip, ':'))
		return arena_printf(arena, "an IPv6 address stands in brackets: [%s]", ip);
	if (strcmp(ip, "localhost") == 0)
		return "\"localhost\" is no IP address: write 127.0.0.1";
	if (!address_is_ip(ip))
		return arena_printf(arena, "\"%s\" is no IP address", ip);
	spec->ip = ip;
	return NULL;
}

static const char *parse_protocol(struct arena *arena, const char *text, struct port_spec *spec)
{
	static const char *const known[] = { "tcp", "udp", "sctp" };
	size_t len = strcspn(text, "/");
	spec->protocol = "tcp";
	if (len == 0)
		return NULL;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i]) == len && strncasecmp(known[i], text, len) == 0) {
			spec->protocol = known[i];
			return NULL;
		}
	return arena_printf(arena, "unknown protocol \"%.*s\": tcp, udp or sctp", (int)len, text);
}

/* [[IP:]HOST:]CONTAINER[/PROTOCOL], read from the right, as an IPv6 address holds colons. Returns what is
 * wrong, or NULL. */
static const char *parse_port_spec(struct arena *arena, const char *text, struct port_spec *spec)
{
	const char *slash = strchr(text, '/'), *end = slash ? slash : text + strlen(text);
	const char *port = end, *host = NULL;
	while (port > text && port[-1] != ':')
		port--;
	if (port > text) {
		host = port - 1;
		while (host > text && host[-1] != ':')
			host--;
	}
	if (port == end)
		return arena_printf(arena, "\"%s\" names no port of the container", text);
	const char *wrong = value_port_range(arena, port, (size_t)(end - port), &spec->first, &spec->last);
	if (!wrong && host && host < port - 1) {
		spec->published = true;
		wrong = value_port_range(
			arena, host, (size_t)(port - 1 - host), &spec->host_first, &spec->host_last);
	}
	if (!wrong && host && host > text)
		wrong = parse_ip(arena, text, (size_t)(host - 1 - text), spec);
	if (!wrong)
		wrong = parse_protocol(arena, slash ? slash + 1 : "", spec);
	if (wrong)
		return wrong;
	unsigned hosts = spec->host_last - spec->host_first, ports = spec->last - spec->first;
	if (spec->published && hosts != ports && ports != 0)
		return arena_printf(arena, "the ranges in \"%s\" differ in length (%u and %u)", text,
			hosts + 1, ports + 1);
	if (spec->first == 0)
		return arena_printf(arena, "\"%s\" has no target port: 0 is none", text);
	return NULL;
}

static struct node *long_form(struct arena *arena, struct mark at, const struct port_spec *spec,
	unsigned port, const char *published)
{
	struct node *map = node_map(arena, at);
	node_set_text(arena, map, "mode", "ingress");
	if (spec->ip)
		node_set_text(arena, map, "host_ip", spec->ip);
	node_set(arena, map, "target", at, node_int(arena, at, port));
	if (published)
		node_set_text(arena, map, "published", published);
	node_set_text(arena, map, "protocol", spec->protocol);
	return map;
}

/* Entries of one spec, in the order of their ports' text as compose 2.40 prints them. */
static void port_expand(struct arena *arena, struct node *list, struct mark at, const struct port_spec *spec)
{
	size_t count = spec->last - spec->first + 1;
	if (count == 1) {
		const char *published = NULL;
		if (spec->published && spec->host_first == spec->host_last)
			published = arena_printf(arena, "%u", spec->host_first);
		else if (spec->published)
			published = arena_printf(arena, "%u-%u", spec->host_first, spec->host_last);
		node_push(arena, list, long_form(arena, at, spec, spec->first, published));
		return;
	}
	const char **ports = arena_calloc(arena, count, sizeof *ports);
	for (size_t i = 0; i < count; i++)
		ports[i] = arena_printf(arena, "%zu/%s", spec->first + i, spec->protocol);
	qsort(ports, count, sizeof *ports, text_order);
	for (size_t i = 0; i < count; i++) {
		unsigned port = (unsigned)strtoul(ports[i], NULL, 10);
		const char *published =
			spec->published ? arena_printf(arena, "%u", spec->host_first + (port - spec->first))
					: NULL;
		node_push(arena, list, long_form(arena, at, spec, port, published));
	}
}

/* One port in short form, appended to `list` as long forms. Returns 0, or -1 with a finding. */
static int short_port(struct walk *walk, struct node *list, const struct node *item)
{
	if (item->kind == NODE_MAP) {
		if (!node_get(item, "target")) {
			walk_error(walk, &item->at, "this port has no target port");
			return error_hint(walk->errors, "add `target:` with the port in the container");
		}
		node_push(walk->arena, list, (struct node *)item);
		return 0;
	}
	const char *text = item->kind == NODE_STRING || item->kind == NODE_INT
				   ? node_scalar_text(walk->arena, item)
				   : NULL;
	if (!text)
		return walk_error(walk, &item->at, "this is no port: write for example \"8080:80\"");
	struct port_spec spec = { .ip = NULL };
	const char *wrong = parse_port_spec(walk->arena, text, &spec);
	if (wrong) {
		walk_error(walk, &item->at, "%s", wrong);
		return error_hint(walk->errors, "the form is [IP:][HOST-PORT:]CONTAINER-PORT[/PROTOCOL]");
	}
	walk->ports += spec.last - spec.first + 1;
	if (walk->ports > PORTS_MOST && !walk->no_limits) {
		walk_error(walk, &item->at, "more than %d ports in all", PORTS_MOST);
		return error_hint(walk->errors, "publish fewer, or take them all with --no-limits");
	}
	port_expand(walk->arena, list, item->at, &spec);
	return 0;
}

/* Whether every item can be parsed; otherwise a lenient pass leaves the whole list alone. */
static bool all_parse(struct walk *walk, const struct node *list)
{
	for (size_t i = 0; i < list->nitems; i++) {
		struct port_spec spec = { .ip = NULL };
		const struct node *item = list->items[i];
		if (item->kind != NODE_MAP &&
			parse_port_spec(walk->arena, node_text(item) ? node_text(item) : "", &spec))
			return false;
	}
	return true;
}

int short_ports(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	struct node *from = *node;
	if (from->kind != NODE_LIST || (walk->lenient && !all_parse(walk, from)))
		return 0;
	struct node *list = node_list(walk->arena, from->at);
	int result = 0;
	for (size_t i = 0; i < from->nitems; i++) {
		walk_push_index(walk, i);
		if (short_port(walk, list, from->items[i]) < 0)
			result = -1;
		walk_pop(walk);
	}
	*node = list;
	return result;
}
