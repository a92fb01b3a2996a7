/* The user's cache: what was read from repositories and web servers. Whoever deletes it only makes it be read
 * again. */
#ifndef ENGINE_CACHE_H
#define ENGINE_CACHE_H

#include "base/error.h"
#include "base/map.h"

/* Where things of that kind ("git", "http") are kept: $XDG_CACHE_HOME/docker-flow/KIND, below ~/.cache
 * without that variable. *ret_dir is NULL when neither is known; it need not be there yet. Returns -1 with a
 * finding when what is there, or the folder above it, is not the user's alone: others could have put into it
 * what they want us to run. */
int cache_find(const struct map *os_env, struct arena *arena, const char *kind, const char **ret_dir,
	struct errors *errors);

/* Returns 0 when nobody but the user can write to this folder, or when it is not there or out of reach;
 * -1 with a finding else. */
int cache_check(const char *dir, struct errors *errors);

/* Makes a folder with those above it, for the user only. Returns 0, or -1 with errno set. */
int cache_make(const char *dir);

/* Removes a folder with all that is in it. */
void cache_remove(const char *dir);

#endif
