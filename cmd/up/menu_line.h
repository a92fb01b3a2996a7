/* The line below the logs of an attached `up` that says which keys there are. */
#ifndef CMD_MENU_LINE_H
#define CMD_MENU_LINE_H

#include "base/buf.h"

struct menu_look {
	bool can_watch, watches; /* there are files to be watched; they are */
	bool color;
};

/* Appends the line: the keys that do something now, as many as fit in `columns`, the others left out. Returns
 * how many columns it takes. */
size_t menu_line(const struct menu_look *look, size_t columns, struct buf *line);

#endif
