/* Whose files are meant by `~`. */
#ifndef BASE_HOME_H
#define BASE_HOME_H

#include "base/arena.h"
#include "base/map.h"

/* The home directory of who runs us: $HOME of `env`, else what the password database has for the user's
 * number, as git finds it. The arena's or the environment's; NULL when neither knows one. */
const char *home_directory(struct arena *arena, const struct map *env);

#endif
