#include "compose/check/check.h"

#include "compose/schema/walk.h"

#include <string.h>

static bool is_external(const struct node *map)
{
	const struct node *external = node_get(map, "external");
	return external && external->kind == NODE_BOOL && external->yes;
}

/* An external volume is what it is. */
static int check_external(struct walk *walk, const struct node *volume)
{
	for (size_t i = 0; is_external(volume) && i < volume->nmembers; i++) {
		const struct member *member = &volume->members[i];
		if (strcmp(member->key, "external") == 0 || strcmp(member->key, "name") == 0 ||
			strncmp(member->key, "x-", 2) == 0)
			continue;
		walk_error(walk, &member->at, "an external volume cannot have \"%s\"", member->key);
		return error_hint(walk->errors, "remove `%s:` or `external: true`", member->key);
	}
	return 0;
}

/* Where a secret or config comes from: exactly one of `keys`. */
static int check_source(struct walk *walk, const struct node *map, const char *const *keys, size_t nkeys)
{
	const char *all = "";
	size_t count = 0;
	for (size_t i = 0; i < nkeys; i++) {
		count += node_get(map, keys[i]) != NULL;
		all = arena_printf(walk->arena, "%s%s%s", all, i ? ", " : "", keys[i]);
	}
	if (count > 1)
		return walk_error(walk, &map->at, "only one of %s is possible", all);
	if (count == 0 && !node_get(map, "external") && !node_get(map, "driver"))
		return walk_error(walk, &map->at, "one of %s must be set", all);
	return 0;
}

static int check_requested(struct walk *walk, const struct node *map)
{
	if (node_get(map, "count") && node_get(map, "device_ids")) {
		walk_error(walk, &map->at, "count and device_ids exclude each other");
		return error_hint(walk->errors, "keep one of them");
	}
	return 0;
}

static int check_map_rules(struct walk *walk, const struct schema *schema, struct node *map)
{
	static const char *const sources[] = { "file", "environment", "content" };
	if (schema == &schema_volume)
		return check_external(walk, map);
	if (schema == &schema_secret)
		return check_source(walk, map, sources, 2);
	if (schema == &schema_config)
		return check_source(walk, map, sources, 3);
	if (schema == &schema_device_request || schema == &schema_reserved_device)
		return check_requested(walk, map);
	return 0;
}

static int check_row_rule(struct walk *walk, const struct attr *attr, struct node **node)
{
	return attr->check && attr->check(walk, attr, *node) < 0 ? -1 : WALK_ON;
}

int check_tree(struct arena *arena, struct node *tree, struct errors *errors)
{
	static const struct walk_pass pass = { .enter = check_row_rule, .open = check_map_rules };
	return walk_tree(arena, &schema_project, tree, &pass, NULL, errors);
}
