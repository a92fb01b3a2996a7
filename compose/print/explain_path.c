#include "compose/print/explain_path.h"

#include "base/text/text.h"

#include <stdlib.h>
#include <string.h>

/* An item KEY=VALUE or KEY of a list that could be a mapping. */
static const struct node *find_pair(const struct node *list, const char *key)
{
	size_t len = strlen(key);
	for (size_t i = list->nitems; i-- > 0;) {
		const char *text = node_text(list->items[i]);
		if (text && strncmp(text, key, len) == 0 && (!text[len] || text[len] == '='))
			return list->items[i];
	}
	return NULL;
}

/* Reads "[N]"; false when something else stands there. `ret_rest`: what follows, without a point. */
static bool read_index(const char *path, unsigned long *ret_index, const char **ret_rest)
{
	size_t digits = strspn(path + 1, "0123456789");
	const char *end = path + 1 + digits;
	if (!digits || digits > 9 || *end != ']' || (end[1] && end[1] != '.' && end[1] != '['))
		return false;
	*ret_index = strtoul(path + 1, NULL, 10);
	*ret_rest = end + 1 + (end[1] == '.');
	return true;
}

const struct node *explain_path_node(struct arena *arena, const struct node *node, const char *path)
{
	if (!node || !*path)
		return node;
	if (*path == '[') {
		unsigned long index;
		const char *rest;
		if (!read_index(path, &index, &rest) || node->kind != NODE_LIST || index >= node->nitems)
			return NULL;
		return explain_path_node(arena, node->items[index], rest);
	}
	if (node->kind == NODE_LIST)
		return find_pair(node, path);
	for (size_t len = strlen(path); len && node->kind == NODE_MAP; len--) {
		if (path[len] && path[len] != '.' && path[len] != '[')
			continue;
		const struct node *value = node_get(node, arena_strndup(arena, path, len));
		const struct node *found = value ? explain_path_node(arena, value,
							   path[len] == '.' ? path + len + 1 : path + len)
						 : NULL;
		if (found)
			return found;
	}
	return NULL;
}

const struct node *explain_path_acting(struct arena *arena, const struct node *node, const char *path)
{
	if (!node || node->action != NODE_KEEP)
		return node;
	for (size_t len = strlen(path); len && node->kind == NODE_MAP; len--) {
		if (path[len] && path[len] != '.' && path[len] != '[')
			continue;
		const struct node *value = node_get(node, arena_strndup(arena, path, len));
		const struct node *found = value ? explain_path_acting(arena, value,
							   path[len] == '.' ? path + len + 1 : path + len)
						 : NULL;
		if (found)
			return found;
	}
	return NULL;
}

const char *explain_path_nearest(struct arena *arena, const struct node *node, const char *path)
{
	const char **keys = NULL;
	size_t nkeys = 0, len = strcspn(path, ".[");
	for (size_t i = 0; node && node->kind == NODE_MAP && i < node->nmembers; i++) {
		const char *key = node->members[i].key;
		size_t known = strlen(key);
		if (strncmp(path, key, known) == 0 && path[known] == '.') {
			const char *rest =
				explain_path_nearest(arena, node->members[i].value, path + known + 1);
			return rest ? arena_printf(arena, "%s.%s", key, rest) : NULL;
		}
		*ARENA_PUSH(arena, keys, nkeys) = key;
	}
	const char *near = error_nearest(arena_strndup(arena, path, len), keys, nkeys);
	return near ? arena_printf(arena, "%s%s", near, path + len) : NULL;
}

bool explain_path_collects(const struct node *node)
{
	return node && (node->kind == NODE_LIST || node->kind == NODE_MAP);
}

bool explain_path_same(const struct node *a, const struct node *b)
{
	return a && b && a->at.line == b->at.line && a->at.col == b->at.col &&
	       text_is(a->at.file, b->at.file);
}

const struct node *explain_path_value(struct arena *arena, const struct project *project, const char *path)
{
	const struct node *value = explain_path_node(arena, project->tree, path);
	const char *service = text_after(path, "services.");
	return value || !service ? value : explain_path_node(arena, project->disabled, service);
}

/* What a document says at the path of an item of the project's list, or below: files' lists are joined, in an
 * order of their own, so that the item is known by its place. A list of which nothing is left was replaced
 * item by item. `behind` is the path behind the brackets. */
static const struct node *written_item(struct arena *arena, const struct node *list,
	const struct node *written, unsigned long index, const char *behind)
{
	const struct node *item = index < list->nitems ? list->items[index] : NULL, *found = NULL;
	bool kept = false;
	for (size_t i = 0; i < written->nitems; i++) {
		for (size_t k = 0; !kept && k < list->nitems; k++)
			kept = explain_path_same(list->items[k], written->items[i]);
		if (explain_path_same(item, written->items[i]))
			found = written->items[i];
	}
	if (!kept && index < written->nitems)
		found = written->items[index];
	const struct node *part = found && *behind ? explain_path_node(arena, found, behind) : NULL;
	return part ? part : found; /* an item in its short form says it all */
}

const struct node *explain_path_written(struct arena *arena, const struct project *project,
	const struct node *doc, const char *path, const char *asked)
{
	const char *bracket = strchr(path, '['), *item = strchr(asked, '[');
	const struct node *list = NULL, *written = NULL;
	if (bracket && item) {
		list = explain_path_value(
			arena, project, arena_strndup(arena, asked, (size_t)(item - asked)));
		written = explain_path_node(arena, doc, arena_strndup(arena, path, (size_t)(bracket - path)));
	}
	if (!list || !written || list->kind != NODE_LIST || written->kind != NODE_LIST)
		return explain_path_node(arena, doc, path);
	unsigned long index;
	const char *rest;
	return read_index(bracket, &index, &rest) ? written_item(arena, list, written, index, rest) : NULL;
}

const struct node *explain_path_find(const struct node *in, const struct node *node)
{
	const struct node *found = explain_path_same(in, node) && !explain_path_collects(in) ? in : NULL;
	for (size_t i = 0; !found && in->kind == NODE_MAP && i < in->nmembers; i++)
		found = explain_path_find(in->members[i].value, node);
	for (size_t i = 0; !found && in->kind == NODE_LIST && i < in->nitems; i++)
		found = explain_path_find(in->items[i], node);
	return found;
}
