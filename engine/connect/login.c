#include "engine/connect/login.h"

#include "base/text/base64.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/connect/credential_helper.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Helpers */

struct helper_wait {
	struct arena *arena;
	bool over, ok;
	const char *why; /* of a failure */
};

static void helper_done(void *arg, const struct credential_helper_result *result)
{
	struct helper_wait *wait = arg;
	const char *why = *result->words ? result->words : result->answer;
	wait->ok = result->ok;
	wait->why = *why && !strchr(why, '{') ? arena_strdup(wait->arena, why) : "it failed";
	wait->over = true;
}

/* Runs the helper to its end. Returns 0, or -1 with a finding. */
static int helper_call(
	const struct credentials_source *source, const char *name, const char *verb, const char *input)
{
	struct helper_wait wait = { .arena = source->arena };
	const struct credential_helper_call call = { .arena = source->arena,
		.loop = source->loop,
		.name = name,
		.verb = verb,
		.input = input,
		.done = helper_done,
		.arg = &wait };
	if (!credential_helper_start(&call, source->errors))
		return -1;
	while (!wait.over)
		loop_turn(source->loop, -1);
	/* who has nothing has nothing to forget */
	if (wait.ok || strstr(wait.why, "credentials not found"))
		return 0;
	return error_add(source->errors, ERROR_SYSTEM, NULL, NULL, "docker-credential-%s %s: %.*s", name,
		verb, (int)strcspn(wait.why, "\r\n"), wait.why);
}

/* config.json */

static int file_failed(const struct credentials_source *source, const char *file)
{
	return error_add(
		source->errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s", file, strerror(errno));
}

/* Puts the text in the place of the file, for its owner's eyes only: whoever reads meanwhile sees the old one
 * or the new one. */
static int replace_file(const struct credentials_source *source, const char *file, const char *text)
{
	const char *part = arena_printf(source->arena, "%s.%ld", file, (long)getpid());
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return file_failed(source, part);
	size_t len = strlen(text);
	bool ok = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	ok &= close(fd) == 0;
	if (ok && rename(part, file) == 0)
		return 0;
	file_failed(source, file);
	unlink(part);
	return -1;
}

/* The file that is written: what config.json links to, if it is a link. */
static const char *file_of(const struct credentials_source *source)
{
	const char *file = arena_printf(source->arena, "%s/config.json", source->config->dir);
	char *real = realpath(file, NULL);
	const char *kept = real ? arena_strdup(source->arena, real) : file;
	free(real);
	return kept;
}

/* Reads config.json. NULL with a finding when it holds something else. */
static cJSON *file_read_json(const struct credentials_source *source, const char *file)
{
	cJSON *json = NULL;
	if (json_read(file, &json, source->errors) != 0)
		return NULL;
	if (!json)
		return cJSON_CreateObject();
	if (cJSON_IsObject(json))
		return json;
	cJSON_Delete(json);
	error_add(source->errors, ERROR_FILE, NULL, NULL, "%s holds no JSON object", file);
	return NULL;
}

static int file_write_json(const struct credentials_source *source, const char *file, const cJSON *json)
{
	char *text = cJSON_Print(json);
	if (!text)
		return error_add(source->errors, ERROR_SYSTEM, NULL, NULL, "out of memory");
	if (mkdir(source->config->dir, 0700) != 0 && errno != EEXIST) {
		free(text);
		return file_failed(source, source->config->dir);
	}
	int result = replace_file(source, file, arena_printf(source->arena, "%s\n", text));
	free(text);
	return result;
}

/* {"auth": base64 of USER:PASSWORD}; {} where a helper has it, as docker writes it. */
static int file_keep(
	const struct credentials_source *source, const char *server, const struct config_auth *auth)
{
	const char *file = file_of(source);
	cJSON *json = file_read_json(source, file), *entry = cJSON_CreateObject();
	cJSON *auths = cJSON_GetObjectItemCaseSensitive(json, "auths");
	if (!json) {
		cJSON_Delete(entry);
		return -1;
	}
	if (!cJSON_IsObject(auths)) {
		cJSON_DeleteItemFromObjectCaseSensitive(json, "auths");
		auths = cJSON_AddObjectToObject(json, "auths");
	}
	if (auth) {
		const char *both = arena_printf(source->arena, "%s:%s", auth->username, auth->password);
		cJSON_AddStringToObject(
			entry, "auth", base64_encode(source->arena, both, strlen(both), false));
	}
	cJSON_DeleteItemFromObjectCaseSensitive(auths, server);
	cJSON_AddItemToObject(auths, server, entry);
	int result = file_write_json(source, file, json);
	cJSON_Delete(json);
	return result;
}

/* host[:port] of an entry's name. */
static bool is_of(const char *name, const char *server)
{
	if (strcmp(name, server) == 0)
		return true;
	const char *scheme = strstr(name, "://"), *host = scheme ? scheme + 3 : name;
	size_t len = strcspn(host, "/");
	return !strstr(server, "://") && len == strlen(server) && strncmp(host, server, len) == 0;
}

static int file_forget(const struct credentials_source *source, const char *server, bool *ret_known)
{
	const char *file = file_of(source);
	cJSON *json = file_read_json(source, file), *next;
	if (!json)
		return -1;
	cJSON *auths = cJSON_GetObjectItemCaseSensitive(json, "auths");
	*ret_known = false;
	for (cJSON *entry = cJSON_IsObject(auths) ? auths->child : NULL; entry; entry = next) {
		next = entry->next;
		if (!is_of(entry->string, server))
			continue;
		cJSON_DeleteItemFromObjectCaseSensitive(auths, arena_strdup(source->arena, entry->string));
		*ret_known = true;
	}
	int result = *ret_known ? file_write_json(source, file, json) : 0;
	cJSON_Delete(json);
	return result;
}

int login_keep(const struct credentials_source *source, const char *server, const struct config_auth *auth,
	bool *ret_plain)
{
	const char *helper = credentials_helper(source->config, server);
	*ret_plain = !helper;
	if (!helper)
		return file_keep(source, server, auth);
	cJSON *json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "ServerURL", server);
	cJSON_AddStringToObject(json, "Username", auth->username);
	cJSON_AddStringToObject(json, "Secret", auth->password);
	char *text = cJSON_PrintUnformatted(json);
	int result = text ? helper_call(source, helper, "store", text) : -1;
	free(text);
	cJSON_Delete(json);
	return result < 0 ? -1 : file_keep(source, server, NULL);
}

int login_forget(const struct credentials_source *source, const char *server, bool *ret_known)
{
	const char *helper = credentials_helper(source->config, server);
	if (file_forget(source, server, ret_known) < 0)
		return -1;
	return helper ? helper_call(source, helper, "erase", server) : 0;
}
