/* Credentials for registries as the engine wants them: sent to it as X-Registry-Auth, they appear nowhere
 * else. */
#ifndef ENGINE_AUTH_H
#define ENGINE_AUTH_H

#include "engine/connect/config.h"
#include "engine/connect/engine.h"

struct auth_job;

/* Looks for the credentials of the registry of `reference`. `got(arg, header)` is called once from the loop
 * with the X-Registry-Auth value, "" when there are none; a helper that fails is a warning and gives none. */
struct auth_job *auth_begin(struct engine *engine, const char *reference,
	void (*got)(void *arg, const char *header), void *arg, struct errors *errors);

/* Gives up (when `got` was not called yet) and frees. NULL allowed. */
void auth_end(struct auth_job *job);

/* The same for those with nothing else to do: turns the loop until the value is there. "" when there are no
 * credentials; arena's. */
const char *auth_header(struct engine *engine, const char *reference, struct errors *errors);

/* The value for given credentials: base64url with padding (other forms are silently no credentials to the
 * engine). An identity token wins over a password. */
const char *auth_encode(struct arena *arena, const struct config_auth *auth, const char *server);

#endif
