/* Configs and secrets that are sent as archives into a container before it starts. */
#include "base/clock.h"
#include "base/quote.h"
#include "base/text/base64.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/connect/config.h"
#include "engine/run/op_row.h"
#include "engine/run/owner.h"
#include "engine/payload/service_files.h"
#include "engine/archive/tar.h"
#include "engine/archive/untar.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define SECOND           INT64_C(1000000000)
#define UPLOAD_TAKES     (30 * SECOND) /* to unpack it, once it was sent */
#define PASSWD_MOST      ((size_t)4 << 20)
#define CREDENTIALS_MOST ((size_t)16 << 20)

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
	struct service_mounts mounts;
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

static int refuse_file(struct op_call *call, const struct service_file *file, const char *why)
{
	const char *list = file->secret ? "secrets" : "configs";
	const char *path = arena_printf(call->arena, "services.%s.%s", call->step->service->key, list);
	return error_add(call->errors, ERROR_FILE, &file->ref->at, path, "%s %s: %s",
		file->secret ? "secret" : "config", file->ref->source, why);
}

/* Keeps the deepest of the directories above the target. */
static void deepest(const char *target, const char *dir, const char **best)
{
	size_t len = strlen(dir);
	if (strncmp(target, dir, len) == 0 && target[len] == '/' && (!*best || len > strlen(*best)))
		*best = dir;
}

/* The place above the target that an archive can be unpacked at: `/`, or below a read-only root the deepest
 * volume, whoever has it there or one that was made for it. NULL when there is none. */
static const char *unpack_at(
	struct op_call *call, const struct service_file *file, const struct bundles *bundles)
{
	const struct service *service = call->step->service;
	const char *best = NULL;
	if (!service->read_only)
		return "/";
	for (size_t i = 0; i < bundles->nvolumes; i++)
		deepest(file->target, bundles->volumes[i], &best);
	for (size_t i = 0; i < bundles->mounts.count; i++)
		if (!bundles->mounts.items[i].tmpfs && bundles->mounts.items[i].writable)
			deepest(file->target, bundles->mounts.items[i].target, &best);
	return best;
}

/* A file with its content, owner and mode into the archive that can reach its target. */
static int add_file(struct op_call *call, const struct service_file *file, struct bundles *bundles)
{
	const struct owner *owner = call->own;
	struct tar_file entry = {
		.mode = 0444, .uid = owner->uid, .gid = owner->gid, .mtime = clock_unix() / SECOND
	};
	const char *content;
	if (service_file_content(call->engine, call->arena, call->step->service, file, &content, &entry.len,
		    call->errors) < 0)
		return -1;
	entry.data = content;
	if (!file->source->file && !file->source->content && entry.len == 0)
		return 0; /* an empty variable makes no file (compose 2.40) */
	const char *dir = unpack_at(call, file, bundles);
	if (!dir)
		return refuse_file(call, file,
			"the root of the container is read-only: give it a target in a directory");
	const struct file_ref *ref = file->ref; /* service_files has seen that they are numbers */
	if (ref->uid && *ref->uid)
		entry.uid = strtoll(ref->uid, NULL, 10);
	if (ref->gid && *ref->gid)
		entry.gid = strtoll(ref->gid, NULL, 10);
	if (file->ref->mode.set)
		entry.mode = (unsigned)file->ref->mode.value & 07777;
	entry.name = file->target + strlen(dir);
	entry.name += strspn(entry.name, "/");
	struct bundle *bundle = bundle_at(call->arena, bundles, dir);
	*ARENA_PUSH(call->arena, bundle->files, bundle->count) = entry;
	return 0;
}

static int by_server(const void *a, const void *b)
{
	return strcmp(((const struct config_auth *)a)->server, ((const struct config_auth *)b)->server);
}

static void put_login(struct arena *arena, struct buf *json, const struct config_auth *auth)
{
	const char *before = "\n\t\t\t";
	quote_json(json, auth->server);
	buf_puts(json, ": {");
	if (auth->username && auth->password) {
		const char *pair = arena_printf(arena, "%s:%s", auth->username, auth->password);
		buf_printf(json, "%s\"auth\": ", before);
		quote_json(json, base64_encode(arena, pair, strlen(pair), false));
		before = ",\n\t\t\t";
	}
	if (auth->identity_token) {
		buf_printf(json, "%s\"identitytoken\": ", before);
		quote_json(json, auth->identity_token);
	}
	buf_puts(json, "\n\t\t}");
}

/* The user's credentials as a config.json of the container that is given the engine's socket, laid out as
 * docker compose 2.40 does. */
static const char *credentials(struct op_call *call)
{
	const struct config *config = call->engine->config;
	size_t count = config ? config->nauths : 0;
	struct config_auth *auths = ARENA_ARRAY(call->arena, struct config_auth, count + 1);
	auto_buf struct buf json;
	buf_init(&json, CREDENTIALS_MOST);
	if (count) {
		memcpy(auths, config->auths, count * sizeof *auths);
		qsort(auths, count, sizeof *auths, by_server);
	}
	buf_puts(&json, "{\n\t\"auths\": {");
	for (size_t i = 0; i < count; i++) {
		buf_puts(&json, i ? ",\n\t\t" : "\n\t\t");
		put_login(call->arena, &json, &auths[i]);
	}
	buf_puts(&json, count ? "\n\t}\n}" : "}\n}");
	return arena_strdup(call->arena, buf_text(&json));
}

