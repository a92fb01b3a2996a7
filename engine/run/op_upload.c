/* Configs and secrets that are sent as archives into a container before it starts. */
#include "base/text/base64.h"
#include "base/text/json.h"
#include "engine/connect/config.h"
#include "engine/run/op_row.h"
#include "engine/payload/service_files.h"
#include "engine/archive/tar.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where an archive is unpacked, and the files in it. With a writable root there is one archive at `/`; else
 * one for each directory with a volume: the engine writes below a read-only root only into volumes. */
struct bundle {
	const char *dir;
	struct tar_file *files;
	size_t count;
};

struct bundles {
	struct bundle *items;
	size_t count;
	const char **volumes; /* mount points made for uploads */
	size_t nvolumes;
};

static struct bundle *bundle_at(struct arena *arena, struct bundles *bundles, const char *dir)
{
	for (size_t i = 0; i < bundles->count; i++)
		if (strcmp(bundles->items[i].dir, dir) == 0)
			return &bundles->items[i];
	struct bundle *bundle = ARENA_PUSH(arena, bundles->items, bundles->count);
	bundle->dir = dir;
	return bundle;
}

static int cannot(struct op_call *call, const struct service_file *file, const char *format, const char *what)
{
	const char *list = file->secret ? "secrets" : "configs";
	const char *path = arena_printf(call->arena, "services.%s.%s", call->step->service->key, list);
	return error_add(call->errors, ERROR_FILE, &file->ref->at, path, "%s %s: %s%s",
		file->secret ? "secret" : "config", file->ref->source, format, what);
}

static int read_content(struct op_call *call, const struct service_file *file, struct tar_file *to)
{
	enum { MOST = 64 << 20 };
	const char *content = NULL;
	const struct file_source *source = file->source;
	if (!source->file && !source->content && !source->value)
		return error_add(call->errors, ERROR_FILE, &source->at, NULL,
			"environment variable \"%s\" required by %s \"%s\" is not set",
			source->environment ? source->environment : "", file->secret ? "secret" : "config",
			source->key);
	if (service_file_content(call->arena, file, MOST, &content, &to->len) < 0)
		return cannot(call, file, source->file ? source->file : "",
			arena_printf(call->arena, ": %s", strerror(errno)));
	to->data = content;
	return 0;
}

/* User and group are numbers: names are only known inside the image. */
static int owner_number(struct op_call *call, const struct service_file *file, const char *text, int64_t *ret)
{
	char *end = NULL;
	if (!text || !*text)
		return 0;
	*ret = strtoll(text, &end, 10);
	return *end || *ret < 0 ? cannot(call, file, "uid and gid are numbers, not ", text) : 0;
}

static void deepest(const char *target, const char *dir, const char **best)
{
	size_t len = strlen(dir);
	if (strncmp(target, dir, len) == 0 && target[len] == '/' && (!*best || len > strlen(*best)))
		*best = dir;
}

/* The place above the target that an archive can be unpacked at: `/`, or below a read-only root the deepest
 * volume, one of the user's or one that was made for it. NULL when there is none. */
static const char *unpack_at(
	struct op_call *call, const struct service_file *file, const struct bundles *bundles)
{
	const struct service *service = call->step->service;
	const char *best = NULL;
	if (!service->read_only)
		return "/";
	for (size_t i = 0; i < bundles->nvolumes; i++)
		deepest(file->target, bundles->volumes[i], &best);
	for (size_t i = 0; i < service->nvolumes; i++)
		if (strcmp(service->volumes[i]->type, "tmpfs") != 0 && !service->volumes[i]->read_only)
			deepest(file->target, service->volumes[i]->target, &best);
	return best;
}

