/* Files of NAME=value lines: `.env`, env_file and label_file, as docker compose 2.40 reads them. */
#ifndef COMPOSE_DOTENV_H
#define COMPOSE_DOTENV_H

#include "base/error.h"
#include "base/map.h"

#define DOTENV_SIZE_MOST ((size_t)4 << 20) /* bytes of a file, and of what its variables grow to */

/* Where values of other variables come from: first `get` (may be NULL), then what was read before. */
struct dotenv {
	struct arena *arena;
	const char *(*get)(void *arg, const char *name); /* value, or NULL when unset */
	void *arg;
	struct map *into;   /* receives name → text; also holds what earlier files of the same list gave */
	struct map *lines;  /* receives name → number of its line, as a pointer; may be NULL */
	struct map *warned; /* variables whose absence was reported already, or NULL: warn for each use */
};

/* Reads `text` into dotenv->into. Names that stand alone take the value that `get` (then the map) has, if
 * any. Returns 0, or -1 with a finding that has file and line. */
int dotenv_parse(
	struct dotenv *dotenv, const char *file, const char *text, size_t len, struct errors *errors);

/* The same for `format: raw`: values are verbatim, no quotes, comments only on lines of their own. */
int dotenv_parse_raw(
	struct dotenv *dotenv, const char *file, const char *text, size_t len, struct errors *errors);

/* A `get` for a struct map of name → text (`arg`). */
const char *dotenv_map_get(void *arg, const char *name);

#endif