static void add_credentials(struct op_call *call, struct bundles *bundles)
{
	const struct service *service = call->step->service;
	for (size_t i = 0; i < service->nenvironment; i++)
		if (strcmp(service->environment[i].key, "DOCKER_CONFIG") == 0)
			return;
	struct tar_file entry = {
		.name = "run/secrets/docker/config.json", .mode = 0444, .mtime = clock_unix() / SECOND
	};
	entry.data = credentials(call);
	entry.len = strlen(entry.data);
	struct bundle *bundle = bundle_at(call->arena, bundles, "/");
	*ARENA_PUSH(call->arena, bundle->files, bundle->count) = entry;
}

/* What is mounted in the container: one that was there before may have been made from another file. */
static struct service_mounts mounts_of(const struct op_call *call)
{
	const struct observed *seen = call->context->seen;
	for (size_t i = 0; seen && i < seen->ncontainers; i++)
		if (text_is(seen->containers[i]->id, call->container))
			return service_mounts_observed(call->arena, seen->containers[i]);
	return service_mounts(call->arena, call->step->service, seen);
}

static int make_bundles(struct op_call *call, struct bundles *bundles)
{
	struct service_file *files = NULL;
	size_t count = 0;
	struct errors found; /* warnings were told when the container was made */
	errors_init(&found, call->arena);
	int failed = service_files(
		call->arena, call->step->service, call->context->shared_files, &files, &count, &found);
	if (failed)
		errors_append(call->errors, &found);
	bundles->mounts = mounts_of(call);
	service_files_volumes(call->arena, call->step->service, &bundles->mounts, files, count,
		&bundles->volumes, &bundles->nvolumes);
	for (size_t i = 0; i < count; i++)
		if (files[i].upload)
			failed |= add_file(call, &files[i], bundles);
	if (call->step->service->use_api_socket)
		add_credentials(call, bundles);
	return failed;
}

/* A file of the container as an archive, or the container itself: what tells the numbers of its user. */
static int ask_owner(struct op_call *call, struct request *request, enum owner_lack lack)
{
	request->method = "GET";
	request->most = PASSWD_MOST;
	request->path = op_path(call, "containers", call->container, lack == OWNER_USER ? "json" : "archive");
	if (lack != OWNER_USER)
		request->query = http_query(call->arena, "path",
			lack == OWNER_PASSWD ? "/etc/passwd" : "/etc/group", (char *)NULL);
	return 0;
}

static enum op_verdict take_user(struct op_call *call, const struct request *request)
{
	struct errors ignored;
	errors_init(&ignored, call->arena);
	cJSON *json = json_parse(buf_text(&request->answer), request->answer.len, "answer", &ignored);
	const char *user = arena_strdup(call->arena, json_text(json, "Config.User", NULL));
	cJSON_Delete(json);
	if (!user) {
		call->refusal = "the engine does not say which user the container has";
		return OP_FAIL;
	}
	owner_take_user(call->own, call->arena, user);
	return OP_NEXT;
}

/* What was asked about the user; an image without such a file is answered by 404. */
static enum op_verdict got_owner(struct op_call *call, const struct request *request)
{
	enum owner_lack lack = owner_lacks(call->own);
	bool there = request->status == 200, failed = request->status >= 300;
	if (lack == OWNER_WHOLE || (failed && (request->status != 404 || lack == OWNER_USER)))
		return OP_DONE;
	if (!there && !failed)
		return OP_FAIL;
	if (lack == OWNER_USER)
		return take_user(call, request);
	const char *text =
		there ? untar_text(call->arena, buf_text(&request->answer), request->answer.len, PASSWD_MOST)
		      : NULL;
	if (lack == OWNER_PASSWD)
		owner_take_passwd(call->own, text);
	else
		owner_take_group(call->own, text);
	return OP_NEXT;
}

/* Whether a file belongs to the service's user, since the file that asks for it names no other. */
static bool needs_owner(const struct op_call *call)
{
	const struct service *service = call->step->service;
	bool needs = false;
	for (size_t i = 0; i < service->nsecrets; i++)
		needs |= !service->secrets[i]->uid || !service->secrets[i]->gid;
	for (size_t i = 0; i < service->nconfigs; i++)
		needs |= !service->configs[i]->uid || !service->configs[i]->gid;
	return needs;
}

/* As the specification says, and other than docker compose 2.40, files belong to the user the service runs
 * as. */
static void begin_owner(struct op_call *call)
{
	const char *user = call->step->service->user;
	struct owner *owner = call->own = ARENA_NEW(call->arena, struct owner);
	if (!needs_owner(call))
		user = "0";
	if (user && *user)
		owner_take_user(owner, call->arena, user);
}

static int ask_upload(struct op_call *call, struct request *request)
{
	static const struct bundle nothing = { .dir = "/" };
	struct bundles bundles = { .items = NULL };
	if (!call->own)
		begin_owner(call);
	if (owner_lacks(call->own) != OWNER_WHOLE)
		return ask_owner(call, request, owner_lacks(call->own));
	if (make_bundles(call, &bundles) < 0)
		return -1;
	const struct bundle *bundle = call->part < bundles.count ? &bundles.items[call->part] : &nothing;
	request->method = "PUT";
	request->path = op_path(call, "containers", call->container, "archive");
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

static const struct op_row rows[] = { { .op = OP_CONTAINER_UPLOAD,
	.ask = ask_upload,
	.raw = got_owner,
	.got = got_upload,
	.silent = true,
	.takes = UPLOAD_TAKES } };

const struct op_rows op_upload_rows = { rows, sizeof rows / sizeof *rows };
