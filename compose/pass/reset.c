#include "compose/pass/reset.h"

#include <string.h>

enum { DEEPEST = 64 };

struct place {
	const char **keys;
	size_t nkeys;
};

struct reset {
	struct arena *arena;
	struct place *places;
	size_t nplaces;
	const char *keys[DEEPEST]; /* of the place being looked at */
	size_t depth;
};

static void remember(struct reset *reset)
{
	struct place *place = ARENA_PUSH(reset->arena, reset->places, reset->nplaces);
	place->nkeys = reset->depth;
	place->keys = arena_calloc(reset->arena, reset->depth + 1, sizeof(char *));
	memcpy(place->keys, reset->keys, reset->depth * sizeof(char *));
}

/* Removes what is tagged !reset below `node` and remembers tagged keys; items of lists have no key, so that
 * what is tagged in a list concerns its own document only. */
static void take_tagged(struct reset *reset, struct node *node, bool in_list)
{
	if (node->kind == NODE_LIST) {
		size_t kept = 0;
		for (size_t i = 0; i < node->nitems; i++) {
			if (node->items[i]->action == NODE_RESET)
				continue;
			take_tagged(reset, node->items[i], true);
			node->items[kept++] = node->items[i];
		}
		node->nitems = kept;
		return;
	}
	if (node->kind != NODE_MAP || reset->depth >= DEEPEST)
		return;
	size_t kept = 0;
	bool dropped = false;
	for (size_t i = 0; i < node->nmembers; i++) {
		struct member member = node->members[i];
		reset->keys[reset->depth++] = member.key;
		if (member.value->action != NODE_KEEP && !in_list)
			remember(reset);
		if (member.value->action != NODE_RESET) {
			take_tagged(reset, member.value, in_list);
			node->members[kept++] = member;
		} else {
			dropped = true;
		}
		reset->depth--;
	}
	node->nmembers = kept;
	if (dropped) { /* positions moved */
		node->index = NULL;
		node->nindex = 0;
	}
}

struct reset *reset_take(struct arena *arena, struct node *tree)
{
	struct reset *reset = ARENA_NEW(arena, struct reset);
	reset->arena = arena;
	take_tagged(reset, tree, false);
	return reset->nplaces ? reset : NULL;
}

static void apply(const struct place *place, size_t from, struct node *node)
{
	for (size_t i = from; node && i + 1 < place->nkeys; i++)
		node = node_get(node, place->keys[i]);
	if (node && node->kind == NODE_MAP)
		node_remove(node, place->keys[place->nkeys - 1]);
}

void reset_apply(const struct reset *reset, struct node *accumulated)
{
	for (size_t i = 0; reset && i < reset->nplaces; i++)
		apply(&reset->places[i], 0, accumulated);
}

void reset_apply_service(const struct reset *reset, const char *name, struct node *base)
{
	for (size_t i = 0; reset && i < reset->nplaces; i++) {
		const struct place *place = &reset->places[i];
		if (place->nkeys > 2 && strcmp(place->keys[0], "services") == 0 &&
			strcmp(place->keys[1], name) == 0)
			apply(place, 2, base);
	}
}
