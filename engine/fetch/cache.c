#include "engine/fetch/cache.h"

#include "base/home.h"
#include "compose/tree/file.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *cache_base(const struct map *os_env, struct arena *arena)
{
	const char *cache = map_get(os_env, "XDG_CACHE_HOME"), *home = home_directory(arena, os_env);
	if (cache && *cache == '/')
		return cache;
	return home && *home == '/' ? arena_printf(arena, "%s/.cache", home) : NULL;
}

/* A folder that everybody may write to is fine as long as each may only remove what is his own. */
static int cache_check_base(const char *dir, struct errors *errors)
{
	struct stat status;
	if (stat(dir, &status) != 0 || !(status.st_mode & S_IWOTH) || (status.st_mode & S_ISVTX))
		return 0;
	error_add(
		errors, ERROR_SYSTEM, NULL, NULL, "%s: everybody can write to the folder of the cache", dir);
	return error_hint(errors, "chmod o-w %s, or set XDG_CACHE_HOME to a folder of your own", dir);
}

int cache_check(const char *dir, struct errors *errors)
{
	struct stat status;
	unsigned user = (unsigned)geteuid();
	if (file_own_dir(dir) || lstat(dir, &status) != 0)
		return 0;
	if (!S_ISDIR(status.st_mode)) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s: the cache is no folder", dir);
		return error_hint(errors, "rm %s", dir);
	}
	if (status.st_uid == user) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s: other users can write to the cache", dir);
		return error_hint(errors, "chmod -R go-w %s, or rm -r %s: it is only a cache", dir, dir);
	}
	error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s: the cache belongs to another user (%u, this is %u)",
		dir, (unsigned)status.st_uid, user);
	return error_hint(errors,
		"chown -R %u %s, or rm -r %s: it is only a cache; or set XDG_CACHE_HOME to a folder of your own",
		user, dir, dir);
}

int cache_find(const struct map *os_env, struct arena *arena, const char *kind, const char **ret_dir,
	struct errors *errors)
{
	const char *base = cache_base(os_env, arena);
	*ret_dir = NULL;
	if (!base)
		return 0;
	const char *own = arena_printf(arena, "%s/docker-flow", base);
	*ret_dir = arena_printf(arena, "%s/%s", own, kind);
	return cache_check_base(base, errors) == 0 && cache_check(own, errors) == 0
		       ? cache_check(*ret_dir, errors)
		       : -1;
}

int cache_make(const char *dir)
{
	char *copy = strdup(dir);
	int result = copy ? 0 : -1;
	for (char *at = copy; result == 0 && (at = strchr(at + 1, '/'));) {
		*at = '\0';
		result = mkdir(copy, 0700) == 0 || errno == EEXIST ? 0 : -1;
		*at = '/';
	}
	if (result == 0 && mkdir(copy, 0700) != 0 && errno != EEXIST)
		result = -1;
	free(copy);
	return result;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status, (void)type, (void)at;
	remove(path);
	return 0;
}

void cache_remove(const char *dir)
{
	enum { DESCRIPTORS = 16 };
	nftw(dir, remove_entry, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}
