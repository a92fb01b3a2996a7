/* What in a text looks like a secret: kinds as docker compose 2.40 tells them before it publishes (those of
 * the scanner that it uses), so that both ask at the same files. */
#ifndef ENGINE_LEAK_H
#define ENGINE_LEAK_H

#include "base/arena.h"

#include <stddef.h>

struct leak {
	const char *kind;  /* "AWS Client ID" */
	const char *key;   /* services.web.environment.KEY, or the name in front of it; "" without */
	const char *value; /* secret */
	const char *file;  /* as given */
};

struct leaks {
	struct arena *arena;
	struct leak *items;
	size_t count;
	struct leak_rules *rules; /* leak.c's own */
};

/* Prepares a scan; leak_end must follow. */
void leak_begin(struct leaks *leaks, struct arena *arena);

/* Scans a text: the values of a YAML or JSON mapping, or of NAME=VALUE lines, else all of it. `file` is
 * borrowed. What is no text, and what is longer than 10 MB, holds nothing. */
void leak_scan(struct leaks *leaks, const char *file, const char *text, size_t len);

/* Frees what the scan needed; what was found stays. */
void leak_end(struct leaks *leaks);

#endif
