/* Bytes of a stream → lines. Whole lines are handed out where they lie; only what crosses a boundary is
 * copied. */
#ifndef ENGINE_LINES_H
#define ENGINE_LINES_H

#include "base/buf.h"

struct lines {
	struct buf part; /* begin of a line whose end has not come */
	bool stop;       /* set by a callback: drop the rest of what was fed */
};

/* Makes a splitter; lines longer than `most` bytes come in pieces. Release with lines_finish. */
void lines_init(struct lines *lines, size_t most);
void lines_finish(struct lines *lines);

/* Calls `line` for each line that ends within these bytes, without its newline. */
void lines_feed(struct lines *lines, const char *bytes, size_t len,
	void (*line)(void *arg, const char *text, size_t len), void *arg);

/* Hands out a last line that had no newline, if there is one. */
void lines_flush(struct lines *lines, void (*line)(void *arg, const char *text, size_t len), void *arg);

#endif
