/* Tables: rows of texts in aligned columns. */
#ifndef CMD_COLUMNS_H
#define CMD_COLUMNS_H

#include "base/arena.h"

#include <stdio.h>

struct columns {
	struct arena *arena;
	size_t width;       /* cells of a row */
	const char **cells; /* row after row, the heading first */
	size_t count;
};

/* Begins a table; `headings` are `width` texts. */
void columns_init(struct columns *columns, struct arena *arena, const char *const *headings, size_t width);

/* Adds a row of `width` texts (kept by reference after cleaning; NULL is empty). */
void columns_add(struct columns *columns, const char *const *cells);

/* Prints heading and rows, three blanks between columns. */
void columns_print(FILE *out, const struct columns *columns);

#endif
