#include "engine/archive/dir_walk.h"

#include "base/heap.h"
#include "base/text/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MOST       255
#define ERROR(walk, ...) error_add((walk)->errors, ERROR_SYSTEM, NULL, NULL, __VA_ARGS__)

/* A directory that is being walked. */
struct dir_walk_level {
	struct dir_walk_level *up;
	int fd;
	char *path; /* relative to the root, "" for it */
	char **names;
	size_t count, at;
	bool told; /* its own entry was given */
	struct stat stat;
};

struct dir_walk {
	struct dir_walk_options options;
	struct errors *errors;
	struct dir_walk_level *level;
	unsigned depth;
	char *path;  /* of the entry that was given last */
	bool enters; /* that entry is a directory, walked next */
	struct stat stat;
};

/* Directories */

/* In order of the names, so that the same directory is always walked the same way. Reads a duplicate of the
 * descriptor, since closedir closes what it reads. */
static int level_read_names(struct dir_walk *walk, struct dir_walk_level *level)
{
	int fd = dup(level->fd);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	size_t room = 0;
	if (!stream) {
		if (fd >= 0)
			close(fd);
		return ERROR(walk, "cannot read %s/%s: %s", walk->options.dir, level->path, strerror(errno));
	}
	for (struct dirent *entry; errno = 0, (entry = readdir(stream));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (level->count == room) {
			room = room ? 2 * room : 32;
			level->names = heap_resize(level->names, room, sizeof(char *));
		}
		level->names[level->count++] = heap_text(entry->d_name);
	}
	int reason = errno;
	closedir(stream);
	if (reason)
		return ERROR(walk, "cannot read %s/%s: %s", walk->options.dir, level->path, strerror(reason));
	if (level->count)
		qsort(level->names, level->count, sizeof(char *), text_order);
	return 0;
}

static void level_leave(struct dir_walk *walk)
{
	struct dir_walk_level *level = walk->level;
	walk->level = level->up;
	walk->depth--;
	for (size_t i = 0; i < level->count; i++)
		free(level->names[i]);
	free(level->names);
	free(level->path);
	if (level->fd >= 0)
		close(level->fd);
	free(level);
}

static struct dir_walk_level *level_push(
	struct dir_walk *walk, const char *path, const struct stat *stat, bool told)
{
	struct dir_walk_level *level = HEAP_NEW(struct dir_walk_level);
	*level = (struct dir_walk_level){
		.up = walk->level, .fd = -1, .path = heap_text(path), .told = told, .stat = *stat
	};
	walk->level = level;
	walk->depth++;
	return level;
}

/* Goes into directory `name` of the present level. */
static int level_enter(
	struct dir_walk *walk, const char *name, const char *path, const struct stat *stat, bool told)
{
	const char *dir = walk->options.dir;
	int from = walk->level ? walk->level->fd : AT_FDCWD;
	int no_link = walk->level ? O_NOFOLLOW : 0;
	struct dir_walk_level *level = level_push(walk, path, stat, told);
	level->fd = openat(from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | no_link);
	if (level->fd < 0)
		return ERROR(walk, "cannot read directory %s%s%s: %s", dir, *path ? "/" : "", path,
			strerror(errno));
	if (walk->depth > DEPTH_MOST)
		return ERROR(walk, "%s/%s nests deeper than %d directories", dir, path, DEPTH_MOST);
	return level_read_names(walk, level);
}

/* Entries */

/* The outermost directory around the level, itself included, that was not given yet; NULL: all were. */
static struct dir_walk_level *first_untold(struct dir_walk_level *level)
{
	struct dir_walk_level *untold = NULL;
	for (; level && !level->told; level = level->up)
		untold = level;
	return untold;
}

/* Takes the next name of the present level. Returns 1 with an entry, 0: nothing to be given, -1. */
static int level_next(struct dir_walk *walk, struct dir_walk_entry *ret_entry)
{
	struct dir_walk_level *level = walk->level, *untold;
	const char *name = level->names[level->at];
	size_t room = strlen(level->path) + strlen(name) + 2;
	enum dir_walk_verdict verdict = DIR_WALK_TAKE;
	free(walk->path);
	walk->path = heap_zeroed(room);
	snprintf(walk->path, room, "%s%s%s", level->path, *level->path ? "/" : "", name);
	level->at++;
	if (fstatat(level->fd, name, &walk->stat, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0
				       : ERROR(walk, "cannot read %s/%s: %s", walk->options.dir, walk->path,
						 strerror(errno));
	if (walk->options.judge)
		verdict = walk->options.judge(walk->options.arg, walk->path, &walk->stat);
	if (verdict == DIR_WALK_BELOW && S_ISDIR(walk->stat.st_mode))
		return level_enter(walk, name, walk->path, &walk->stat, false);
	if (verdict != DIR_WALK_TAKE)
		return 0;
	if ((untold = first_untold(level))) { /* it comes again after them */
		level->at--;
		untold->told = true;
		*ret_entry = (struct dir_walk_entry){ .path = untold->path, .at = untold->fd, .name = "." };
		ret_entry->stat = untold->stat;
		return 1;
	}
	walk->enters = S_ISDIR(walk->stat.st_mode);
	*ret_entry = (struct dir_walk_entry){ .path = walk->path, .at = level->fd, .name = name };
	ret_entry->stat = walk->stat;
	return 1;
}

int dir_walk_next(struct dir_walk *walk, struct dir_walk_entry *ret_entry)
{
	int result = 0;
	if (walk->enters) {
		walk->enters = false;
		const struct dir_walk_level *level = walk->level;
		result = level_enter(walk, level->names[level->at - 1], walk->path, &walk->stat, true);
	}
	while (result == 0 && walk->level) {
		if (walk->level->at < walk->level->count)
			result = level_next(walk, ret_entry);
		else
			level_leave(walk);
	}
	return result;
}

int dir_walk_link(
	const char *dir, const struct dir_walk_entry *entry, char *to, size_t room, struct errors *errors)
{
	ssize_t len = readlinkat(entry->at, entry->name, to, room - 1);
	if (len < 0)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot read link %s/%s: %s", dir,
			entry->path, strerror(errno));
	to[len] = '\0';
	return 0;
}

/* The one entry of a directory, which need not be readable itself. */
static int enter_only(struct dir_walk *walk)
{
	const struct stat none = { 0 };
	struct dir_walk_level *level = level_push(walk, "", &none, true);
	level->fd = openat(AT_FDCWD, walk->options.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (level->fd < 0)
		return ERROR(walk, "cannot read %s: %s", walk->options.dir, strerror(errno));
	level->names = heap_resize(NULL, 1, sizeof(char *));
	level->names[level->count++] = heap_text(walk->options.only);
	return 0;
}

struct dir_walk *dir_walk_open(const struct dir_walk_options *options, struct errors *errors)
{
	const struct stat none = { 0 };
	struct dir_walk *walk = HEAP_NEW(struct dir_walk);
	*walk = (struct dir_walk){ .options = *options, .errors = errors };
	if ((options->only ? enter_only(walk) : level_enter(walk, options->dir, "", &none, true)) == 0)
		return walk;
	dir_walk_close(walk);
	return NULL;
}

void dir_walk_close(struct dir_walk *walk)
{
	if (!walk)
		return;
	while (walk->level)
		level_leave(walk);
	free(walk->path);
	free(walk);
}
