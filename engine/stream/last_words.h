/* What a message tells of the output of a container that has failed, and what its reader can do next. */
#ifndef ENGINE_LAST_WORDS_H
#define ENGINE_LAST_WORDS_H

#include "base/buf.h"
#include "engine/observe/look.h"

#include <stdbool.h>

/* How many last lines a message has. */
#define LAST_WORDS_LINES 20

/* Puts the last `lines` (as logs_tail has them) of the container that was looked at; where there are none,
 * why: it has printed nothing, with the program that ran and how that ended, or its output is not kept. */
void last_words_put(struct buf *to, const struct look *look, const char *lines);

/* Whether a text has the last words of the container of this name, among other lines. */
bool last_words_are_of(const char *detail, const char *name);

/* The hint that goes with them, for a container of service `key`: where the rest is, or how to look around
 * where nothing was said. In `arena`. */
const char *last_words_hint(struct arena *arena, const struct look *look, const char *key, const char *lines);

/* The same for one that is removed, and whose service goes on in its former container. */
const char *last_words_gone_hint(struct arena *arena, const char *key);

#endif
