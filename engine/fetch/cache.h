/* The user's cache: what was read from repositories and web servers. Whoever deletes it only makes it be read
 * again. */
#ifndef ENGINE_CACHE_H
#define ENGINE_CACHE_H

#include "base/map.h"

/* Where `name` of that kind ("git", "http") is kept: $XDG_CACHE_HOME/docker-flow/KIND/NAME, below ~/.cache
 * without that variable. Arena's; NULL when neither is known. */
const char *cache_path(const struct map *os_env, struct arena *arena, const char *kind, const char *name);

/* Makes a folder with those above it, for the user only. Returns 0, or -1 with errno set. */
int cache_make(const char *dir);

#endif
