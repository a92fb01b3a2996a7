/* What a child says on its standard error or output: we read it, so that a terminal gets it in a message,
 * where it can do nothing. */
#ifndef ENGINE_CHILD_WORDS_H
#define ENGINE_CHILD_WORDS_H

#include "base/buf.h"
#include "engine/loop/loop.h"

/* Handle of the reading; zeroed it is closed. */
struct child_words {
	struct loop *loop; /* NULL: closed */
	struct loop_watch *watch;
	int fd;
	struct buf *text;
	size_t heard; /* bytes that came so far */
};

/* Opens a pipe and keeps the last that comes through it in `text`, a buffer of the caller's that has to last
 * as long, up to its ceiling. Returns the end for child_start, which the caller closes after that, or -1
 * (errno). `words` stays where it is. */
int child_words_open(struct child_words *words, struct loop *loop, struct buf *text);

/* Reads what was said and not read yet, without waiting. */
void child_words_read(struct child_words *words);

/* The same, and closes; nothing when it is closed already. */
void child_words_close(struct child_words *words);

#endif
