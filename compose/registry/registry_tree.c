#include "compose/registry/registry.h"

#include "base/buf.h"

#include <string.h>

/* {id} and {org} replaced. */
static const char *image_of(struct arena *arena, const char *template, const char *org, const char *id)
{
	auto_buf struct buf out = { 0 };
	if (!template)
		template = "{org}/{id}:latest";
	if ((!org || !*org) && strstr(template, "{org}"))
		template = "{id}:latest";
	buf_init(&out, 4096);
	for (; *template; template ++) {
		if (strncmp(template, "{id}", 4) == 0) {
			buf_puts(&out, id);
			template += 3;
		} else if (strncmp(template, "{org}", 5) == 0) {
			buf_puts(&out, org);
			template += 4;
		} else {
			buf_putc(&out, *template);
		}
	}
	return arena_strdup(arena, buf_text(&out));
}

static void set_text(
	struct arena *arena, struct node *map, const char *key, const struct node *from, const char *text)
{
	const struct node *node = node_get(from, key);
	struct mark at = node ? node->at : from->at;
	if (text)
		node_set(arena, map, key, at, node_string(arena, at, text));
}

static void set_number(
	struct arena *arena, struct node *map, const char *key, const struct node *from, int64_t value)
{
	const struct node *node = node_get(from, key);
	struct mark at = node ? node->at : from->at;
	if (value)
		node_set(arena, map, key, at, node_int(arena, at, value));
}

/* The defaults of an http check differ from those of x-flow.healthcheck, so they are written out. */
static struct node *check_tree(
	struct arena *arena, const struct registry_check *check, const struct node *from)
{
	struct node *map = node_map(arena, from->at);
	bool http = !check->dbname && !check->user;
	set_text(arena, map, "host", from, check->host);
	set_number(arena, map, "port", from, check->port);
	set_text(arena, map, "path", from,
		check->path ? check->path
		: http      ? "/_internal_/healthcheck"
			    : NULL);
	set_text(arena, map, "status", from, check->status ? check->status : http ? "200-399" : NULL);
	set_text(arena, map, "user", from, check->user);
	set_text(arena, map, "dbname", from, check->dbname);
	return map;
}

/* Ports of an entry: all into x-flow.ports, with their checks; those of the host are published as well. */
static void add_ports(
	struct arena *arena, const struct registry_entry *entry, struct node *service, struct node *flow)
{
	const struct node *from = node_get(entry->node, "ports");
	struct node *published = NULL, *list = NULL;
	for (unsigned i = 0; i < entry->app->nports; i++) {
		const struct registry_port *port = &entry->app->ports[i];
		const struct node *item = from->items[i];
		struct node *map = node_map(arena, item->at);
		if (!list)
			node_set(arena, flow, "ports", from->at, list = node_list(arena, from->at));
		node_push(arena, list, map);
		set_number(arena, map, "internal", item, port->internal);
		set_number(arena, map, "external", item, port->external);
		if (port->healthcheck)
			node_set(arena, map, "healthcheck", node_get(item, "healthcheck")->at,
				check_tree(arena, port->healthcheck, node_get(item, "healthcheck")));
		if (!port->external)
			continue;
		if (!published)
			node_set(arena, service, "ports", from->at, published = node_list(arena, from->at));
		node_push(arena, published,
			node_string(arena, item->at,
				arena_printf(arena, "%lld:%lld", (long long)port->external,
					(long long)port->internal)));
	}
}

static void add_dependencies(struct arena *arena, const struct registry_entry *entry, struct node *flow)
{
	const struct node *from = node_get(entry->node, "dependencies");
	struct node *list = NULL;
	for (unsigned i = 0; i < entry->app->ndependencies; i++) {
		if (!list)
			node_set(arena, flow, "dependencies", from->at, list = node_list(arena, from->at));
		node_push(arena, list, node_string(arena, from->items[i]->at, entry->app->dependencies[i]));
	}
}

static struct node *service_tree(
	struct arena *arena, const struct registry_entry *entry, const char *image, const char *org)
{
	const struct registry_app *app = entry->app;
	struct node *service = node_map(arena, entry->node->at), *flow = node_map(arena, entry->node->at);
	set_text(arena, service, "image", entry->node,
		app->image && *app->image ? app->image : image_of(arena, image, org, app->id));
	add_ports(arena, entry, service, flow);
	add_dependencies(arena, entry, flow);
	if (flow->nmembers)
		node_set(arena, service, "x-flow", entry->node->at, flow);
	return service;
}

struct node *registry_tree(const struct registry *registry, struct arena *arena, const char *image,
	const char *org, const struct map *services)
{
	const struct map_entry *pair;
	size_t at = 0;
	struct node *list = NULL, *tree = node_map(arena, (struct mark){ 0 });
	while ((pair = map_next(&registry->apps, &at))) {
		const struct registry_entry *entry = pair->value;
		if (!list) {
			tree->at = entry->node->at;
			node_set(arena, tree, "services", tree->at, list = node_map(arena, tree->at));
		}
		if (!services || !map_has(services, pair->key))
			node_set(arena, list, pair->key, entry->at, service_tree(arena, entry, image, org));
	}
	return tree;
}
