#include "engine/loop/socket_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define YOUNG_S 60 /* younger ones may have no lock yet */

static void name_socket(struct socket_dir *dir)
{
	snprintf(dir->socket, sizeof dir->socket, "%s/socket", dir->path);
}

/* Removes the directory at `path` when it is ours and nobody lives who made it. */
static void sweep_one(const char *path)
{
	struct socket_dir dir = { .fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) };
	struct stat there;
	bool dead = dir.fd >= 0 && fstat(dir.fd, &there) == 0 && there.st_uid == geteuid() &&
		    there.st_mtim.tv_sec < time(NULL) - YOUNG_S && flock(dir.fd, LOCK_EX | LOCK_NB) == 0;
	size_t len = strlen(path);
	if (dead && len < sizeof dir.path) {
		memcpy(dir.path, path, len + 1);
		name_socket(&dir);
		socket_dir_remove(&dir);
	} else if (dir.fd >= 0) {
		close(dir.fd);
	}
}

static void sweep(const char *base, const char *kind)
{
	char pattern[128];
	glob_t found;
	snprintf(pattern, sizeof pattern, "%s/docker-flow-%s-??????", base, kind);
	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		sweep_one(found.gl_pathv[i]);
	globfree(&found);
}

/* Makes it in `base`; false (errno): there is no room for it, or none in an address. */
static bool make_in(struct socket_dir *dir, const char *base, const char *kind)
{
	sweep(base, kind);
	int len = snprintf(dir->path, sizeof dir->path, "%s/docker-flow-%s-XXXXXX", base, kind);
	bool fits = len > 0 && (size_t)len < sizeof dir->path;
	if (fits && mkdtemp(dir->path))
		return true;
	errno = fits ? errno : ENAMETOOLONG;
	dir->path[0] = '\0';
	return false;
}

int socket_dir_make(struct socket_dir *dir, const struct map *os_env, const char *kind, struct errors *errors)
{
	const char *base = os_env ? map_get(os_env, "TMPDIR") : NULL;
	*dir = (struct socket_dir){ .fd = -1 };
	if (!(base && *base == '/' && make_in(dir, base, kind)) && !make_in(dir, "/tmp", kind)) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot make a directory in /tmp: %s",
			strerror(errno));
		return error_hint(errors, "set TMPDIR to a directory that you can write to");
	}
	name_socket(dir);
	dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir->fd >= 0)
		flock(dir->fd, LOCK_SH | LOCK_NB);
	return 0;
}

void socket_dir_remove(struct socket_dir *dir)
{
	if (!dir->path[0])
		return;
	struct stat there;
	if (lstat(dir->socket, &there) == 0 && S_ISSOCK(there.st_mode))
		unlink(dir->socket);
	rmdir(dir->path);
	if (dir->fd >= 0)
		close(dir->fd);
	*dir = (struct socket_dir){ .fd = -1 };
}
