#include "engine/archive/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MOST 100 /* processes that write the same file at once */
#define NAME_KEPT  200 /* bytes of a long name */

/* Removes what a process that is gone has left. Returns whether the name is free now. */
static bool remove_left(const struct beside *beside)
{
	struct stat stat;
	if (fstatat(beside->parent, beside->hidden, &stat, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT;
	if (!S_ISREG(stat.st_mode))
		return !S_ISDIR(stat.st_mode) && unlinkat(beside->parent, beside->hidden, 0) == 0;
	int fd = openat(beside->parent, beside->hidden, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	bool left = flock(fd, LOCK_EX | LOCK_NB) == 0 && unlinkat(beside->parent, beside->hidden, 0) == 0;
	close(fd);
	return left;
}

int beside_choose(struct beside *ret_beside, int parent, const char *name)
{
	ret_beside->parent = parent;
	ret_beside->name = name;
	for (int i = 1; i <= NAMES_MOST; i++) {
		snprintf(ret_beside->hidden, sizeof ret_beside->hidden, ".%.*s.docker-flow-%d", NAME_KEPT,
			name, i);
		if (remove_left(ret_beside))
			return 0;
	}
	errno = EEXIST;
	return -1;
}

int beside_open(struct beside *ret_beside, int parent, const char *name)
{
	struct stat stat;
	for (int i = 0; i < NAMES_MOST; i++) {
		if (beside_choose(ret_beside, parent, name) != 0)
			return -1;
		int fd = openat(parent, ret_beside->hidden,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return -1;
		/* between the two another process may have taken it for a left one */
		if (fd >= 0 && flock(fd, LOCK_EX) == 0 && fstat(fd, &stat) == 0 && stat.st_nlink)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	errno = EEXIST;
	return -1;
}

int beside_keep(const struct beside *beside)
{
	if (renameat(beside->parent, beside->hidden, beside->parent, beside->name) != 0)
		return -1;
	/* of two names of one file, rename(2) keeps both */
	beside_drop(beside);
	return 0;
}

void beside_drop(const struct beside *beside)
{
	unlinkat(beside->parent, beside->hidden, 0);
}
