#include "engine/archive/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int spool_open(const struct map *os_env)
{
	const char *dir = os_env ? map_get(os_env, "TMPDIR") : NULL;
	char path[PATH_MAX];
	int len = snprintf(path, sizeof path, "%s/docker-flow.XXXXXX", dir && *dir ? dir : "/var/tmp");
	if (len < 0 || (size_t)len >= sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}
