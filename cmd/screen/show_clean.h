/* Foreign text for a terminal: it can be read, and cannot do anything. */
#ifndef CMD_SHOW_CLEAN_H
#define CMD_SHOW_CLEAN_H

#include "base/buf.h"

/* Appends foreign text so that a terminal can only show it: control sequences are taken out, every other
 * control character but the tab is made visible (\x1b, \u202e), and of what carriage returns write over only
 * the last is left. */
void show_clean(struct buf *to, const char *text, size_t len);

/* The same for a line of a container; with `colors` its colours stay, and are reset at its end. */
void show_clean_line(struct buf *to, const char *text, size_t len, bool colors);

/* Columns that cleaned text takes, and appending at most `columns` of it: its beginning, or, a name that is
 * too long, beginning and end with `mark` (one column) between. */
size_t show_columns(const char *text);
void show_clipped(struct buf *to, const char *text, size_t columns);
void show_shortened(struct buf *to, const char *text, size_t columns, const char *mark);

#endif
