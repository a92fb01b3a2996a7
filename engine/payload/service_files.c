#include "engine/payload/service_files.h"
#include "engine/loop/process.h"
#include "base/text/text.h"
#include "compose/tree/file.h"
#include "graph/up/reconcile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define STREAM_PATIENCE 10000 /* ms: nothing else goes on meanwhile */
#define OWNER_DIGITS    9     /* of a user's number: below 2^31 */

/* Process that listens on the engine's socket, or 0. */
static pid_t socket_listener(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (snprintf(address.sun_path, sizeof address.sun_path, "%s", path) >= (int)sizeof address.sun_path)
		return 0;
	struct ucred peer = { .pid = 0 };
	socklen_t len = sizeof peer;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		peer.pid = 0;
	if (fd >= 0)
		close(fd);
	return peer.pid;
}

static bool is_neighbour(const struct engine *engine)
{
	pid_t pid = engine->local && engine->endpoint.socket ? socket_listener(engine->endpoint.socket) : 0;
	if (!pid) /* none, or one of another pid namespace: a container that was given the engine's socket */
		return false;
	char path[64], theirs[64], ours[64];
	snprintf(path, sizeof path, "/proc/%ld/ns/mnt", (long)pid);
	ssize_t there = readlink(path, theirs, sizeof theirs),
		here = readlink("/proc/self/ns/mnt", ours, sizeof ours);
	if (there > 0 && here > 0)
		return there == here && memcmp(theirs, ours, (size_t)here) == 0;
	/* Only root may look: then what containers leave in their root tells. */
	return access("/.dockerenv", F_OK) != 0 && access("/run/.containerenv", F_OK) != 0;
}

bool service_files_shared(struct engine *engine)
{
	if (!engine->files_shared_known)
		engine->files_shared = is_neighbour(engine);
	engine->files_shared_known = true;
	return engine->files_shared;
}

static int refuse_source(struct errors *errors, const struct service *service, const struct file_ref *ref,
	bool secret, const char *why)
{
	const char *word = secret ? "secret" : "config";
	error_add(errors, ERROR_FILE, &ref->at,
		arena_printf(errors->arena, "services.%s.%ss", service->key, word), "unsupported %s %s %s",
		why, word, ref->source);
	return error_hint(
		errors, "only a swarm has those: give it a file, an environment variable or a content");
}

/* User and group of what is uploaded are numbers: names are only known inside the image. */
static int check_owner(struct errors *errors, const struct service *service, const struct file_ref *ref,
	bool secret, const char *key, const char *text)
{
	size_t digits = text ? strspn(text, "0123456789") : 0;
	if (!text || (!text[digits] && digits <= OWNER_DIGITS))
		return 0;
	return error_add(errors, ERROR_FILE, &ref->at,
		arena_printf(errors->arena, "services.%s.%ss", service->key, secret ? "secret" : "config"),
		"%s of %s %s is a number, not \"%s\"", key, secret ? "secret" : "config", ref->source, text);
}

/* Appends the service's secrets or configs. What only a swarm has, and what cannot be uploaded as it is
 * asked for, is refused. */
static int collect_files(struct arena *arena, const struct service *service, bool secret, bool upload_files,
	struct service_file **files, size_t *count, struct errors *errors)
{
	size_t nrefs = secret ? service->nsecrets : service->nconfigs;
	int failed = 0;
	for (size_t i = 0; i < nrefs; i++) {
		const struct file_ref *ref = secret ? service->secrets[i] : service->configs[i];
		const struct file_source *source = service_file_source(service, secret, ref->source);
		if (!source)
			continue; /* the loader has refused those */
		if (source->external || source->driver || source->template_driver) {
			failed |= refuse_source(
				errors, service, ref, secret, source->external ? "external" : "driver of");
			continue;
		}
		bool upload = upload_files || !source->file;
		if (upload) {
			failed |= check_owner(errors, service, ref, secret, "uid", ref->uid);
			failed |= check_owner(errors, service, ref, secret, "gid", ref->gid);
		}
		*ARENA_PUSH(arena, *files, *count) = (struct service_file){
			.ref = ref,
			.source = source,
			.target = inputs_target(arena, ref, secret),
			.secret = secret,
			.upload = upload,
		};
	}
	return failed;
}

