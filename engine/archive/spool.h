/* Files without a name, for what is too large for the memory. */
#ifndef ENGINE_SPOOL_H
#define ENGINE_SPOOL_H

#include "base/map.h"

/* Opens an empty one in TMPDIR of the environment (name → text; NULL: none), else where there is room for
 * large files. Returns its descriptor, the caller's to close, or -1 with errno. */
int spool_open(const struct map *os_env);

#endif
