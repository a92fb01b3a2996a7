#include "compose/pass/merge.h"

#include "compose/pass/canon.h"
#include "compose/tree/scalar.h"
#include "compose/schema/walk.h"

#include <stdlib.h>
#include <string.h>

static int merge_node(struct walk *walk, const struct attr *attr, struct node **base, struct node *over);

static int merge_by_text(const void *a, const void *b)
{
	return strcmp((*(struct node *const *)a)->text, (*(struct node *const *)b)->text);
}

/* Items `key=value` of one member of a mapping; a list of values gives one item each. */
static void push_pairs(struct walk *walk, struct node *list, const struct member *member)
{
	const struct node *value = member->value;
	size_t count = value->kind == NODE_LIST ? value->nitems : 1;
	for (size_t i = 0; i < count; i++) {
		const struct node *one = value->kind == NODE_LIST ? value->items[i] : value;
		const char *text = one->kind == NODE_NULL ? NULL : node_scalar_text(walk->arena, one);
		node_push(walk->arena, list,
			node_quoted(walk->arena, text ? one->at : member->at,
				text ? arena_printf(walk->arena, "%s=%s", member->key, text) : member->key));
	}
}

/* The node as a list: a mapping becomes items key=value in order of their text, a scalar the only item. Forms
 * that validation will refuse come back as they are. */
static struct node *as_list(struct walk *walk, struct node *node)
{
	if (node->kind == NODE_LIST)
		return node;
	struct node *list = node_list(walk->arena, node->at);
	if (node->kind != NODE_MAP) {
		node_push(walk->arena, list, node);
		return list;
	}
	for (size_t i = 0; i < node->nmembers; i++) {
		const struct node *value = node->members[i].value;
		if (value->kind == NODE_MAP || (value->kind == NODE_LIST && !value->nitems))
			return node;
		push_pairs(walk, list, &node->members[i]);
	}
	if (list->nitems)
		qsort(list->items, list->nitems, sizeof *list->items, merge_by_text);
	return list;
}

static int clash(struct walk *walk, const struct node *base, const struct node *over)
{
	walk_error(walk, &over->at, "a %s cannot override a %s (%s:%u)", node_kind_name(over),
		node_kind_name(base), base->at.file ? base->at.file : "?", base->at.line);
	return error_hint(walk->errors, "write it as a %s, too, or tag it !override", node_kind_name(base));
}

static int merge_lists(struct walk *walk, const struct attr *attr, struct node **base, struct node *over)
{
	struct node *a = as_list(walk, *base), *b = as_list(walk, over);
	if (a->kind != NODE_LIST || b->kind != NODE_LIST)
		return clash(walk, *base, over);
	struct map there;
	map_init(&there, walk->arena);
	for (size_t i = 0; i < a->nitems && attr->merge == MERGE_HOSTS; i++)
		if (node_text(a->items[i]))
			map_set(&there, node_text(a->items[i]), a);
	for (size_t i = 0; i < b->nitems; i++)
		if (!node_text(b->items[i]) || !map_has(&there, node_text(b->items[i])))
			node_push(walk->arena, a, b->items[i]);
	*base = a;
	return 0;
}

/* Mappings by key: members of `over` join those of `base` by the rule of their row. */
static int merge_maps(struct walk *walk, const struct attr *attr, struct node *base, struct node *over)
{
	int result = 0;
	struct attr named;
	if (attr && attr->kind == KIND_NAMED)
		named = (struct attr){ .name = attr->name, .kind = KIND_STRUCT, .of = attr->of };
	for (size_t i = 0; i < over->nmembers; i++) {
		struct member *member = &over->members[i];
		struct member *there = node_member(base, member->key);
		if (!there) {
			node_set(walk->arena, base, member->key, member->at, member->value);
			continue;
		}
		const struct attr *row = NULL;
		if (attr && attr->kind == KIND_NAMED)
			row = &named;
		else if (attr && attr->of)
			row = schema_find(attr->of, member->key);
		walk_push(walk, member->key);
		if (merge_node(walk, row, &there->value, member->value) < 0)
			result = -1;
		if (there->value == member->value) /* nothing is left of what stood there */
			there->at = member->at;
		walk_pop(walk);
	}
	return result;
}

