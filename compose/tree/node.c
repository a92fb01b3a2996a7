#include "compose/tree/node.h"

#include <stdio.h>
#include <string.h>

#define INDEX_FROM 12 /* members from which a hash index pays */

static struct node *node_make(struct arena *arena, enum node_kind kind, struct mark at)
{
	struct node *node = ARENA_NEW(arena, struct node);
	node->kind = (unsigned char)kind;
	node->at = at;
	return node;
}

static struct node *make_scalar(struct arena *arena, enum node_kind kind, struct mark at, const char *text)
{
	struct node *node = node_make(arena, kind, at);
	node->text = text;
	return node;
}

struct node *node_null(struct arena *arena, struct mark at)
{
	return make_scalar(arena, NODE_NULL, at, "");
}

struct node *node_bool(struct arena *arena, struct mark at, bool yes)
{
	struct node *node = make_scalar(arena, NODE_BOOL, at, yes ? "true" : "false");
	node->yes = yes;
	return node;
}

struct node *node_int(struct arena *arena, struct mark at, int64_t value)
{
	struct node *node = make_scalar(arena, NODE_INT, at, arena_printf(arena, "%lld", (long long)value));
	node->integer = value;
	return node;
}

struct node *node_string(struct arena *arena, struct mark at, const char *text)
{
	return make_scalar(arena, NODE_STRING, at, arena_strdup(arena, text));
}

struct node *node_quoted(struct arena *arena, struct mark at, const char *text)
{
	struct node *node = node_string(arena, at, text);
	node->quoted = true;
	return node;
}

struct node *node_list(struct arena *arena, struct mark at)
{
	return node_make(arena, NODE_LIST, at);
}

struct node *node_map(struct arena *arena, struct mark at)
{
	return node_make(arena, NODE_MAP, at);
}

static size_t hash_key(const char *key)
{
	size_t hash = 1469598103934665603ull;
	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 1099511628211ull;
	return hash ^ hash >> 29;
}

/* Most comparisons fail at the first character, which is cheaper to see than to call. */
static bool same_key(const char *a, const char *b)
{
	return *a == *b && strcmp(a, b) == 0;
}

/* Slot of `key` in the index: the one that holds it, or the empty one where it would go. */
static unsigned *member_slot(const struct node *map, const char *key)
{
	size_t mask = map->nindex - 1;
	for (size_t i = hash_key(key) & mask;; i = (i + 1) & mask) {
		unsigned *slot = &map->index[i];
		if (!*slot || same_key(map->members[*slot - 1].key, key))
			return slot;
	}
}

static void index_build(struct arena *arena, struct node *map)
{
	size_t want = 32;
	while (want < map->nmembers * 3)
		want *= 2;
	map->index = ARENA_ARRAY(arena, unsigned, want);
	map->nindex = want;
	for (size_t i = 0; i < map->nmembers; i++) {
		unsigned *slot = member_slot(map, map->members[i].key);
		if (!*slot)
			*slot = (unsigned)i + 1;
	}
}

static struct member *find_member(const struct node *map, const char *key)
{
	if (map->index) {
		unsigned slot = *member_slot(map, key);
		return slot ? &map->members[slot - 1] : NULL;
	}
	for (size_t i = 0; i < map->nmembers; i++)
		if (same_key(map->members[i].key, key))
			return &map->members[i];
	return NULL;
}

struct member *node_member(const struct node *map, const char *key)
{
	return map && map->kind == NODE_MAP ? find_member(map, key) : NULL;
}

struct node *node_get(const struct node *map, const char *key)
{
	struct member *member = node_member(map, key);
	return member ? member->value : NULL;
}

static void index_add(struct arena *arena, struct node *map, const char *key)
{
	if (map->index && map->nmembers * 3 <= map->nindex * 2)
		*member_slot(map, key) = (unsigned)map->nmembers;
	else if (map->nmembers > INDEX_FROM)
		index_build(arena, map);
}

void node_add(struct arena *arena, struct node *map, const char *key, struct mark at, struct node *value)
{
	*ARENA_PUSH(arena, map->members, map->nmembers) =
		(struct member){ .key = key, .value = value, .at = at };
	index_add(arena, map, key);
}

