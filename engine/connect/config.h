/* Docker's own configuration (config.json): credentials, proxies, headers, the current context. Read once;
 * login and logout alone write it (engine/connect/login.h). */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include "base/error.h"
#include "base/map.h"

/* An entry of `auths`. Secret: never printed. */
struct config_auth {
	const char *server; /* as written: host[:port], or a URL */
	const char *username, *password, *identity_token;
};

/* Proxies for containers and builds: `host` is an engine, or "default". Members are NULL when missing. */
struct config_proxy {
	const char *host;
	const char *http, *https, *no, *ftp, *all;
};

struct config {
	const char *dir; /* where config.json is looked for */
	struct config_auth *auths;
	size_t nauths;
	const char *creds_store; /* credential helper for all, or NULL */
	struct map cred_helpers; /* registry → helper */
	struct config_proxy *proxies;
	size_t nproxies;
	const char *const *headers;  /* "Name: value" for each engine request, NULL-terminated; or NULL */
	const char *current_context; /* or NULL */
	const char *detach_keys;     /* that leave a terminal in a container, or NULL */
	const char *ps_format, *stats_format; /* what --format of these is without being given, or NULL */
};

/* Docker's configuration directory: `given` (--config), else DOCKER_CONFIG, else .docker of the user's home
 * directory (base/home.h). */
const char *config_dir(struct arena *arena, const char *given, const struct map *os_env);

/* Reads DIR/config.json; a missing or empty one is an empty configuration. DOCKER_CUSTOM_HEADERS (name=value,
 * comma separated) is put over HttpHeaders. Returns NULL with a finding when it is no JSON object. */
const struct config *config_read(
	struct arena *arena, const char *dir, const struct map *os_env, struct errors *errors);

/* The proxies for the engine at `host`, else the default ones, else NULL. */
const struct config_proxy *config_proxy(const struct config *config, const char *host);

#endif
