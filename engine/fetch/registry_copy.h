/* Projects that were published to image registries, kept in the user's cache, one folder per digest. */
#ifndef ENGINE_REGISTRY_COPY_H
#define ENGINE_REGISTRY_COPY_H

#include "engine/fetch/fetch.h"

/* As fetch.checkout (compose/load/load.h), for oci://[HOST[:PORT]/]PATH[:TAG][@DIGEST]; `arg` is the struct
 * fetcher. The path is that of a compose file: all compose files of the artifact as documents of one, beside
 * it those that they extend, and env files (as docker compose 2.40). A tag is asked for every time; what the
 * cache has is not fetched again. */
int registry_copy_get(
	void *arg, const char *url, struct arena *arena, const char **ret_path, struct errors *errors);

#endif
