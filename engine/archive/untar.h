/* Reading tar archives, by libarchive. */
#ifndef ENGINE_UNTAR_H
#define ENGINE_UNTAR_H

#include "base/error.h"

/* The first regular file of an archive in memory as terminated text, at most `most` bytes of it, the arena's;
 * NULL when there is none. */
const char *untar_text(struct arena *arena, const void *bytes, size_t len, size_t most);

#endif
