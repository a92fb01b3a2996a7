/* What docker's config.json knows of a registry: credHelpers, credsStore, auths. Secret: for its registry,
 * and nobody else. */
#ifndef ENGINE_CREDENTIALS_H
#define ENGINE_CREDENTIALS_H

#include "engine/connect/config.h"
#include "engine/loop/loop.h"

struct credentials_job;

/* What a look needs of its caller; all of it outlives the look. */
struct credentials_source {
	struct arena *arena;
	struct loop *loop;
	const struct config *config;
	struct errors *errors; /* gets the warning that a helper fails: then it gives none */
};

/* Looks for the credentials kept under `server`, which outlives the look. `got(arg, auth)` is called once,
 * from the loop: NULL when there are none; the struct is gone then, its texts are the arena's. */
struct credentials_job *credentials_begin(const struct credentials_source *source, const char *server,
	void (*got)(void *arg, const struct config_auth *auth), void *arg);

/* Gives up (when `got` was not called yet) and frees. NULL allowed. */
void credentials_end(struct credentials_job *job);

/* Name of the helper that keeps the credentials of `server`; NULL: config.json itself does. */
const char *credentials_helper(const struct config *config, const char *server);

/* The entry of `auths` for a registry: schemes, paths and trailing slashes of the entries' names do not count
 * unless `registry` is a URL itself. NULL when there is none. */
const struct config_auth *credentials_find(const struct config *config, const char *registry);

#endif
