/* The smaller short forms. */
#include "compose/schema/short.h"

#include <string.h>

/* What a dependency or an env file is unless it says otherwise. */
static void set_required(struct walk *walk, struct node *item)
{
	if (item->kind == NODE_MAP && !node_get(item, "required"))
		node_set(walk->arena, item, "required", item->at, node_bool(walk->arena, item->at, true));
}

/* Sets KEY of an item KEY=VALUE; returns false when it is none. */
static bool short_take_pair(struct walk *walk, struct node *map, const struct node *item)
{
	const char *text = node_text(item), *equals = text ? strchr(text, '=') : NULL;
	if (equals)
		node_set(walk->arena, map, arena_strndup(walk->arena, text, (size_t)(equals - text)),
			item->at, node_quoted(walk->arena, item->at, equals + 1));
	return equals;
}

/* {key: item} at the item's place. */
static struct node *wrap(struct walk *walk, const char *key, struct node *item)
{
	struct node *map = node_map(walk->arena, item->at);
	node_set(walk->arena, map, key, item->at, item);
	return map;
}

int short_devices(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	struct node *list = *node;
	int result = 0;
	for (size_t i = 0; list->kind == NODE_LIST && i < list->nitems; i++) {
		struct node *item = list->items[i];
		if (item->kind == NODE_MAP && !node_get(item, "target") && !walk->lenient) {
			walk_push_index(walk, i);
			result = walk_error(walk, &item->at, "this device has no target");
			error_hint(walk->errors, "add `target:` with the path in the container");
			walk_pop(walk);
		}
		if (item->kind != NODE_STRING)
			continue;
		const char *parts[3] = { NULL, NULL, NULL };
		size_t count = 0;
		for (const char *at = item->text; at; count++) {
			size_t len = strcspn(at, ":");
			if (count < 3)
				parts[count] = arena_strndup(walk->arena, at, len);
			at = at[len] ? at + len + 1 : NULL;
		}
		if (count > 3) {
			if (walk->lenient)
				continue;
			walk_push_index(walk, i);
			result = walk_error(walk, &item->at, "\"%s\" has too many colons", item->text);
			error_hint(walk->errors, "the form is SOURCE[:TARGET[:PERMISSIONS]]");
			walk_pop(walk);
			continue;
		}
		struct node *map = wrap(walk, "source", node_quoted(walk->arena, item->at, parts[0]));
		const char *target = parts[1] && *parts[1] ? parts[1] : parts[0];
		node_set(walk->arena, map, "target", item->at, node_quoted(walk->arena, item->at, target));
		node_set(walk->arena, map, "permissions", item->at,
			node_quoted(walk->arena, item->at, parts[2] ? parts[2] : "rwm"));
		list->items[i] = map;
	}
	return result;
}

int short_file_refs(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	struct node *list = *node;
	for (size_t i = 0; list->kind == NODE_LIST && i < list->nitems; i++)
		if (list->items[i]->kind == NODE_STRING)
			list->items[i] = wrap(walk, "source", list->items[i]);
	return 0;
}

int short_env_files(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	struct node *list = *node;
	if (list->kind == NODE_STRING) {
		list = node_list(walk->arena, (*node)->at);
		node_push(walk->arena, list, *node);
		*node = list;
	}
	for (size_t i = 0; list->kind == NODE_LIST && i < list->nitems; i++) {
		struct node *item = list->items[i];
		if (item->kind == NODE_STRING)
			list->items[i] = item = wrap(walk, "path", item);
		set_required(walk, item);
	}
	return 0;
}

int short_depends_on(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	struct node *from = *node;
	if (from->kind == NODE_LIST) {
		struct node *map = node_map(walk->arena, from->at);
		for (size_t i = 0; i < from->nitems; i++) {
			struct node *item = from->items[i];
			if (item->kind == NODE_STRING)
				node_set(walk->arena, map, item->text, item->at,
					wrap(walk, "condition",
						node_quoted(walk->arena, item->at, "service_started")));
		}
		*node = from = map;
	}
	for (size_t i = 0; from->kind == NODE_MAP && i < from->nmembers; i++)
		set_required(walk, from->members[i].value);
	return 0;
}

int short_gpus(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	if ((*node)->kind != NODE_STRING)
		return 0;
	struct node *list = node_list(walk->arena, (*node)->at);
	node_push(walk->arena, list, wrap(walk, "count", *node));
	*node = list;
	return 0;
}

int short_ssh(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	struct node *list = *node;
	if (list->kind != NODE_LIST)
		return 0;
	struct node *map = node_map(walk->arena, list->at);
	for (size_t i = 0; i < list->nitems; i++) {
		const struct node *item = list->items[i];
		const char *text = node_text(item);
		if (!text)
			return 0;
		if (short_take_pair(walk, map, item))
			continue;
		if (strcmp(text, "default") != 0)
			return walk_error(walk, &item->at, "\"%s\" names no key: write %s=PATH, or default",
				text, text);
		node_set(walk->arena, map, text, item->at, node_null(walk->arena, item->at));
	}
	*node = map;
	return 0;
}

int short_contexts(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	struct node *list = *node;
	if (list->kind != NODE_LIST)
		return 0;
	struct node *map = node_map(walk->arena, list->at);
	for (size_t i = 0; i < list->nitems; i++)
		if (!short_take_pair(walk, map, list->items[i]))
			return walk_error(walk, &list->items[i]->at, "a named context is NAME=CONTEXT");
	*node = map;
	return 0;
}

int short_bool_text(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	if ((*node)->kind == NODE_BOOL)
		*node = node_quoted(walk->arena, (*node)->at, (*node)->yes ? "true" : "false");
	return 0;
}

int short_dns(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)walk;
	(void)attr;
	struct node *list = *node;
	if (list->kind != NODE_LIST)
		return 0;
	size_t kept = 0;
	for (size_t i = 0; i < list->nitems; i++)
		if (list->items[i]->kind != NODE_NULL &&
			!(list->items[i]->kind == NODE_STRING && !*list->items[i]->text))
			list->items[kept++] = list->items[i];
	list->nitems = kept;
	return 0;
}

int short_extends(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	if ((*node)->kind != NODE_STRING)
		return 0;
	struct node *map = node_map(walk->arena, (*node)->at);
	node_set(walk->arena, map, "service", (*node)->at, *node);
	*node = map;
	return 0;
}

int short_external(struct walk *walk, struct node *map)
{
	struct member *external = node_member(map, "external");
	if (!external || external->value->kind != NODE_MAP)
		return 0;
	struct mark at = external->at;
	struct node *inner = external->value;
	struct node *name = node_get(inner, "name"), *outer = node_get(map, "name");
	walk_warn(walk, &at, "external.name is deprecated: write `external: true` and `name:`");
	external->value = node_bool(walk->arena, at, true);
	if (name && outer && !node_equal(name, outer))
		return walk_error(walk, &name->at, "name and external.name differ: keep only `name`");
	if (name && !outer)
		node_set(walk->arena, map, "name", at, name);
	return 0;
}