static int merge_deep(struct walk *walk, const struct attr *attr, struct node **base, struct node *over)
{
	struct node *there = *base;
	if (there->kind == NODE_MAP && over->kind == NODE_MAP)
		return merge_maps(walk, attr, there, over);
	if (there->kind == NODE_LIST && over->kind == NODE_LIST) {
		for (size_t i = 0; i < over->nitems; i++)
			node_push(walk->arena, there, over->items[i]);
		return 0;
	}
	if (there->kind == NODE_MAP || there->kind == NODE_LIST)
		return clash(walk, there, over);
	*base = over;
	return 0;
}

/* Whether the two logging blocks name the same driver, or one names none. */
static bool same_driver(const struct node *base, const struct node *over)
{
	const char *a = node_text(node_get(base, "driver")), *b = node_text(node_get(over, "driver"));
	return !a || !b || strcmp(a, b) == 0;
}

static int merge_pools(struct walk *walk, const struct attr *attr, struct node *base, struct node *over)
{
	struct attr pool = { .name = attr->name, .kind = KIND_STRUCT, .of = attr->of };
	for (size_t i = 0; i < over->nitems; i++) {
		struct node *item = over->items[i], *same = NULL;
		const char *subnet = node_text(node_get(item, "subnet"));
		for (size_t j = 0; subnet && j < base->nitems && !same; j++) {
			const char *there = node_text(node_get(base->items[j], "subnet"));
			if (there && strcmp(there, subnet) == 0)
				same = base->items[j];
		}
		if (!same)
			node_push(walk->arena, base, item);
		else if (merge_maps(walk, &pool, same, item) < 0)
			return -1;
	}
	return 0;
}

/* Joins `over` into `*base` by the row's rule; without a row mappings go by key, lists are appended. */
static int merge_node(struct walk *walk, const struct attr *attr, struct node **base, struct node *over)
{
	int rule = attr ? attr->merge : MERGE_DEEP;
	if (rule == MERGE_REPLACE || ((*base)->kind == NODE_NULL && over->kind != NODE_NULL)) {
		*base = over;
		return 0;
	}
	if (over->kind == NODE_NULL)
		return 0;
	switch (rule) {
	case MERGE_LIST:
	case MERGE_HOSTS:
		return merge_lists(walk, attr, base, over);
	case MERGE_NAMES:
	case MERGE_SHORT:
		/* a mapping stays as written: what it leaves out is the base's */
		if ((*base)->kind != NODE_MAP && canon_short(walk, attr, base) < 0)
			return -1;
		if (over->kind != NODE_MAP && canon_short(walk, attr, &over) < 0)
			return -1;
		break;
	case MERGE_LOGGING:
		if (same_driver(*base, over))
			break;
		*base = over;
		return 0;
	case MERGE_SINGLE:
		if ((*base)->kind != NODE_MAP || over->kind != NODE_MAP)
			break;
		for (size_t i = 0; i < over->nmembers; i++)
			node_set(walk->arena, *base, over->members[i].key, over->members[i].at,
				over->members[i].value);
		return 0;
	case MERGE_POOLS:
		if ((*base)->kind == NODE_LIST && over->kind == NODE_LIST)
			return merge_pools(walk, attr, *base, over);
		break;
	default:
		break;
	}
	return merge_deep(walk, attr, base, over);
}

int merge_tree(struct arena *arena, struct node *base, struct node *over, struct errors *errors)
{
	struct attr root = { .name = "", .kind = KIND_STRUCT, .of = &schema_project };
	struct walk walk;
	walk_init(&walk, arena, NULL, NULL, errors);
	return merge_maps(&walk, &root, base, over);
}

int merge_service(
	struct arena *arena, const char *name, struct node *base, struct node *over, struct errors *errors)
{
	struct attr service = { .name = name, .kind = KIND_STRUCT, .of = &schema_service };
	struct walk walk;
	walk_init(&walk, arena, NULL, NULL, errors);
	walk_push(&walk, "services");
	walk_push(&walk, name);
	return merge_maps(&walk, &service, base, over);
}