void node_set(struct arena *arena, struct node *map, const char *key, struct mark at, struct node *value)
{
	struct member *member = find_member(map, key);
	if (member) {
		member->at = at;
		member->value = value;
	} else {
		node_add(arena, map, key, at, value);
	}
}

void node_set_text(struct arena *arena, struct node *map, const char *key, const char *text)
{
	node_set(arena, map, key, map->at, node_quoted(arena, map->at, text));
}

struct node *node_remove(struct node *map, const char *key)
{
	struct member *member = node_member(map, key);
	if (!member)
		return NULL;
	struct node *value = member->value;
	size_t at = (size_t)(member - map->members);
	memmove(member, member + 1, (map->nmembers - at - 1) * sizeof *member);
	map->nmembers--;
	map->index = NULL;
	return value;
}

void node_push(struct arena *arena, struct node *list, struct node *item)
{
	*ARENA_PUSH(arena, list->items, list->nitems) = item;
}

/* Number of elements that ARENA_PUSH has room for once there are `count`, so that a copy can grow, too. */
static size_t room_for(size_t count)
{
	size_t room = count ? 4 : 0;
	while (room < count)
		room *= 2;
	return room;
}

struct node *node_copy(struct arena *arena, const struct node *node)
{
	if (!node)
		return NULL;
	struct node *copy = ARENA_NEW(arena, struct node);
	*copy = *node;
	if (node->kind == NODE_LIST) {
		copy->items = ARENA_ARRAY(arena, struct node *, room_for(node->nitems));
		for (size_t i = 0; i < node->nitems; i++)
			copy->items[i] = node_copy(arena, node->items[i]);
	} else if (node->kind == NODE_MAP) {
		copy->index = NULL;
		copy->members = ARENA_ARRAY(arena, struct member, room_for(node->nmembers));
		for (size_t i = 0; i < node->nmembers; i++) {
			copy->members[i] = node->members[i];
			copy->members[i].value = node_copy(arena, node->members[i].value);
		}
	}
	return copy;
}

static bool equal_members(const struct node *a, const struct node *b)
{
	if (a->nmembers != b->nmembers)
		return false;
	for (size_t i = 0; i < a->nmembers; i++) {
		const struct member *other = find_member(b, a->members[i].key);
		if (!other || !node_equal(a->members[i].value, other->value))
			return false;
	}
	return true;
}

static bool equal_items(const struct node *a, const struct node *b)
{
	if (a->nitems != b->nitems)
		return false;
	for (size_t i = 0; i < a->nitems; i++)
		if (!node_equal(a->items[i], b->items[i]))
			return false;
	return true;
}

bool node_equal(const struct node *a, const struct node *b)
{
	if (a == b)
		return true;
	if (!a || !b || a->kind != b->kind)
		return false;
	switch ((enum node_kind)a->kind) {
	case NODE_NULL:
		return true;
	case NODE_BOOL:
		return a->yes == b->yes;
	case NODE_INT:
		return a->integer == b->integer;
	case NODE_UINT:
		return a->natural == b->natural;
	case NODE_FLOAT:
		return a->real == b->real || (a->real != a->real && b->real != b->real);
	case NODE_TIME:
	case NODE_STRING:
		return strcmp(a->text, b->text) == 0;
	case NODE_LIST:
		return equal_items(a, b);
	case NODE_MAP:
		return equal_members(a, b);
	}
	return false;
}

const char *node_text(const struct node *node)
{
	return node && node->kind != NODE_NULL && node->kind < NODE_LIST ? node->text : NULL;
}

const char *node_kind_name(const struct node *node)
{
	static const char *const names[] = {
		[NODE_NULL] = "null",
		[NODE_BOOL] = "boolean",
		[NODE_INT] = "number",
		[NODE_UINT] = "number",
		[NODE_FLOAT] = "number",
		[NODE_TIME] = "date",
		[NODE_STRING] = "string",
		[NODE_LIST] = "list",
		[NODE_MAP] = "mapping",
	};
	return node ? names[node->kind] : "nothing";
}
