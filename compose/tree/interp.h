/* Substitution of `$NAME` and `${NAME…}`, exactly as docker compose 2.40 does it, except that a default that
 * is not needed is not evaluated. */
#ifndef COMPOSE_INTERP_H
#define COMPOSE_INTERP_H

#include "base/buf.h"
#include "base/map.h"
#include "compose/tree/file.h"
#include "compose/tree/node.h"

#define INTERP_OUTPUT_MOST ((size_t)64 << 20) /* bytes all substitutions of one load may produce */

/* One load's substitution. */
struct interp {
	struct arena *arena;
	struct errors *errors;
	const char *(*get)(void *arg, const char *name); /* value of a variable, or NULL when it is unset */
	void *arg;
	struct map
		*warned; /* variables whose absence was reported already; shared between loads of a project */
	struct map *brought; /* gets the values that are put in (secret_note), or NULL */
	struct map *taken;   /* gets the names of the variables that they are of, or NULL */
	const struct sources
		*sources; /* texts of the files, for places in values of several lines; or NULL */
	size_t left;      /* output bytes left */
	bool lenient;     /* a required variable that is missing is a warning, and blank */
};

/* Prepares substitution from the map `env` (name → text). `warned` is the caller's, once per project. */
void interp_init(struct interp *interp, struct arena *arena, const struct map *env, struct map *warned,
	struct errors *errors);

/* The same with another source of values. */
void interp_init_get(struct interp *interp, struct arena *arena,
	const char *(*get)(void *arg, const char *name), void *arg, struct map *warned,
	struct errors *errors);

/* Substitutes in one text; `at` and `path` (both may be NULL) are for findings. *ret_text is `text` itself
 * when it holds no `$`. Returns 0 or -1. */
int interp_text(struct interp *interp, const char *text, const struct mark *at, const char *path,
	const char **ret_text);

/* Substitutes in every string of the tree (values, never keys). The cast to numbers and booleans is a pass of
 * its own, see cast_tree. Returns 0, or -1 with all findings. */
int interp_tree(struct interp *interp, struct node *tree);

/* A variable that a tree refers to. Texts are as written, NULL when absent. */
struct interp_variable {
	const char *name, *fallback, *presence;
	bool required;
};

/* Calls `seen` for every reference in the tree, in document order, those inside defaults too. */
void interp_variables(struct arena *arena, const struct node *tree,
	void (*seen)(void *arg, const struct interp_variable *variable), void *arg);

#endif