/* A volume or bind is written to, a tmpfs is not there yet, and the root may be read-only. */
static bool is_out_of_reach(
	const struct service *service, const struct service_mounts *mounts, const char *path)
{
	const struct service_mount *above = service_mounts_above(mounts, path);
	return above ? above->tmpfs : service->read_only;
}

/* The directory of a file's target; "" is the root. */
static const char *dir_of(struct arena *arena, const char *target)
{
	return arena_strndup(arena, target, (size_t)(strrchr(target, '/') - target));
}

/* Whether a tmpfs is mounted at the file's very directory: no volume can stand there. */
static bool is_covered(struct arena *arena, const struct service_mount *above, const char *target)
{
	return above && above->tmpfs && text_is(above->target, dir_of(arena, target));
}

static int refuse_reach(struct arena *arena, const struct service *service, const struct service_file *file,
	const char *why, struct errors *errors)
{
	const char *kind = file->secret ? "secret" : "config";
	error_add(errors, ERROR_FILE, &file->ref->at,
		arena_printf(arena, "services.%s.%ss", service->key, kind),
		"%s %s cannot be uploaded to %s: %s", kind, file->ref->source, file->target, why);
	return -1;
}

/* A file that cannot come to its place is an error; but below a root that can be written to docker compose
 * makes the container, and the file is under the tmpfs that is mounted over it. */
static int check_reach(struct arena *arena, const struct service *service, const struct service_file *file,
	const struct service_mounts *mounts, struct errors *errors)
{
	const struct service_mount *above = service_mounts_above(mounts, file->target);
	const char *hint = "give it a `target` in a directory";
	if (service->read_only && !above && !*dir_of(arena, file->target)) {
		refuse_reach(arena, service, file, "the root of the container is read-only", errors);
		return error_hint(errors, "%s", hint);
	}
	if (above && !above->tmpfs && !above->writable) {
		refuse_reach(arena, service, file,
			arena_printf(arena, "%s is mounted read-only", above->target), errors);
		return error_hint(errors, "give it a `target` elsewhere");
	}
	if (!is_covered(arena, above, file->target))
		return 0;
	hint = "give it a `target` in a directory below, or elsewhere";
	if (service->read_only) {
		refuse_reach(
			arena, service, file, arena_printf(arena, "%s is a tmpfs", above->target), errors);
		return error_hint(errors, "%s", hint);
	}
	error_warn(errors, &file->ref->at,
		arena_printf(arena, "services.%s.%s", service->key, file->secret ? "secrets" : "configs"),
		"%s is not seen in the container: the tmpfs %s is mounted over it", file->target,
		above->target);
	error_hint(errors, "%s", hint);
	return 0;
}

int service_files(struct arena *arena, const struct service *service, bool shared,
	struct service_file **ret_files, size_t *ret_count, struct errors *errors)
{
	bool content = false, upload = false;
	struct service_file *files = NULL;
	size_t count = 0;
	reconcile_uploads(service, shared, &content, &upload);
	int failed = collect_files(arena, service, true, upload, &files, &count, errors);
	failed |= collect_files(arena, service, false, upload, &files, &count, errors);
	const struct service_mounts mounts = service_mounts(arena, service, NULL);
	for (size_t i = 0; i < count; i++)
		if (files[i].upload)
			failed |= check_reach(arena, service, &files[i], &mounts, errors);
	if (failed)
		return -1;
	*ret_files = files;
	*ret_count = count;
	return 0;
}

void service_files_volumes(struct arena *arena, const struct service *service,
	const struct service_mounts *mounts, const struct service_file *files, size_t count,
	const char ***ret_dirs, size_t *ret_ndirs)
{
	const char **dirs = NULL;
	size_t ndirs = 0;
	for (size_t i = 0; i < count; i++) {
		const char *target = files[i].target, *dir = dir_of(arena, target);
		if (!files[i].upload || !*dir || !is_out_of_reach(service, mounts, target) ||
			is_covered(arena, service_mounts_above(mounts, target), target))
			continue;
		bool known = false;
		for (size_t k = 0; k < ndirs && !known; k++)
			known = service_mounts_is_below(dir, dirs[k]);
		if (!known)
			*ARENA_PUSH(arena, dirs, ndirs) = dir;
	}
	*ret_dirs = dirs;
	*ret_ndirs = ndirs;
}

