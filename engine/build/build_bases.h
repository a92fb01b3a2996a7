/* Which services' images the Dockerfiles of others begin from. */
#ifndef ENGINE_BUILD_BASES_H
#define ENGINE_BUILD_BASES_H

#include "graph/dag/dag.h"

/* Reads the Dockerfiles that are here and returns service key → struct texts, keys of other services whose
 * images FROM names as it stands there. A Dockerfile that cannot be read names none: its build says so.
 * Arena's. */
struct map *build_bases(struct arena *arena, const struct dag *dag);

/* The images that FROM names in a Dockerfile, stages and variables among them. */
struct texts build_bases_named(struct arena *arena, const char *dockerfile);

#endif
