#include "base/home.h"

#include <pwd.h>
#include <unistd.h>

const char *home_directory(struct arena *arena, const struct map *env)
{
	const char *home = map_get(env, "HOME");
	if (home && *home)
		return home;
	const struct passwd *user = getpwuid(getuid());
	return user && user->pw_dir && *user->pw_dir ? arena_strdup(arena, user->pw_dir) : NULL;
}
