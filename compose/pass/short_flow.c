/* Registry-style keys that stand among compose's: they move to x-flow before anything is hashed or printed.
 */
#include "compose/schema/short.h"

#include <string.h>

/* The list x-flow.KEY of a service, made when missing; NULL when something else stands there. */
static struct node *flow_list(struct walk *walk, struct node *service, const char *key, struct mark at)
{
	struct node *flow = node_get(service, "x-flow");
	if (!flow) {
		flow = node_map(walk->arena, at);
		node_set(walk->arena, service, "x-flow", at, flow);
	}
	struct node *list = node_get(flow, key);
	if (!list && flow->kind == NODE_MAP) {
		list = node_list(walk->arena, at);
		node_set(walk->arena, flow, key, at, list);
	}
	return list && list->kind == NODE_LIST ? list : NULL;
}

static bool is_registry_style(const struct node *item)
{
	for (size_t i = 0; item->kind == NODE_MAP && i < schema_port.nrows; i++)
		if ((schema_port.rows[i].flags & ATTR_BARE) && node_get(item, schema_port.rows[i].name))
			return true;
	return false;
}

/* Splits a port that has compose's keys, too: what is docker flow's goes into the mapping returned. */
static struct node *split_port(struct walk *walk, struct node *item)
{
	struct node *port = node_map(walk->arena, item->at);
	struct node *target = node_get(item, "target");
	if (!node_get(item, "internal") && target)
		node_set(walk->arena, port, "internal", target->at, node_copy(walk->arena, target));
	for (size_t i = 0; i < schema_port.nrows; i++) {
		const struct attr *row = &schema_port.rows[i];
		struct node *value = row->flags & ATTR_BARE ? node_remove(item, row->name) : NULL;
		if (value)
			node_set(walk->arena, port, row->name, value->at, value);
	}
	return port;
}

static void move_ports(struct walk *walk, struct node *service, struct node *ports)
{
	size_t kept = 0;
	for (size_t i = 0; i < ports->nitems; i++) {
		struct node *item = ports->items[i];
		struct node *list =
			is_registry_style(item) ? flow_list(walk, service, "ports", item->at) : NULL;
		if (!list) {
			ports->items[kept++] = item;
			continue;
		}
		node_push(walk->arena, list, split_port(walk, item));
		if (node_get(item, "target"))
			ports->items[kept++] = item;
	}
	ports->nitems = kept;
}

int short_flow(struct walk *walk, struct node *service)
{
	struct node *dependencies = node_remove(service, "dependencies");
	struct node *list = dependencies ? flow_list(walk, service, "dependencies", dependencies->at) : NULL;
	for (size_t i = 0; list && dependencies->kind == NODE_LIST && i < dependencies->nitems; i++)
		node_push(walk->arena, list, dependencies->items[i]);
	struct node *ports = node_get(service, "ports");
	if (ports && ports->kind == NODE_LIST)
		move_ports(walk, service, ports);
	return 0;
}

bool short_flow_needed(const struct node *service)
{
	const struct node *ports = node_get(service, "ports");
	for (size_t i = 0; ports && ports->kind == NODE_LIST && i < ports->nitems; i++)
		if (is_registry_style(ports->items[i]))
			return true;
	return node_get(service, "dependencies") != NULL;
}
