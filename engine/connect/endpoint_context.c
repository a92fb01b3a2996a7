/* Docker's context store: DIR/contexts/meta/SHA256(name)/meta.json and, for TLS,
 * DIR/contexts/tls/SHA256(name)/docker/{ca,cert,key}.pem. */
#include "base/text/json.h"
#include "base/text/sha256.h"
#include "engine/connect/endpoint.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <string.h>
#include <unistd.h>

static const char *context_tls_file(struct arena *arena, const char *dir, const char *id, const char *name)
{
	const char *file = arena_printf(arena, "%s/contexts/tls/%s/docker/%s", dir, id, name);
	return access(file, F_OK) == 0 ? file : NULL;
}

/* Names of all contexts in the store, for "did you mean". */
static size_t context_names(struct arena *arena, const char *dir, const char ***ret_names)
{
	const char **names = NULL;
	size_t count = 0;
	const char *meta = arena_printf(arena, "%s/contexts/meta", dir);
	DIR *store = opendir(meta);
	struct errors ignored;
	errors_init(&ignored, arena);
	for (struct dirent *entry; store && count < 100 && (entry = readdir(store));) {
		cJSON *json = NULL;
		const char *file = arena_printf(arena, "%s/%s/meta.json", meta, entry->d_name);
		if (entry->d_name[0] == '.' || json_read(file, &json, &ignored) != 0)
			continue;
		if (json_text(json, "Name", NULL))
			*ARENA_PUSH(arena, names, count) = arena_strdup(arena, json_text(json, "Name", ""));
		cJSON_Delete(json);
	}
	if (store)
		closedir(store);
	*ret_names = names;
	return count;
}

static int context_unknown(struct arena *arena, const char *dir, const char *name, struct errors *errors)
{
	const char **names;
	size_t count = context_names(arena, dir, &names);
	error_add(errors, ERROR_USAGE, NULL, NULL, "context \"%s\" not found", name);
	if (error_hint_near(errors, name, names, count))
		return -1;
	return error_hint(errors, "`docker context ls` shows what there is (looked in %s/contexts)", dir);
}

int endpoint_context(struct arena *arena, const char *config_dir, const char *name, struct endpoint *endpoint,
	struct errors *errors)
{
	cJSON *json;
	const char *id = sha256_hex(arena, name, strlen(name));
	const char *file = arena_printf(arena, "%s/contexts/meta/%s/meta.json", config_dir, id);
	if (json_read(file, &json, errors) != 0)
		return -1;
	if (!json)
		return context_unknown(arena, config_dir, name, errors);
	endpoint->host = arena_strdup(arena, json_text(json, "Endpoints.docker.Host", NULL));
	bool skip = json_bool(json, "Endpoints.docker.SkipTLSVerify");
	cJSON_Delete(json);
	if (!endpoint->host || !*endpoint->host) {
		error_add(errors, ERROR_FILE, NULL, NULL, "context \"%s\" names no docker host (%s)", name,
			file);
		return error_hint(errors, "give it one: docker context update %s --docker host=…", name);
	}
	endpoint->ca = context_tls_file(arena, config_dir, id, "ca.pem");
	endpoint->cert = context_tls_file(arena, config_dir, id, "cert.pem");
	endpoint->key = context_tls_file(arena, config_dir, id, "key.pem");
	endpoint->tls = skip || endpoint->ca || endpoint->cert || endpoint->key;
	endpoint->tls_verify = endpoint->tls && !skip;
	return 0;
}
