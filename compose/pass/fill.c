#include "compose/pass/fill.h"

#include "compose/schema/unique.h"
#include "compose/schema/walk.h"

#include <string.h>

/* Secrets of a service have a place of their own. */
static void secret_targets(struct walk *walk, struct node *list)
{
	for (size_t i = 0; list->kind == NODE_LIST && i < list->nitems; i++) {
		struct node *item = list->items[i];
		const char *source = node_text(node_get(item, "source"));
		if (source && !node_get(item, "target"))
			node_set(walk->arena, item, "target", item->at,
				node_quoted(walk->arena, item->at,
					arena_printf(walk->arena, "/run/secrets/%s", source)));
	}
}

static int defaults_enter(struct walk *walk, const struct attr *attr, struct node **node)
{
	if (attr->key == unique_secret)
		secret_targets(walk, *node);
	return WALK_ON;
}

static int defaults_open(struct walk *walk, const struct schema *schema, struct node *map)
{
	for (size_t i = 0; i < schema->nrows; i++) {
		const struct attr *row = &schema->rows[i];
		if (!row->fallback || node_get(map, row->name))
			continue;
		struct node *value =
			row->kind == KIND_BOOL
				? node_bool(walk->arena, map->at, strcmp(row->fallback, "true") == 0)
				: node_quoted(walk->arena, map->at, row->fallback);
		/* the count of a request for devices stands for those that it does not name */
		if (row->kind != KIND_INT || !node_get(map, "device_ids"))
			node_set(walk->arena, map, row->name, map->at, value);
	}
	return 0;
}

int fill_defaults(struct arena *arena, struct node *tree, struct errors *errors)
{
	static const struct walk_pass pass = { .enter = defaults_enter, .open = defaults_open };
	return walk_tree(arena, &schema_project, tree, &pass, NULL, errors);
}

/* Entries `NAME` of a list become `NAME=value`. */
static void environment_list(struct walk *walk, const struct map *env, struct node *list)
{
	for (size_t i = 0; list->kind == NODE_LIST && i < list->nitems; i++) {
		struct node *item = list->items[i];
		if (item->kind != NODE_STRING || strchr(item->text, '='))
			continue;
		const char *value = map_get(env, item->text);
		if (value)
			list->items[i] = node_quoted(
				walk->arena, item->at, arena_printf(walk->arena, "%s=%s", item->text, value));
	}
}

static int environment_enter(struct walk *walk, const struct attr *attr, struct node **node)
{
	if (attr->kind == KIND_ENV && walk->depth == 3 && strcmp(attr->name, "environment") == 0)
		environment_list(walk, walk->arg, *node);
	return WALK_ON;
}

static int environment_open(struct walk *walk, const struct schema *schema, struct node *map)
{
	if (schema != &schema_secret && schema != &schema_config)
		return 0;
	const char *name = node_text(node_get(map, "environment"));
	const char *value = name ? map_get(walk->arg, name) : NULL;
	if (value)
		node_set_text(walk->arena, map, SCHEMA_VALUE, value);
	return 0;
}

int fill_environment(struct arena *arena, struct node *tree, const struct map *env, struct errors *errors)
{
	static const struct walk_pass pass = { .enter = environment_enter, .open = environment_open };
	return walk_tree(arena, &schema_project, tree, &pass, (void *)env, errors);
}
