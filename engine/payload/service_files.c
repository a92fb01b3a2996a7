#include "engine/payload/service_files.h"
#include "graph/up/reconcile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const struct file_source *find_source(
	struct file_source *const *sources, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(sources[i]->key, key) == 0)
			return sources[i];
	return NULL;
}

/* Process that listens on the engine's socket, or 0. */
static pid_t socket_listener(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (snprintf(address.sun_path, sizeof address.sun_path, "%s", path) >= (int)sizeof address.sun_path)
		return 0;
	struct ucred peer = { .pid = 0 };
	socklen_t len = sizeof peer;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		peer.pid = 0;
	if (fd >= 0)
		close(fd);
	return peer.pid;
}

bool service_files_shared(const struct engine *engine)
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

/* Appends the service's secrets or configs. Sources that only a swarm has are refused. */
static int collect_files(struct arena *arena, const struct service *service, bool secret, bool upload_files,
	struct service_file **files, size_t *count, struct errors *errors)
{
	const struct project *project = service->project;
	size_t nrefs = secret ? service->nsecrets : service->nconfigs;
	int failed = 0;
	for (size_t i = 0; i < nrefs; i++) {
		const struct file_ref *ref = secret ? service->secrets[i] : service->configs[i];
		const struct file_source *source =
			secret ? find_source(project->secrets, project->nsecrets, ref->source)
			       : find_source(project->configs, project->nconfigs, ref->source);
		if (!source)
			continue; /* the loader has refused those */
		if (source->external || source->driver || source->template_driver) {
			failed |= refuse_source(
				errors, service, ref, secret, source->external ? "external" : "driver of");
			continue;
		}
		*ARENA_PUSH(arena, *files, *count) = (struct service_file){
			.ref = ref,
			.source = source,
			.target = inputs_target(arena, ref, secret),
			.secret = secret,
			.upload = source->file ? upload_files : true,
		};
	}
	return failed;
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
	if (failed)
		return -1;
	*ret_files = files;
	*ret_count = count;
	return 0;
}

/* Whether `path` lies at or below `dir`. */
static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);
	while (len > 1 && dir[len - 1] == '/')
		len--;
	return strncmp(path, dir, len) == 0 && (len == 1 || path[len] == '\0' || path[len] == '/');
}

/* The deepest thing mounted above a path decides: a volume or bind is written to, a tmpfs is not there yet,
 * and the root may be read-only. */
static bool is_out_of_reach(const struct service *service, const char *path)
{
	size_t deepest = 0;
	bool lost = service->read_only;
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		if (is_below(path, mount->target) && strlen(mount->target) >= deepest) {
			deepest = strlen(mount->target);
			lost = strcmp(mount->type, "tmpfs") == 0;
		}
	}
	for (size_t i = 0; i < service->ntmpfs; i++) {
		size_t len = strcspn(service->tmpfs[i], ":");
		if (len > 0 && strncmp(path, service->tmpfs[i], len) == 0 && path[len] == '/' &&
			len >= deepest) {
			deepest = len;
			lost = true;
		}
	}
	return lost;
}

void service_files_volumes(struct arena *arena, const struct service *service,
	const struct service_file *files, size_t count, const char ***ret_dirs, size_t *ret_ndirs)
{
	const char **dirs = NULL;
	size_t ndirs = 0;
	for (size_t i = 0; i < count; i++) {
		const char *slash = strrchr(files[i].target, '/');
		if (!files[i].upload || slash == files[i].target ||
			!is_out_of_reach(service, files[i].target))
			continue;
		const char *dir = arena_strndup(arena, files[i].target, (size_t)(slash - files[i].target));
		bool known = false;
		for (size_t k = 0; k < ndirs && !known; k++)
			known = is_below(dir, dirs[k]);
		if (!known)
			*ARENA_PUSH(arena, dirs, ndirs) = dir;
	}
	*ret_dirs = dirs;
	*ret_ndirs = ndirs;
}

/* The content of `fd`, -1 with errno when it is a directory or longer than `most`. */
static int read_whole(struct arena *arena, int fd, size_t most, const char **ret_content, size_t *ret_len)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return -1;
	if (S_ISDIR(status.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	size_t size = status.st_size > 0 ? (size_t)status.st_size : 0, len = 0;
	if (size > most) {
		errno = EFBIG;
		return -1;
	}
	/* A pipe or a file of /proc has no size. */
	if (size == 0)
		size = most < 65536 ? most : 65536;
	char *bytes = arena_alloc(arena, size + 1);
	ssize_t got;
	while (len < size && (got = read(fd, bytes + len, size - len)) != 0) {
		if (got < 0)
			return -1;
		len += (size_t)got;
	}
	*ret_content = bytes;
	*ret_len = len;
	return 0;
}

int service_file_content(struct arena *arena, const struct service_file *file, size_t most,
	const char **ret_content, size_t *ret_len)
{
	const struct file_source *source = file->source;
	if (!source->file) {
		const char *text = source->content ? source->content : source->value;
		if (!text) {
			errno = ENOENT;
			return -1;
		}
		*ret_content = text;
		*ret_len = strlen(text);
		return 0;
	}
	int fd = open(source->file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -1;
	int failed = read_whole(arena, fd, most, ret_content, ret_len);
	int reason = errno;
	close(fd);
	errno = reason;
	return failed;
}

void service_files_inputs(
	struct arena *arena, const struct service *service, struct inputs_file **ret_files, size_t *ret_count)
{
	enum { MOST = 16 << 20 };
	struct errors unheard;
	struct service_file *files = NULL;
	struct inputs_file *inputs = NULL;
	size_t count = 0, ninputs = 0;
	errors_init(&unheard, arena);
	if (service_files(arena, service, true, &files, &count, &unheard) < 0)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		struct inputs_file *input = ARENA_PUSH(arena, inputs, ninputs);
		struct stat status;
		input->target = files[i].target;
		input->secret = files[i].secret;
		if (service_file_content(arena, &files[i], MOST, &input->content, &input->len) == 0)
			continue;
		input->absent = errno == ENOENT;
		if (errno != EFBIG || stat(files[i].source->file, &status) < 0)
			continue;
		input->content = arena_printf(arena, "%lld bytes, changed at %lld.%09ld",
			(long long)status.st_size, (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
		input->len = strlen(input->content);
	}
	*ret_files = inputs;
	*ret_count = ninputs;
}
