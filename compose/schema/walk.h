/* The one walker over tree and schema together. A pass is a visitor that sees a row and the node it
 * describes; the place in the tree is kept as a stack of segments and becomes text only when something is
 * reported. */
#ifndef COMPOSE_WALK_H
#define COMPOSE_WALK_H

#include "compose/schema/schema.h"

enum { WALK_DEEPEST = 32 };

/* What a visitor returns besides -1 (stop walking here; a finding was added). */
enum { WALK_ON, WALK_SKIP /* do not go below this node */ };

struct walk_pass {
	/* Before the node's members are visited; may put another node in its place. */
	int (*enter)(struct walk *walk, const struct attr *attr, struct node **node);
	/* After them. */
	int (*leave)(struct walk *walk, const struct attr *attr, struct node **node);
	/* A mapping with rows, before its members; may add and remove members. */
	int (*open)(struct walk *walk, const struct schema *schema, struct node *map);
	/* A key without a row (x-* included). */
	int (*unknown)(struct walk *walk, const struct schema *schema, struct member *member);
};

struct walk_step {
	const char *key; /* NULL: an item of a list */
	size_t index;
};

struct walk {
	struct arena *arena;
	struct errors *errors;
	const struct walk_pass *pass;
	void *arg; /* the pass's own */
	struct walk_step steps[WALK_DEEPEST];
	size_t depth;
	bool failed;
	bool lenient;   /* short forms that cannot be parsed stay as they are */
	bool no_limits; /* of counts that a few characters make large */
	size_t ports;   /* entries that short forms of ports have become */
	bool advises;   /* what walk_error is told becomes a warning */
	struct schema_memory memory;
};

/* Makes a walk that stands at the root of a tree: for walk_from, and for those that go their own way and keep
 * its place. */
void walk_init(struct walk *walk, struct arena *arena, const struct walk_pass *pass, void *arg,
	struct errors *errors);

/* Visits the nodes of `tree`, a mapping with the rows of `root`, that have rows; `arg` is for the visitors.
 * Returns -1 when one of them failed anywhere; the rest is visited nevertheless, so that all findings come at
 * once. */
int walk_tree(struct arena *arena, const struct schema *root, struct node *tree, const struct walk_pass *pass,
	void *arg, struct errors *errors);

/* The same with a walk that walk_init made. */
int walk_from(struct walk *walk, const struct schema *root, struct node *tree);

/* Steps into a key or an item, and back out. */
void walk_push(struct walk *walk, const char *key);
void walk_push_index(struct walk *walk, size_t index);
void walk_pop(struct walk *walk);

/* Name of the nth step from the root (services = 0), "" when there is none or it is an item. */
const char *walk_key(const struct walk *walk, size_t nth);

/* Path of the present place as text: services.web.ports[1]. Arena's. */
const char *walk_path(const struct walk *walk);

/* Adds a finding at the present place; returns -1. `at` is usually the node's mark. */
int walk_error(struct walk *walk, const struct mark *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void walk_warn(struct walk *walk, const struct mark *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
