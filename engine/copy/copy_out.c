/* From a container to here. */
#include "compose/tree/path.h"
#include "engine/archive/unpack.h"
#include "engine/copy/copy.h"
#include "engine/copy/copy_place.h"
#include "engine/observe/container_path.h"
#include "engine/stream/download.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MOST 40 /* as the kernel */

#define ERROR(copy, ...) error_add((copy)->errors, ERROR_SYSTEM, NULL, NULL, __VA_ARGS__)

int copy_source(const struct copy *copy, const struct observed_container *container, const char **ret_path)
{
	struct container_path there = { 0 };
	const char *path = copy->source;
	if (*path != '/')
		path = arena_printf(copy->arena, "/%s", path);
	*ret_path = path;
	if (!copy->follow)
		return 0;
	if (container_path_look(copy->arena, copy->engine, container->id, path, &there, copy->errors) < 0)
		return -1;
	if (there.link && *there.target)
		*ret_path = there.target;
	return 0;
}

/* The target here, behind the links that the user names by it; it need not be there. */
static const char *target_path(const struct copy *copy)
{
	const char *path = copy->target;
	path = *path == '/' ? path : arena_printf(copy->arena, "%s/%s", copy->cwd, path);
	for (int i = 0; i < LINKS_MOST; i++) {
		char to[PATH_MAX];
		ssize_t len = readlinkat(AT_FDCWD, path, to, sizeof to - 1);
		if (len < 0)
			break;
		to[len] = '\0';
		path = path_join(copy->arena, path_dir(copy->arena, path_clean(copy->arena, path)), to);
	}
	return path;
}

/* Looks at the target. Returns 0, or -1 with a finding (docker/cli: ValidateOutputPath). */
static int look_at_end(const struct copy *copy, struct copy_end *ret_end)
{
	struct stat stat;
	const char *path = target_path(copy);
	*ret_end = (struct copy_end){ .path = path };
	if (fstatat(AT_FDCWD, path, &stat, 0) == 0) {
		ret_end->there = true;
		ret_end->dir = S_ISDIR(stat.st_mode);
		if (ret_end->dir || S_ISREG(stat.st_mode))
			return 0;
		return ERROR(copy, "invalid output path: \"%s\" must be a directory or a regular file",
			copy->target);
	}
	const char *dir = path_dir(copy->arena, path_clean(copy->arena, path));
	if (fstatat(AT_FDCWD, dir, &stat, 0) == 0 && S_ISDIR(stat.st_mode))
		return 0;
	return ERROR(copy, "invalid output path: directory \"%s\" does not exist", dir);
}

/* Unpacks what the answer brings, once its head has said what it is. */
static int take_download(
	const struct copy *copy, const struct observed_container *container, struct download *download)
{
	struct container_path source;
	struct copy_end end;
	struct copy_place place;
	if (container_path_read(copy->arena, download_header(download), &source, copy->errors) < 0 ||
		look_at_end(copy, &end) < 0 ||
		copy_place_find(copy->arena,
			&(struct copy_end){ .path = copy->source, .there = true, .dir = source.dir }, &end,
			&place, copy->errors) < 0)
		return -1;
	return unpack(copy->arena,
		&(struct unpack_options){ .dir = place.dir,
			.name = place.name,
			.from = container->name,
			.owners = copy->archive,
			.read = download_read,
			.arg = download },
		copy->errors);
}

int copy_out(const struct copy *copy, const struct observed_container *container)
{
	const char *path;
	if (copy_source(copy, container, &path) < 0)
		return -1;
	/* Of the root the engine names no entry: what is in it is meant. */
	if (!path[strspn(path, "/")])
		path = "/.";
	struct download *download = download_open(copy->engine,
		&(struct download_ask){ .path = container_path_archive(copy->arena, container->id),
			.query = http_query(copy->arena, "path", path, (char *)NULL),
			.name = container->name,
			.header = CONTAINER_PATH_HEADER },
		copy->errors);
	if (!download)
		return -1;
	int result = take_download(copy, container, download);
	download_close(download);
	return result;
}
