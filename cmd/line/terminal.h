/* What the terminal can that an output goes to, if it is one. `env` is the environment; `ansi` is --ansi:
 * always, never, or auto (NULL). */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

#include "base/map.h"

#include <stdbool.h>
#include <stdio.h>

/* The descriptor that a stream writes to; those that cmd/line/standard_stream.h has put in the place of
 * stdout and stderr have none of their own. */
int terminal_descriptor(FILE *out);

/* Whether colours may be written to `out`: as `ansi` says, else to a terminal, with a TERM other than dumb
 * and no NO_COLOR (no-color.org). */
bool terminal_color(FILE *out, const char *ansi, const struct map *env);

/* Whether the cursor can be moved on `out`: on a terminal with a TERM other than dumb, unless `ansi` is
 * never. */
bool terminal_moves(FILE *out, const char *ansi, const struct map *env);

/* Whether the locale's character set is UTF-8. */
bool terminal_utf8(const struct map *env);

/* Columns of the terminal that `out` writes to: as it says, else as $COLUMNS says; 0: it is no terminal, or
 * nobody knows. */
size_t terminal_width(FILE *out, const struct map *env);

/* Ends us with the right status at a signal that the event loop has not taken over: docker turns a plugin
 * that a signal has killed into 255. Those that are ignored stay so. `hidden` (stdout, stderr
 * or NULL): when it is a terminal its cursor may be hidden, and is shown again; by SIGQUIT, too, then. */
void terminal_catch_ends(FILE *hidden);

/* Rows and columns of the terminal on stderr, else of that on stdout; 24 and 80 when neither says. */
void terminal_size(unsigned *ret_rows, unsigned *ret_columns);

#endif
