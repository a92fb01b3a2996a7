#include "compose/pass/canon.h"

#include "compose/schema/short.h"

/* A text in place of a mapping is its first row's value. */
static struct node *first_member(struct walk *walk, const struct attr *attr, struct node *text)
{
	struct node *map = node_map(walk->arena, text->at);
	node_set(walk->arena, map, attr->of->rows[0].name, text->at, text);
	return map;
}

/* A list of names as a mapping without values. */
static struct node *names(struct walk *walk, struct node *list)
{
	struct node *map = node_map(walk->arena, list->at);
	for (size_t i = 0; i < list->nitems; i++) {
		const char *name = node_text(list->items[i]);
		if (name)
			node_set(walk->arena, map, name, list->items[i]->at,
				node_null(walk->arena, list->items[i]->at));
	}
	return map;
}

int canon_short(struct walk *walk, const struct attr *attr, struct node **node)
{
	if (attr->canon)
		return attr->canon(walk, attr, node);
	if (attr->kind == KIND_STRUCT && (*node)->kind == NODE_STRING)
		*node = first_member(walk, attr, *node);
	else if (attr->merge == MERGE_NAMES && (*node)->kind == NODE_LIST)
		*node = names(walk, *node);
	return 0;
}

static int canon_value(struct walk *walk, const struct attr *attr, struct node **node)
{
	if ((attr->flags & ATTR_ONE) && (*node)->kind == NODE_STRING) {
		struct node *list = node_list(walk->arena, (*node)->at);
		node_push(walk->arena, list, *node);
		*node = list;
	}
	return canon_short(walk, attr, node) < 0 ? -1 : WALK_ON;
}

static int canon_map(struct walk *walk, const struct schema *schema, struct node *map)
{
	if (schema == &schema_service)
		return short_flow(walk, map);
	if (schema == &schema_network || schema == &schema_volume || schema == &schema_secret ||
		schema == &schema_config)
		return short_external(walk, map);
	return 0;
}

int canon_tree(struct arena *arena, struct node *tree, unsigned flags, struct errors *errors)
{
	static const struct walk_pass pass = { .enter = canon_value, .open = canon_map };
	struct walk walk;
	walk_init(&walk, arena, &pass, NULL, errors);
	walk.lenient = flags & CANON_LENIENT;
	walk.no_limits = flags & CANON_NO_LIMITS;
	return walk_from(&walk, &schema_project, tree);
}
