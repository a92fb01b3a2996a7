#include "compose/pass/reset.h"

#include <string.h>

enum { DEEPEST = 64 };

/* A tagged value, or a tagged item of the list in which its keys end. */
struct place {
	const char **keys;
	size_t nkeys;
	const struct node *tagged;
	bool item;
};

struct reset {
	struct arena *arena;
	struct place *places;
	size_t nplaces;
	const char *keys[DEEPEST]; /* of the place being looked at */
	size_t depth;
};

static void remember(struct reset *reset, const struct node *tagged, bool item)
{
	struct place *place = ARENA_PUSH(reset->arena, reset->places, reset->nplaces);
	place->tagged = tagged;
	place->item = item;
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
			if (node->items[i]->action != NODE_KEEP && !in_list)
				remember(reset, node->items[i], true);
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
			remember(reset, member.value, false);
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

/* Whether a list has something of that name: NAME=…, NAME:…, or the name alone. What is not text may have. */
static bool list_names(const struct node *list, const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < list->nitems; i++) {
		const char *text = node_text(list->items[i]);
		if (!text || (strncmp(text, name, len) == 0 && strchr("=:", text[len])))
			return true;
	}
	return false;
}

/* Whether what `place` names from its key `from` on is in `node`, but in a list, out of which it cannot be
 * taken. */
static bool is_out_of_reach(const struct place *place, size_t from, const struct node *node)
{
	size_t at = from;
	for (; node && node->kind == NODE_MAP && at < place->nkeys; at++)
		node = node_get(node, place->keys[at]);
	if (!node || (at == place->nkeys && !place->item))
		return false;
	const char *name = node_text(place->tagged);
	if (at < place->nkeys)
		name = at + 1 == place->nkeys && !place->item ? place->keys[at] : NULL;
	if (node->kind != NODE_LIST)
		return name && node_get(node, name);
	return name ? list_names(node, name) : node->nitems > 0;
}

static void warn_of_reset(
	const struct reset *reset, const struct place *place, struct errors *errors, const char *why)
{
	const char *path = "";
	for (size_t i = 0; i < place->nkeys; i++)
		path = arena_printf(reset->arena, "%s%s%s", path, i ? "." : "", place->keys[i]);
	error_warn(errors, &place->tagged->at, path, "this %s has no effect: %s",
		place->tagged->action == NODE_RESET ? "!reset" : "!override", why);
}

/* Takes what `place` names from its key `from` on out of `node`. */
static void apply(const struct reset *reset, const struct place *place, size_t from, struct node *node,
	struct errors *errors)
{
	bool told = place->item || place->tagged->action == NODE_RESET;
	if (told && is_out_of_reach(place, from, node)) {
		warn_of_reset(reset, place, errors,
			place->item ? "a tag within a list concerns its own file only (docker compose 2.40)"
				    : "what earlier files wrote is a list here (docker compose 2.40)");
		error_hint(errors, "tag the whole list !override, and write what is to remain");
		return;
	}
	for (size_t i = from; node && i + 1 < place->nkeys; i++)
		node = node_get(node, place->keys[i]);
	if (node && node->kind == NODE_MAP && !place->item)
		node_remove(node, place->keys[place->nkeys - 1]);
}

void reset_apply(const struct reset *reset, struct node *accumulated, struct errors *errors)
{
	for (size_t i = 0; reset && i < reset->nplaces; i++)
		apply(reset, &reset->places[i], 0, accumulated, errors);
}

void reset_apply_service(
	const struct reset *reset, const char *name, struct node *base, struct errors *errors)
{
	for (size_t i = 0; reset && i < reset->nplaces; i++) {
		const struct place *place = &reset->places[i];
		if (place->nkeys > 2 && strcmp(place->keys[0], "services") == 0 &&
			strcmp(place->keys[1], name) == 0)
			apply(reset, place, 2, base, errors);
	}
}

void reset_warn_included(const struct reset *reset, const struct node *included, struct errors *errors)
{
	for (size_t i = 0; reset && i < reset->nplaces; i++) {
		const struct place *place = &reset->places[i];
		const struct node *node = included;
		for (size_t k = 0; node && k < place->nkeys; k++)
			node = node_get(node, place->keys[k]);
		if (!node || place->item || place->tagged->action != NODE_RESET)
			continue;
		warn_of_reset(reset, place, errors, "what this file includes stays (docker compose 2.40)");
		error_hint(errors, "take it away in a second file: -f %s -f …", place->tagged->at.file);
	}
}