/* What a pipe or a device gave, which may give it but once. */
struct stream {
	const char *content;
	size_t len;
};

static bool is_stream(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

static int read_source(struct arena *arena, const struct service *service, const struct service_file *file,
	const char **ret_content, size_t *ret_len, struct errors *errors)
{
	struct file what = { .path = file->source->file,
		.shown = file->source->file,
		.most = SERVICE_FILE_MOST,
		.at = &file->ref->at,
		.key = arena_printf(
			errors->arena, "services.%s.%s", service->key, file->secret ? "secrets" : "configs"),
		.patience = STREAM_PATIENCE };
	return file_read(arena, &what, NULL, ret_content, ret_len, errors);
}

/* It is needed for the label, and again for each container and each try: kept with the engine. */
static int read_stream_once(struct engine *engine, const struct service *service,
	const struct service_file *file, const char **ret_content, size_t *ret_len, struct errors *errors)
{
	if (!engine->streams)
		engine->streams = map_create(engine->arena);
	struct stream *stream = map_get(engine->streams, file->source->file);
	if (!stream) {
		stream = ARENA_NEW(engine->arena, struct stream);
		if (read_source(engine->arena, service, file, &stream->content, &stream->len, errors) < 0)
			return -1;
		map_set(engine->streams, file->source->file, stream);
	}
	*ret_content = stream->content;
	*ret_len = stream->len;
	return 0;
}

int service_file_content(struct engine *engine, struct arena *arena, const struct service *service,
	const struct service_file *file, const char **ret_content, size_t *ret_len, struct errors *errors)
{
	const struct file_source *source = file->source;
	const char *text = source->content ? source->content : source->value;
	if (source->file)
		return is_stream(source->file)
			       ? read_stream_once(engine, service, file, ret_content, ret_len, errors)
			       : read_source(arena, service, file, ret_content, ret_len, errors);
	if (!text)
		return error_add(errors, ERROR_FILE, &source->at, NULL,
			"environment variable \"%s\" required by %s \"%s\" is not set",
			source->environment ? source->environment : "", file->secret ? "secret" : "config",
			source->key);
	*ret_content = text;
	*ret_len = strlen(text);
	return 0;
}

/* The content of one file for the label. Returns -1 when a pipe or device that is to be uploaded cannot be
 * read: it could not be read later, either. One that is bound is the engine's to read; without an engine,
 * none is read. */
static int read_input(struct engine *engine, struct arena *arena, const struct service *service,
	const struct service_file *file, struct inputs_file *input, struct errors *errors)
{
	enum { MOST = 16 << 20 };
	const struct file_source *source = file->source;
	struct errors unheard;
	struct stat status;
	errors_init(&unheard, arena);
	if (source->file && stat(source->file, &status) != 0) {
		input->absent = errno == ENOENT;
		return 0;
	}
	if (source->file && S_ISREG(status.st_mode) && status.st_size > MOST) {
		input->content = arena_printf(arena, "%lld bytes, changed at %lld.%09ld",
			(long long)status.st_size, (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
		input->len = strlen(input->content);
		return 0;
	}
	bool stream = source->file && is_stream(source->file);
	if (stream && (!file->upload || !engine))
		return 0;
	input->absent = !source->file && !source->content && !source->value;
	int result = service_file_content(
		engine, arena, service, file, &input->content, &input->len, stream ? errors : &unheard);
	return stream ? result : 0;
}

int service_files_inputs(struct engine *engine, struct arena *arena, const struct service *service,
	bool shared, struct inputs_file **ret_files, size_t *ret_count, struct errors *errors)
{
	struct errors unheard;
	struct service_file *files = NULL;
	struct inputs_file *inputs = NULL;
	size_t count = 0, ninputs = 0;
	char machine[PROCESS_MACHINE];
	int result = 0;
	process_machine(machine);
	const char *key = arena_strdup(arena, machine);
	errors_init(&unheard, arena);
	if (service_files(arena, service, shared, &files, &count, &unheard) < 0)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		struct inputs_file *input = ARENA_PUSH(arena, inputs, ninputs);
		input->target = files[i].target;
		input->key = files[i].secret ? key : NULL;
		result |= read_input(engine, arena, service, &files[i], input, errors);
	}
	*ret_files = inputs;
	*ret_count = ninputs;
	return result;
}
