/* Repositories that compose files include: fetched by git, kept in the user's cache, one folder per commit.
 */
#ifndef ENGINE_CHECKOUT_H
#define ENGINE_CHECKOUT_H

#include "engine/fetch/fetch.h"

/* As fetch.checkout (compose/load/load.h); `arg` is the struct fetcher. URL[#REF[:PATH]]; REF is a branch, a
 * tag or a commit, HEAD without one. A commit that is in the cache is not fetched again; the others are asked
 * for. */
int checkout_get(
	void *arg, const char *url, struct arena *arena, const char **ret_path, struct errors *errors);

#endif
