/* Logins of registries kept and forgotten, as docker does it: by the helper that config.json names for the
 * registry, else in config.json, which stays as it is otherwise. */
#ifndef ENGINE_LOGIN_H
#define ENGINE_LOGIN_H

#include "engine/connect/credentials.h"

/* Keeps the login under `server`. *ret_plain: the password is in config.json for everybody who may read that.
 * Turns the loop meanwhile. Returns 0, or -1 with a finding, and nothing kept. */
int login_keep(const struct credentials_source *source, const char *server, const struct config_auth *auth,
	bool *ret_plain);

/* Forgets what is kept under `server` and under other names of it (with a scheme, with a path). *ret_known:
 * there was something. Turns the loop meanwhile. Returns 0, or -1 with a finding. */
int login_forget(const struct credentials_source *source, const char *server, bool *ret_known);

#endif
