#include "engine/record/record.h"

#include "base/home.h"
#include "base/text/json.h"
#include "compose/tree/file.h"
#include "engine/archive/descriptor.h"
#include "engine/fetch/cache.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file is PROJECT.STAMP.json, STAMP the microseconds of its begin in so many digits that names sort. */
#define SUFFIX ".json"
#define STAMP  17

enum { NEW_LASTS = 3600 }; /* s after which a file that was not finished is nobody's any more */

const char *record_dir(struct arena *arena, const struct map *os_env)
{
	const char *state = map_get(os_env, "XDG_STATE_HOME"), *home = home_directory(arena, os_env);
	if (state && *state == '/')
		return arena_printf(arena, "%s/docker-flow/runs", state);
	return home && *home == '/' ? arena_printf(arena, "%s/.local/state/docker-flow/runs", home) : NULL;
}

/* The stamp in a file's name, its project's name before it; NULL: it is none of ours. */
static const char *stamp_of(const char *name, size_t *ret_project)
{
	size_t len = strlen(name), tail = STAMP + sizeof SUFFIX; /* with the dot before the stamp */
	if (len <= tail || name[len - tail] != '.' || strcmp(name + len - sizeof SUFFIX + 1, SUFFIX) != 0)
		return NULL;
	const char *stamp = name + len - tail + 1;
	*ret_project = len - tail;
	return strspn(stamp, "0123456789") == STAMP ? stamp : NULL;
}

struct kept {
	const char *name, *stamp;
	size_t project; /* bytes of its name */
};

struct kept_list {
	struct kept *items;
	size_t count;
};

static int by_stamp(const void *a, const void *b)
{
	const struct kept *one = a, *other = b;
	int order = strncmp(other->stamp, one->stamp, STAMP);
	return order ? order : strcmp(one->name, other->name);
}

/* What was begun and never finished (a kill, a full disk) goes when it is old. */
static void remove_unfinished(int dir, const char *name)
{
	struct stat status;
	size_t len = strlen(name);
	if (len < 4 || strcmp(name + len - 4, ".new") != 0 ||
		fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW))
		return;
	if (S_ISREG(status.st_mode) && status.st_mtime + NEW_LASTS < time(NULL))
		unlinkat(dir, name, 0);
}

/* All that is kept, the latest first; `tidies`: what is unfinished is removed. */
static struct kept_list read_dir(struct arena *arena, const char *path, bool tidies)
{
	struct kept_list list = { 0 };
	DIR *dir = opendir(path);
	const struct dirent *entry;
	while (dir && (entry = readdir(dir))) {
		size_t project;
		const char *name = arena_strdup(arena, entry->d_name);
		const char *stamp = stamp_of(name, &project);
		if (stamp)
			*ARENA_PUSH(arena, list.items, list.count) = (struct kept){ name, stamp, project };
		else if (tidies)
			remove_unfinished(dirfd(dir), name);
	}
	if (dir)
		closedir(dir);
	if (list.count)
		qsort(list.items, list.count, sizeof *list.items, by_stamp);
	return list;
}

/* Removes what is more than the limits, the oldest first. */
static void prune(struct arena *arena, const char *path)
{
	struct kept_list list = read_dir(arena, path, true);
	struct map *counts = map_create(arena);
	size_t bytes = 0, all = 0;
	for (size_t i = 0; i < list.count; i++) {
		const struct kept *kept = &list.items[i];
		const char *file = arena_printf(arena, "%s/%s", path, kept->name);
		const char *project = arena_strndup(arena, kept->name, kept->project);
		struct stat status;
		size_t *count = map_get(counts, project);
		if (!count)
			map_set(counts, project, count = ARENA_NEW(arena, size_t));
		if (lstat(file, &status) != 0)
			continue;
		bytes += (size_t)status.st_size;
		if (++*count > RECORDS_OF_PROJECT || ++all > RECORDS_MOST || bytes > RECORDS_BYTES_MOST)
			unlink(file);
	}
}

/* The file is put in place as a whole. */
static int write_file(struct arena *arena, const char *file, const struct buf *text)
{
	const char *new = arena_printf(arena, "%s.%ld.new", file, (long)getpid());
	int fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	int failure = descriptor_write(fd, text->data, text->len) < 0 ? errno : 0;
	if (close(fd) < 0 && !failure)
		failure = errno;
	if (!failure && rename(new, file) == 0)
		return 0;
	failure = failure ? failure : errno;
	unlink(new);
	errno = failure;
	return -1;
}

/* A project's name is part of the file's. */
static bool is_name(const char *project)
{
	return *project && *project != '.' && !strchr(project, '/');
}

static int refuse(int number)
{
	errno = number;
	return -1;
}

int record_keep(const char *dir, const struct timeline *timeline)
{
	auto_buf struct buf text = { 0 };
	bool begun = false;
	for (size_t i = 0; i < timeline->nsteps; i++)
		begun |= timeline->steps[i].began >= 0;
	if (!begun)
		return 0;
	if (!is_name(timeline->project))
		return refuse(EINVAL);
	buf_init(&text, RECORD_BYTES_MOST);
	timeline_write(timeline, &text);
	if (text.overflow)
		return refuse(EFBIG);
	if (cache_make(dir) < 0)
		return -1;
	if (!file_own_dir(dir))
		return refuse(EPERM);
	struct arena *arena = arena_create();
	const char *file = arena_printf(
		arena, "%s/%s.%0*" PRId64 SUFFIX, dir, timeline->project, STAMP, timeline->time / 1000);
	int result = write_file(arena, file, &text), failure = errno;
	if (result == 0)
		prune(arena, dir);
	arena_destroy(arena);
	errno = failure;
	return result;
}

struct texts record_list(struct arena *arena, const char *dir, const char *project)
{
	struct texts files = { 0 };
	struct kept_list list = read_dir(arena, dir, false);
	for (size_t i = 0; i < list.count; i++)
		if (strlen(project) == list.items[i].project &&
			strncmp(list.items[i].name, project, list.items[i].project) == 0)
			texts_add(arena, &files, arena_printf(arena, "%s/%s", dir, list.items[i].name));
	return files;
}

struct timeline *record_read(struct arena *arena, const char *file, struct errors *errors)
{
	struct file source = { .path = file, .shown = file, .most = RECORD_BYTES_MOST };
	const char *text;
	size_t len;
	if (file_read(arena, &source, NULL, &text, &len, errors) < 0)
		return NULL;
	cJSON *json = json_parse(text, len, file, errors);
	struct timeline *timeline = json ? timeline_read(arena, json, file, errors) : NULL;
	cJSON_Delete(json);
	return timeline;
}
