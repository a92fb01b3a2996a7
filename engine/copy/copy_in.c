/* From here into containers. */
#include "compose/tree/path.h"
#include "engine/archive/descriptor.h"
#include "engine/archive/spool.h"
#include "engine/archive/tar.h"
#include "engine/copy/copy.h"
#include "engine/copy/copy_place.h"
#include "engine/copy/upload.h"
#include "engine/observe/container_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is copied: a directory with all that is in it, or one entry of a directory. */
struct copy_source {
	const char *dir, *entry; /* as tar_copy takes them */
	bool is_dir;
};

/* A copy into one container. */
struct copying {
	const struct copy *copy;
	const struct observed_container *container;
	struct copy_place place;
	struct tar *tar; /* NULL: the bytes of `fd`, from `at` on */
	int fd;
	off_t at; /* -1: as they come */
	struct upload upload;
	size_t *open;
};

#define ERROR(copy, ...) error_add((copy)->errors, ERROR_SYSTEM, NULL, NULL, __VA_ARGS__)

/* Looks at the source here. Returns 0, or -1 with a finding. */
static int find_source(const struct copy *copy, struct copy_source *ret_source)
{
	struct arena *arena = copy->arena;
	const char *given = copy->source;
	const char *path = *given == '/' ? given : arena_printf(arena, "%s/%s", copy->cwd, given);
	struct stat stat;
	if (fstatat(AT_FDCWD, path, &stat, copy->follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
		return ERROR(copy, "cannot copy %s: %s", given, strerror(errno));
	if (S_ISDIR(stat.st_mode)) {
		*ret_source = (struct copy_source){ .dir = path, .is_dir = true };
		return 0;
	}
	if (copy->follow) {
		char *real = realpath(path, NULL);
		path = arena_strdup(arena, real ? real : path);
		free(real);
	}
	if (!S_ISREG(stat.st_mode) && !S_ISLNK(stat.st_mode) && !S_ISFIFO(stat.st_mode))
		return ERROR(copy, "cannot copy %s: it is a device or a socket", given);
	path = path_clean(arena, path);
	*ret_source = (struct copy_source){ .dir = path_dir(arena, path), .entry = path_base(path) };
	return 0;
}

/* What the target is in a container; the place that a link leads to is meant. Returns 0, or -1 with a
 * finding. */
static int look_at_target(const struct copy *copy, const struct observed_container *container,
	const char **ret_path, struct container_path *ret_there)
{
	const char *path = copy->target;
	if (*path != '/')
		path = arena_printf(copy->arena, "/%s", path);
	for (int i = 0; i < 2; i++) {
		if (container_path_look(
			    copy->arena, copy->engine, container->id, path, ret_there, copy->errors) < 0)
			return -1;
		*ret_path = path;
		if (!ret_there->link || !*ret_there->target)
			return 0;
		path = ret_there->target;
	}
	return 0;
}

static int find_place(struct copying *copying, const struct copy_source *source)
{
	const struct copy *copy = copying->copy;
	struct container_path there;
	const char *path;
	if (look_at_target(copy, copying->container, &path, &there) < 0)
		return -1;
	const char *given = copy->source;
	if (strcmp(path_base(path_clean(copy->arena, given)), "..") == 0)
		given = path_join(copy->arena, copy->cwd, given);
	return copy_place_find(copy->arena,
		&(struct copy_end){ .path = given, .there = true, .dir = source->is_dir },
		&(struct copy_end){ .path = path, .there = there.there, .dir = there.dir }, &copying->place,
		copy->errors);
}

static ssize_t copying_read(void *arg, char *to, size_t room)
{
	struct copying *copying = arg;
	ssize_t len;
	if (copying->tar)
		return tar_read(copying->tar, to, room);
	do
		len = copying->at < 0 ? read(copying->fd, to, room)
				      : pread(copying->fd, to, room, copying->at);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return ERROR(copying->copy, "cannot read the archive: %s", strerror(errno));
	if (copying->at >= 0)
		copying->at += len;
	return len;
}

static void copying_done(struct upload *upload)
{
	struct copying *copying = upload->arg;
	--*copying->open;
	if (upload->failure && *upload->failure)
		error_add(copying->copy->errors, ERROR_ENGINE, NULL, NULL, "%s: %s", copying->container->name,
			upload->failure);
}

static bool none_is_open(void *arg)
{
	return *(size_t *)arg == 0;
}

/* Sends all, and waits. */
static int send_all(const struct copy *copy, struct copying *all, size_t count)
{
	size_t open = 0;
	for (size_t i = 0; i < count; i++) {
		all[i].open = &open;
		all[i].upload = (struct upload){ .engine = copy->engine,
			.container = all[i].container->id,
			.dir = all[i].place.dir,
			.owners = copy->archive,
			.read = copying_read,
			.done = copying_done,
			.arg = &all[i] };
		if (upload_send(&all[i].upload, copy->errors) == 0)
			open++;
	}
	loop_run(copy->engine->loop, none_is_open, &open);
	return copy->errors->count ? -1 : 0;
}

static struct copying *copyings(
	const struct copy *copy, const struct observed_container *const *containers, size_t count)
{
	struct copying *all = ARENA_ARRAY(copy->arena, struct copying, count);
	for (size_t i = 0; i < count; i++)
		all[i] = (struct copying){ .copy = copy, .container = containers[i], .fd = -1, .at = -1 };
	return all;
}

int copy_in(const struct copy *copy, const struct observed_container *const *containers, size_t count)
{
	struct copying *all = copyings(copy, containers, count);
	struct copy_source source = { 0 };
	if (find_source(copy, &source) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (find_place(&all[i], &source) < 0)
			return -1;
	int result = 0;
	for (size_t i = 0; i < count && result == 0; i++) {
		all[i].tar = tar_copy(source.dir, source.entry, all[i].place.name, copy->errors);
		result = all[i].tar ? 0 : -1;
	}
	if (result == 0)
		result = send_all(copy, all, count);
	for (size_t i = 0; i < count; i++)
		tar_destroy(all[i].tar);
	return result;
}

/* What the descriptor gives, in a file that nobody else sees. Returns its descriptor, or -1 with a finding.
 */
static int keep_archive(const struct copy *copy, int from)
{
	int fd = spool_open(copy->engine->os_env);
	char bytes[65536];
	ssize_t len = 0;
	while (fd >= 0 && ((len = read(from, bytes, sizeof bytes)) > 0 || (len < 0 && errno == EINTR)))
		if (len > 0 && descriptor_write(fd, bytes, (size_t)len) < 0)
			break;
	if (fd < 0 || len != 0) {
		ERROR(copy, "cannot keep the archive for several containers: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

int copy_archive_in(
	const struct copy *copy, const struct observed_container *const *containers, size_t count, int fd)
{
	struct copying *all = copyings(copy, containers, count);
	for (size_t i = 0; i < count; i++) {
		struct container_path there;
		if (look_at_target(copy, containers[i], &all[i].place.dir, &there) < 0)
			return -1;
		if (!there.dir)
			return ERROR(copy, "destination \"%s:%s\" must be a directory", containers[i]->name,
				copy->target);
	}
	int kept = count > 1 ? keep_archive(copy, fd) : -1;
	if (count > 1 && kept < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		all[i].fd = count > 1 ? kept : fd;
		all[i].at = count > 1 ? 0 : -1;
	}
	int result = send_all(copy, all, count);
	if (kept >= 0)
		close(kept);
	return result;
}
