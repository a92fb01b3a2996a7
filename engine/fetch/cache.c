#include "engine/fetch/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *cache_path(const struct map *os_env, struct arena *arena, const char *kind, const char *name)
{
	const char *cache = map_get(os_env, "XDG_CACHE_HOME"), *home = map_get(os_env, "HOME");
	if (cache && *cache == '/')
		return arena_printf(arena, "%s/docker-flow/%s/%s", cache, kind, name);
	return home && *home == '/' ? arena_printf(arena, "%s/.cache/docker-flow/%s/%s", home, kind, name)
				    : NULL;
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
