/* The tree a compose file is read into. It keeps what later passes, messages and output need: the place of
 * every key and value, the text as written, the resolved type, and the difference between absent, null and
 * empty. Edited in place. */
#ifndef COMPOSE_NODE_H
#define COMPOSE_NODE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_kind {
	NODE_NULL,
	NODE_BOOL,
	NODE_INT,
	NODE_UINT,
	NODE_FLOAT,
	NODE_TIME,
	NODE_STRING,
	NODE_LIST,
	NODE_MAP
};

/* What a YAML tag asks the merge to do. */
enum node_action { NODE_KEEP, NODE_RESET, NODE_OVERRIDE };

struct node;

/* A key and its value. */
struct member {
	const char *key;
	struct node *value;
	struct mark at; /* of the key */
};

struct node {
	unsigned char kind;   /* enum node_kind */
	unsigned char action; /* enum node_action */
	bool quoted;          /* a scalar that was quoted or a block: always a string */
	struct mark at;
	union {
		struct {
			const char *text; /* scalars: as written; strings: the value. Never NULL */
			union {
				bool yes;
				int64_t integer;
				uint64_t natural; /* NODE_UINT: above INT64_MAX */
				double real;
			};
		};
		struct {
			struct node **items;
			size_t nitems;
		};
		struct {
			struct member *members; /* in document order */
			size_t nmembers;
			unsigned *
				index; /* hash index of large maps; whoever edits members by hand clears it */
			size_t nindex;
		};
	};
};

/* New nodes; `at` is copied, texts are copied into the arena. A quoted string is text whatever it looks like.
 */
struct node *node_null(struct arena *arena, struct mark at);
struct node *node_bool(struct arena *arena, struct mark at, bool yes);
struct node *node_int(struct arena *arena, struct mark at, int64_t value);
struct node *node_string(struct arena *arena, struct mark at, const char *text);
struct node *node_quoted(struct arena *arena, struct mark at, const char *text);
struct node *node_list(struct arena *arena, struct mark at);
struct node *node_map(struct arena *arena, struct mark at);

/* Value of `key` in a map, or NULL when absent (or `map` is NULL or not a map). Constant time for large maps.
 */
struct node *node_get(const struct node *map, const char *key);

/* The member itself, for its key's place; NULL when absent. Valid until the map changes. */
struct member *node_member(const struct node *map, const char *key);

/* Sets `key` (kept by reference, must outlive the map) to `value`: an existing key keeps its position, a new
 * one goes to the end. */
void node_set(struct arena *arena, struct node *map, const char *key, struct mark at, struct node *value);

/* node_set with a quoted string that has the map's place. */
void node_set_text(struct arena *arena, struct node *map, const char *key, const char *text);

/* As node_set for a key that is known to be absent. */
void node_add(struct arena *arena, struct node *map, const char *key, struct mark at, struct node *value);

/* Removes `key`; returns its value, or NULL when it was not there. */
struct node *node_remove(struct node *map, const char *key);

/* Appends to a list. */
void node_push(struct arena *arena, struct node *list, struct node *item);

/* Deep copy into the arena; marks are kept, texts (which nobody edits in place) are shared. */
struct node *node_copy(struct arena *arena, const struct node *node);

/* Same kind and content (member order does not matter). */
bool node_equal(const struct node *a, const struct node *b);

/* Value of a string node, or of any scalar as the text it has in the file; NULL for lists, maps, null and
 * NULL. */
const char *node_text(const struct node *node);

/* Name of the kind for messages: "mapping", "list", "string", "number", "boolean", "null". */
const char *node_kind_name(const struct node *node);

#endif
