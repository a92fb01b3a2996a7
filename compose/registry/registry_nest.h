/* Registries that lost their indentation: what their nesting must have been, by the keys alone. */
#ifndef COMPOSE_REGISTRY_NEST_H
#define COMPOSE_REGISTRY_NEST_H

#include "base/error.h"

/* A key that stands where it does not belong. */
struct registry_moved {
	const char *key, *place; /* place: "the application", "a port", "healthcheck" … */
	struct mark at;
	size_t line; /* in the new text, from 0 */
};

struct registry_nest {
	const char *text; /* the whole file, nested as intended */
	struct registry_moved *moved;
	size_t nmoved;
};

/* Nests the lines of `text` anew. Returns 0, or -1 when the text is none that this can do (no lines of keys;
 * nothing stands wrong); adds no findings. */
int registry_nest(
	struct arena *arena, const char *file, const char *text, size_t len, struct registry_nest *ret_nest);

/* The part of the new text that shows the application which holds `line`, 40 lines at most; *ret_from to
 * *ret_to (not included) are its lines. */
const char *registry_nest_part(
	struct arena *arena, const struct registry_nest *nest, size_t line, size_t *ret_from, size_t *ret_to);

#endif
