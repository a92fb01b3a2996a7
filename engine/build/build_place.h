/* Where in a Dockerfile a build has failed. */
#ifndef ENGINE_BUILD_PLACE_H
#define ENGINE_BUILD_PLACE_H

#include "base/arena.h"

/* The line (from 1) of the instruction that BuildKit calls `step` ("[build 2/4] RUN make", "[internal] load
 * metadata for docker.io/library/x:latest"; NULL: none), or that the message `why` of its parser names; 0
 * when neither tells.
 */
unsigned build_place(struct arena *arena, const char *dockerfile, const char *step, const char *why);

#endif
