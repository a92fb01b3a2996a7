/* Bytes behind a URL for the floors that never connect themselves. */
#ifndef ENGINE_FETCH_H
#define ENGINE_FETCH_H

#include "compose/load/load.h"
#include "engine/loop/loop.h"

/* What fetching needs of its caller. */
struct fetcher {
	/* The event loop, made when the first byte is fetched: most commands fetch nothing. */
	struct loop *(*loop)(void *arg);
	/* Begins and ends to wait for `shown`, a URL without what is secret, so that the user can be told. */
	void (*waiting)(void *arg, const char *shown);
	void (*waited)(void *arg);
	/* As of repository_options (engine/registry/repository.h); or NULL. */
	bool (*insecure)(void *arg, const char *host);
	void *arg;
	const struct map *os_env;
	const char *config_dir; /* docker's, for the logins of registries */
};

/* Returns a fetch (arena's) for http and https URLs, for repositories (checkout.h) and registries
 * (registry_copy.h). An answer has at
 * most 16 MiB and 30 s; who waits for long is told so. URL#sha256=HEX pins the content: then a copy in the
 * user's cache that has this digest needs no network. Without a pin the server is asked every time, and the
 * last copy is used, with a warning, when there is no answer. */
const struct fetch *fetch_create(struct arena *arena, const struct fetcher *fetcher);

#endif
