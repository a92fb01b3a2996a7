#include "compose/check/refuse.h"

#include "compose/check/refuse_addresses.h"
#include "compose/check/refuse_ports.h"
#include "compose/check/refuse_rules.h"
#include "compose/schema/check_row.h"
#include "compose/schema/walk.h"

#include <string.h>

/* A value, or each item of a list but a command's. Docker flow's own are refuse_flow's. */
static int refuse_value(struct walk *walk, const struct attr *attr, struct node **where)
{
	struct node *node = *where;
	if (node->kind == NODE_NULL || (attr->flags & ATTR_FLOW))
		return WALK_SKIP;
	if (!attr->refuse)
		return WALK_ON;
	if (node->kind != NODE_LIST || attr->kind == KIND_COMMAND)
		return attr->refuse(walk, attr, node) < 0 ? -1 : WALK_ON;
	int result = WALK_ON;
	for (size_t i = 0; i < node->nitems; i++) {
		walk_push_index(walk, i);
		if (attr->refuse(walk, attr, node->items[i]) < 0)
			result = -1;
		walk_pop(walk);
	}
	return result;
}

/* A limit of a device that names none: absent keys have no row to refuse them. */
static int refuse_pathless(struct walk *walk, const struct schema *schema, const struct node *map)
{
	if (node_get(map, "path"))
		return 0;
	walk_error(walk, &map->at, "this %s has no path", schema->name);
	return error_hint(walk->errors, "add `path:` with a device of the host");
}

/* A check of two kinds; `container: false` and `none: false` are none. */
static int refuse_kinds(struct walk *walk, const struct schema *schema, const struct node *map)
{
	const struct member *first = NULL, *other = NULL;
	for (size_t i = 0; i < map->nmembers && !other; i++) {
		const struct member *member = &map->members[i];
		const struct attr *row = schema_find(schema, member->key);
		bool off = member->value->kind == NODE_NULL ||
			   (member->value->kind == NODE_BOOL && !member->value->yes);
		if (row && row->sets && !off)
			*(first ? &other : &first) = member;
	}
	if (!other)
		return 0;
	walk_push(walk, other->key);
	walk_error(walk, &other->at, "a check is of one kind, and this one is %s already (line %u)",
		first->key, first->at.line);
	walk_pop(walk);
	return error_hint(walk->errors, "keep one of them");
}

/* What rows alone do not tell of a mapping. */
static int refuse_map(struct walk *walk, const struct schema *schema, struct node *map)
{
	if (schema->flags & SCHEMA_CAPITAL)
		return refuse_pathless(walk, schema, map);
	return schema == &schema_flow_probe ? refuse_kinds(walk, schema, map) : 0;
}

static const struct walk_pass pass = { .enter = refuse_value, .open = refuse_map };

/* One entry of a section of the project, and what its rows do not tell. */
static void refuse_entry(struct walk *walk, const struct schema *schema, const char *section, const char *key,
	const struct node *tree, struct node *entry)
{
	walk_push(walk, section);
	walk_push(walk, key);
	walk_from(walk, schema, entry);
	if (schema == &schema_service)
		refuse_rules_service(walk, tree, entry);
	else if (schema == &schema_network)
		refuse_rules_network(walk, entry);
	else
		refuse_rules_volume(walk, entry);
	walk_pop(walk);
	walk_pop(walk);
}

/* Whether the file says that it gets no container. */
static bool is_scaled_away(const struct node *service)
{
	const struct node *scale = node_get(service, "scale"),
			  *replicas = node_get(node_get(service, "deploy"), "replicas");
	return (scale && scale->kind == NODE_INT && !scale->integer) ||
	       (replicas && replicas->kind == NODE_INT && !replicas->integer);
}

/* Ports of the host, and addresses, that only one container can have. */
static void warn_of_clashes(struct walk *walk, const struct node *services)
{
	struct refuse_ports ports;
	struct refuse_addresses addresses;
	refuse_ports_init(&ports, walk);
	refuse_addresses_init(&addresses, walk, &ports.ends);
	if (!services || services->kind != NODE_MAP)
		return;
	for (size_t i = 0; i < services->nmembers; i++)
		refuse_ports_order(&ports, services->members[i].value);
	for (size_t i = 0; i < services->nmembers; i++) {
		if (is_scaled_away(services->members[i].value))
			continue;
		refuse_ports_add(&ports, services->members[i].key, services->members[i].value);
		refuse_addresses_add(&addresses, "", services->members[i].key, services->members[i].value);
	}
}

/* Secrets and configs that come from files. */
static void warn_of_files(struct walk *walk, const struct node *tree)
{
	static const char *const sections[] = { "secrets", "configs" };
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		const struct node *all = node_get(tree, sections[i]);
		walk_push(walk, sections[i]);
		for (size_t k = 0; all && all->kind == NODE_MAP && k < all->nmembers; k++) {
			walk_push(walk, all->members[k].key);
			refuse_rules_file(walk, all->members[k].value);
			walk_pop(walk);
		}
		walk_pop(walk);
	}
}

