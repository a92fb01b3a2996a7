#include "engine/archive/new_file.h"
#include "compose/tree/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static mode_t usual_mode(void)
{
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* Where the file is that a link leads to, of one that is there; the path itself else. */
static const char *place_of_file(struct arena *arena, const char *path, bool there)
{
	char *real = there ? realpath(path, NULL) : NULL;
	const char *place = arena_strdup(arena, real ? real : path);
	free(real);
	return place;
}

int new_file_open(struct arena *arena, struct new_file *ret_file, const char *path)
{
	struct stat stat;
	bool there = fstatat(AT_FDCWD, path, &stat, 0) == 0;
	*ret_file = (struct new_file){ .fd = -1, .beside.parent = -1 };
	if (there && !S_ISREG(stat.st_mode)) {
		ret_file->fd = open(path, O_WRONLY | O_CLOEXEC);
		return ret_file->fd < 0 ? -1 : 0;
	}
	/* as it would be when it were written in place */
	if (there && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
		return -1;
	const char *place = place_of_file(arena, path, there);
	int parent = open(path_dir(arena, place), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return -1;
	ret_file->fd = beside_open(&ret_file->beside, parent, path_base(place));
	ret_file->whole = ret_file->fd >= 0;
	if (!ret_file->whole && there && errno == EACCES) { /* the file may be changed, its directory not */
		close(parent);
		ret_file->fd = open(place, O_WRONLY | O_TRUNC | O_CLOEXEC);
		return ret_file->fd < 0 ? -1 : 0;
	}
	if (ret_file->fd >= 0 && fchmod(ret_file->fd, there ? stat.st_mode & 07777 : usual_mode()) == 0)
		return 0;
	int reason = errno;
	close(parent);
	errno = reason;
	return -1;
}

int new_file_end(struct new_file *file, bool failed)
{
	if (close(file->fd) != 0)
		failed = true;
	int result = failed ? -1 : 0, reason = errno;
	if (file->whole && !failed && beside_keep(&file->beside) != 0) {
		result = -1;
		reason = errno;
	}
	if (file->whole && result < 0)
		beside_drop(&file->beside);
	if (file->whole)
		close(file->beside.parent);
	errno = reason;
	return result;
}
