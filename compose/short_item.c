/* The smaller short forms. */
#include "compose/canon.h"
#include "compose/short.h"

#include <string.h>

static struct node *text_node(struct walk *walk, struct mark at, const char *text)
{
	struct node *node = node_string(walk->arena, at, text);
	node->quoted = true;
	return node;
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
		if (item->kind == NODE_MAP && !node_get(item, "target") && !canon_lenient(walk)) {
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
			if (canon_lenient(walk))
				continue;
			walk_push_index(walk, i);
			result = walk_error(walk, &item->at, "\"%s\" has too many colons", item->text);
			error_hint(walk->errors, "the form is SOURCE[:TARGET[:PERMISSIONS]]");
			walk_pop(walk);
			continue;
		}
		struct node *map = wrap(walk, "source", text_node(walk, item->at, parts[0]));
		const char *target = parts[1] && *parts[1] ? parts[1] : parts[0];
		node_set(walk->arena, map, "target", item->at, text_node(walk, item->at, target));
		node_set(walk->arena, map, "permissions", item->at,
			text_node(walk, item->at, parts[2] ? parts[2] : "rwm"));
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
		if (item->kind == NODE_MAP && !node_get(item, "required"))
			node_set(walk->arena, item, "required", item->at,
				node_bool(walk->arena, item->at, true));
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
						text_node(walk, item->at, "service_started")));
		}
		*node = from = map;
	}
	for (size_t i = 0; from->kind == NODE_MAP && i < from->nmembers; i++) {
		struct node *item = from->members[i].value;
		if (item->kind == NODE_MAP && !node_get(item, "required"))
			node_set(walk->arena, item, "required", item->at,
				node_bool(walk->arena, item->at, true));
	}
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
		const char *text = node_text(list->items[i]);
		if (!text)
			return 0;
		const char *equals = strchr(text, '=');
		if (!equals && strcmp(text, "default") != 0)
			return walk_error(walk, &list->items[i]->at,
				"\"%s\" names no key: write %s=PATH, or default", text, text);
		const char *id = equals ? arena_strndup(walk->arena, text, (size_t)(equals - text)) : text;
		node_set(walk->arena, map, id, list->items[i]->at,
			equals ? text_node(walk, list->items[i]->at, equals + 1)
			       : node_null(walk->arena, list->items[i]->at));
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
	for (size_t i = 0; i < list->nitems; i++) {
		const char *text = node_text(list->items[i]);
		const char *equals = text ? strchr(text, '=') : NULL;
		if (!equals)
			return walk_error(walk, &list->items[i]->at, "a named context is NAME=CONTEXT");
		node_set(walk->arena, map, arena_strndup(walk->arena, text, (size_t)(equals - text)),
			list->items[i]->at, text_node(walk, list->items[i]->at, equals + 1));
	}
	*node = map;
	return 0;
}

int short_bool_text(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	if ((*node)->kind == NODE_BOOL)
		*node = text_node(walk, (*node)->at, (*node)->yes ? "true" : "false");
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