void refuse_warn(struct arena *arena, struct node *tree, struct errors *errors)
{
	static const struct {
		const char *name;
		const struct schema *schema;
	} sections[] = { { "services", &schema_service }, { "networks", &schema_network },
		{ "volumes", &schema_volume } };
	struct walk walk;
	walk_init(&walk, arena, &pass, NULL, errors);
	walk.advises = true;
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		const struct node *all = node_get(tree, sections[i].name);
		for (size_t k = 0; all && all->kind == NODE_MAP && k < all->nmembers; k++)
			refuse_entry(&walk, sections[i].schema, sections[i].name, all->members[k].key, tree,
				all->members[k].value);
	}
	warn_of_files(&walk, tree);
	warn_of_clashes(&walk, node_get(tree, "services"));
}

/* The networks and volumes of a service, each once. */
static void refuse_used(struct walk *walk, const struct service *service, struct map *done)
{
	for (size_t i = 0; i < service->nnetworks; i++) {
		const struct network *network = project_network(service->project, service->networks[i]->key);
		const char *name = network && network->name ? network->name : service->networks[i]->key;
		if (!network || map_has(done, name))
			continue;
		map_set(done, name, "");
		refuse_entry(walk, &schema_network, "networks", network->key, NULL, network->node);
	}
	for (size_t i = 0; i < service->nvolumes; i++) {
		const char *source = service->volumes[i]->source;
		const struct volume *volume = source ? project_volume(service->project, source) : NULL;
		if (!volume)
			continue;
		const char *name = arena_printf(/* no network's */
			walk->arena, "/%s", volume->name ? volume->name : volume->key);
		if (map_has(done, name))
			continue;
		map_set(done, name, "");
		refuse_entry(walk, &schema_volume, "volumes", volume->key, NULL, volume->node);
	}
}

int refuse_services(
	struct arena *arena, const struct service *const *services, size_t count, struct errors *errors)
{
	struct map done;
	struct walk walk;
	struct refuse_ports ports;
	struct refuse_addresses addresses;
	map_init(&done, arena);
	walk_init(&walk, arena, &pass, NULL, errors);
	for (size_t i = 0; i < count; i++) {
		const struct service *service = services[i];
		refuse_entry(&walk, &schema_service, "services", service->key, service->project->tree,
			service->node);
		refuse_used(&walk, service, &done);
	}
	refuse_ports_init(&ports, &walk);
	refuse_addresses_init(&addresses, &walk, &ports.ends);
	for (size_t i = 0; i < count; i++)
		refuse_ports_order(&ports, services[i]->node);
	for (size_t i = 0; i < count; i++) {
		refuse_ports_add(&ports, services[i]->key, services[i]->node);
		refuse_addresses_add(
			&addresses, services[i]->project->name, services[i]->key, services[i]->node);
	}
	return walk.failed ? -1 : 0;
}

static int refuse_option(struct arena *arena,
	int (*rule)(struct walk *walk, const struct attr *attr, const struct node *node), const char *where,
	const char *text, struct errors *errors)
{
	const struct mark nowhere = { 0 };
	struct walk walk;
	if (!text)
		return 0;
	walk_init(&walk, arena, &pass, NULL, errors);
	walk_push(&walk, where);
	return rule(&walk, NULL, node_quoted(arena, nowhere, text));
}

int refuse_container_name(struct arena *arena, const char *where, const char *name, struct errors *errors)
{
	return refuse_option(arena, refuse_name, where, name, errors);
}

int refuse_container_signal(struct arena *arena, const char *where, const char *signal, struct errors *errors)
{
	return refuse_option(arena, refuse_signal, where, signal, errors);
}

/* The x-flow of an entry, or of the project. */
static void refuse_own(struct walk *walk, const struct schema *schema, const struct node *entry)
{
	struct node *own = node_get(entry, "x-flow");
	if (!own)
		return;
	walk_push(walk, "x-flow");
	walk_from(walk, schema, own);
	walk_pop(walk);
}

int refuse_flow(struct arena *arena, struct node *tree, struct errors *errors)
{
	const struct node *services = node_get(tree, "services");
	struct walk walk;
	walk_init(&walk, arena, &pass, NULL, errors);
	refuse_own(&walk, &schema_flow_project, tree);
	walk_push(&walk, "services");
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->nmembers; i++) {
		walk_push(&walk, services->members[i].key);
		refuse_own(&walk, &schema_flow_service, services->members[i].value);
		walk_pop(&walk);
	}
	return walk.failed ? -1 : 0;
}
