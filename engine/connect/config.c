#include "engine/connect/config.h"

#include "base/home.h"
#include "base/text/base64.h"
#include "base/text/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *config_dir(struct arena *arena, const char *given, const struct map *os_env)
{
	if (given && *given)
		return given;
	const char *dir = map_get(os_env, "DOCKER_CONFIG");
	if (dir && *dir)
		return dir;
	const char *home = home_directory(arena, os_env);
	return arena_printf(arena, "%s/.docker", home ? home : "");
}

static const char *config_text(struct arena *arena, const cJSON *json, const char *path)
{
	return arena_strdup(arena, json_text(json, path, NULL));
}

/* auths: {"host": {"auth": base64 of user:password, "identitytoken": …} or {"username", "password"}} */
static void read_auths(struct config *config, struct arena *arena, const cJSON *json)
{
	const cJSON *entry;
	cJSON_ArrayForEach(entry, json_object(json, "auths"))
	{
		struct config_auth auth = { .server = arena_strdup(arena, entry->string),
			.username = config_text(arena, entry, "username"),
			.password = config_text(arena, entry, "password"),
			.identity_token = config_text(arena, entry, "identitytoken") };
		const char *both = json_text(entry, "auth", NULL);
		size_t len = 0;
		char *plain = both ? base64_decode(arena, both, &len) : NULL;
		char *colon = plain ? strchr(plain, ':') : NULL;
		if (colon) {
			*colon = '\0';
			auth.username = plain;
			auth.password = colon + 1;
		}
		if (auth.identity_token && !*auth.identity_token)
			auth.identity_token = NULL;
		if (auth.username || auth.identity_token)
			*ARENA_PUSH(arena, config->auths, config->nauths) = auth;
	}
}

static void read_proxies(struct config *config, struct arena *arena, const cJSON *json)
{
	const cJSON *entry;
	cJSON_ArrayForEach(entry, json_object(json, "proxies"))
	{
		*ARENA_PUSH(arena, config->proxies, config->nproxies) =
			(struct config_proxy){ .host = arena_strdup(arena, entry->string),
				.http = config_text(arena, entry, "httpProxy"),
				.https = config_text(arena, entry, "httpsProxy"),
				.no = config_text(arena, entry, "noProxy"),
				.ftp = config_text(arena, entry, "ftpProxy"),
				.all = config_text(arena, entry, "allProxy") };
	}
}

/* A line that ends early would smuggle in a second header. */
static bool one_line(const char *text)
{
	return !text[strcspn(text, "\r\n")];
}

/* Headers of every request: HttpHeaders, then those of DOCKER_CUSTOM_HEADERS ("A=1,B=2"), which win. */
static void read_headers(struct config *config, struct arena *arena, const cJSON *json, const char *custom)
{
	struct map headers;
	const struct map_entry *header;
	const cJSON *entry;
	map_init(&headers, arena);
	cJSON_ArrayForEach(entry, json_object(json, "HttpHeaders"))
	{
		if (cJSON_IsString(entry) && *entry->string && one_line(entry->string) &&
			one_line(entry->valuestring))
			map_set(&headers, arena_strdup(arena, entry->string),
				arena_strdup(arena, entry->valuestring));
	}
	while (custom && *custom) {
		size_t len = strcspn(custom, ",");
		char *line = arena_strndup(arena, custom, len);
		char *equals = strchr(line, '=');
		if (equals && equals > line && one_line(line)) {
			*equals = '\0';
			map_set(&headers, line, equals + 1);
		}
		custom += len + (custom[len] == ',');
	}
	if (!headers.count)
		return;
	const char **lines = ARENA_ARRAY(arena, const char *, headers.count + 1);
	size_t at = 0;
	for (size_t i = 0; (header = map_next(&headers, &at)); i++)
		lines[i] = arena_printf(arena, "%s: %s", header->key, (const char *)header->value);
	config->headers = lines;
}

const struct config *config_read(
	struct arena *arena, const char *dir, const struct map *os_env, struct errors *errors)
{
	struct config *config = ARENA_NEW(arena, struct config);
	const char *file = arena_printf(arena, "%s/config.json", dir);
	const cJSON *entry;
	cJSON *json;
	map_init(&config->cred_helpers, arena);
	config->dir = dir;
	if (access(file, R_OK) != 0 && errno == EACCES) {
		error_warn(errors, NULL, NULL, "cannot read %s: %s", file, strerror(errno));
		json = NULL;
	} else if (json_read(file, &json, errors) != 0) {
		return NULL;
	}
	if (json && !cJSON_IsObject(json)) {
		cJSON_Delete(json);
		error_add(errors, ERROR_FILE, NULL, NULL, "%s holds no JSON object", file);
		return NULL;
	}
	read_auths(config, arena, json);
	read_proxies(config, arena, json);
	read_headers(config, arena, json, map_get(os_env, "DOCKER_CUSTOM_HEADERS"));
	cJSON_ArrayForEach(entry, json_object(json, "credHelpers"))
	{
		if (cJSON_IsString(entry) && *entry->valuestring)
			map_set(&config->cred_helpers, arena_strdup(arena, entry->string),
				arena_strdup(arena, entry->valuestring));
	}
	config->creds_store = config_text(arena, json, "credsStore");
	config->current_context = config_text(arena, json, "currentContext");
	config->detach_keys = config_text(arena, json, "detachKeys");
	config->ps_format = config_text(arena, json, "psFormat");
	config->stats_format = config_text(arena, json, "statsFormat");
	if (config->creds_store && !*config->creds_store)
		config->creds_store = NULL;
	cJSON_Delete(json);
	return config;
}

const struct config_proxy *config_proxy(const struct config *config, const char *host)
{
	const struct config_proxy *found = NULL;
	for (size_t i = 0; i < config->nproxies; i++) {
		if (strcmp(config->proxies[i].host, host) == 0)
			return &config->proxies[i];
		if (strcmp(config->proxies[i].host, "default") == 0)
			found = &config->proxies[i];
	}
	return found;
}