static int add_file(struct op_call *call, const struct service_file *file, struct bundles *bundles)
{
	struct tar_file entry = { .mode = 0444 };
	if (read_content(call, file, &entry) < 0)
		return -1;
	if (!file->source->file && entry.len == 0)
		return 0;
	const char *dir = unpack_at(call, file, bundles);
	if (!dir)
		return cannot(call, file,
			"the root of the container is read-only: give it a target in a directory", "");
	if (owner_number(call, file, file->ref->uid, &entry.uid) < 0 ||
		owner_number(call, file, file->ref->gid, &entry.gid) < 0)
		return -1;
	if (file->ref->mode.set)
		entry.mode = (unsigned)file->ref->mode.value & 07777;
	entry.name = file->target + strlen(dir);
	entry.name += strspn(entry.name, "/");
	struct bundle *bundle = bundle_at(call->arena, bundles, dir);
	*ARENA_PUSH(call->arena, bundle->files, bundle->count) = entry;
	return 0;
}

/* The user's credentials as a config.json of the container that is given the engine's socket. */
static const char *credentials(struct op_call *call)
{
	const struct config *config = call->engine->config;
	cJSON *json = cJSON_CreateObject(), *auths = cJSON_AddObjectToObject(json, "auths");
	for (size_t i = 0; config && i < config->nauths; i++) {
		const struct config_auth *auth = &config->auths[i];
		cJSON *entry = cJSON_AddObjectToObject(auths, auth->server);
		if (auth->identity_token)
			cJSON_AddStringToObject(entry, "identitytoken", auth->identity_token);
		if (!auth->username || !auth->password)
			continue;
		const char *pair = arena_printf(call->arena, "%s:%s", auth->username, auth->password);
		cJSON_AddStringToObject(entry, "auth", base64_encode(call->arena, pair, strlen(pair), false));
	}
	return json_print(call->arena, json);
}

static void add_credentials(struct op_call *call, struct bundles *bundles)
{
	const struct service *service = call->step->service;
	for (size_t i = 0; i < service->nenvironment; i++)
		if (strcmp(service->environment[i].key, "DOCKER_CONFIG") == 0)
			return;
	struct tar_file entry = { .name = "run/secrets/docker/config.json", .mode = 0444 };
	entry.data = credentials(call);
	entry.len = strlen(entry.data);
	struct bundle *bundle = bundle_at(call->arena, bundles, "/");
	*ARENA_PUSH(call->arena, bundle->files, bundle->count) = entry;
}

static int make_bundles(struct op_call *call, struct bundles *bundles)
{
	struct service_file *files = NULL;
	size_t count = 0;
	int failed = service_files(
		call->arena, call->step->service, call->context->shared_files, &files, &count, call->errors);
	service_files_volumes(
		call->arena, call->step->service, files, count, &bundles->volumes, &bundles->nvolumes);
	for (size_t i = 0; i < count; i++)
		if (files[i].upload)
			failed |= add_file(call, &files[i], bundles);
	if (call->step->service->use_api_socket)
		add_credentials(call, bundles);
	return failed;
}

static int ask_upload(struct op_call *call, struct request *request)
{
	static const struct bundle nothing = { .dir = "/" };
	struct bundles bundles = { .items = NULL };
	if (make_bundles(call, &bundles) < 0)
		return -1;
	const struct bundle *bundle = call->part < bundles.count ? &bundles.items[call->part] : &nothing;
	request->method = "PUT";
	request->path = arena_printf(call->arena, "/containers/%s/archive", call->container);
	/* Without copyUIDGID: the owners in the archive hold either way, and with it engine 20.10 looks the
	 * container's user up with a program of its own that does not find it. */
	request->query = http_query(call->arena, "path", bundle->dir, (char *)NULL);
	request->content_type = "application/x-tar";
	call->parts = bundles.count;
	return tar_files(
		call->arena, bundle->files, bundle->count, &request->body, &request->body_len, call->errors);
}

static enum op_verdict got_upload(struct op_call *call, const struct cJSON *json)
{
	(void)json;
	return ++call->part < call->parts ? OP_NEXT : OP_DONE;
}

static const struct op_row rows[] = {
	{ .op = OP_CONTAINER_UPLOAD, .ask = ask_upload, .got = got_upload, .slow = true }
};

const struct op_rows op_upload_rows = { rows, sizeof rows / sizeof *rows };
