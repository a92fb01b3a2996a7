/* Tables: rows of texts in aligned columns. */
#ifndef CMD_COLUMNS_H
#define CMD_COLUMNS_H

#include "base/arena.h"

#include <stdio.h>

struct columns {
	struct arena *arena;
	size_t width;       /* cells of a row */
	size_t gap;         /* blanks between columns, 3 */
	size_t least;       /* what a column takes with its gap at least, 10: as docker's tables */
	const char **cells; /* row after row, the heading first */
	size_t count;
};

/* Begins a table, in docker's layout; `headings` are `width` texts. */
void columns_init(struct columns *columns, struct arena *arena, const char *const *headings, size_t width);

/* Adds a row of `width` texts (kept by reference after cleaning; NULL is empty). */
void columns_add(struct columns *columns, const char *const *cells);

/* Makes the table at most `most` wide where it can: takes out the columns with these headings (ended by a
 * NULL), one after the other until it fits, and then shortens the texts of the first column. */
void columns_fit(struct columns *columns, size_t most, const char *const *spare);

/* Prints heading and rows. */
void columns_print(FILE *out, const struct columns *columns);

#endif
