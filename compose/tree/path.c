#include "compose/tree/path.h"

#include <stdbool.h>
#include <string.h>

/* Removes the last name from `out`, or adds ".." where there is none to remove. */
static size_t go_up(char *out, size_t len, bool rooted)
{
	size_t start = rooted ? 1 : 0;
	bool above =
		len >= 2 && out[len - 1] == '.' && out[len - 2] == '.' && (len == 2 || out[len - 3] == '/');
	if (len > start && !above) {
		while (len > start && out[len - 1] != '/')
			len--;
		return len > start ? len - 1 : len;
	}
	if (rooted)
		return len;
	if (len)
		out[len++] = '/';
	out[len++] = '.';
	out[len++] = '.';
	return len;
}

const char *path_clean(struct arena *arena, const char *path)
{
	char *out = arena_alloc(arena, strlen(path) + 3);
	bool rooted = *path == '/';
	size_t len = 0;
	if (rooted)
		out[len++] = '/';
	while (*path) {
		size_t name = strcspn(path, "/");
		if (name == 2 && path[0] == '.' && path[1] == '.') {
			len = go_up(out, len, rooted);
		} else if (name && !(name == 1 && *path == '.')) {
			if (len > (rooted ? 1u : 0u))
				out[len++] = '/';
			memcpy(out + len, path, name);
			len += name;
		}
		path += name;
		path += *path == '/';
	}
	if (!len)
		out[len++] = '.';
	out[len] = '\0';
	return out;
}

const char *path_join(struct arena *arena, const char *dir, const char *path)
{
	return path_clean(arena, *path == '/' ? path : arena_printf(arena, "%s/%s", dir, path));
}

const char *path_resolve(struct arena *arena, const char *dir, const char *home, const char *path)
{
	if (path[0] == '~' && home)
		path = path_clean(arena, arena_printf(arena, "%s/%s", home, path + 1));
	if (path[0] == '/' && *dir)
		return path;
	if (!*dir)
		return path_clean(arena, path);
	return path_clean(arena, arena_printf(arena, "%s/%s", dir, path));
}

const char *path_relative(struct arena *arena, const char *dir, const char *path)
{
	size_t common = 0, i = 0;
	for (; dir[i] && dir[i] == path[i]; i++)
		if (dir[i] == '/')
			common = i + 1;
	if (!dir[i] && path[i] == '/')
		common = i + 1;
	if ((!dir[i] && !path[i]) || (!path[i] && dir[i] == '/'))
		common = i + (dir[i] == '/');
	const char *up = "";
	for (const char *rest = strlen(dir) > common ? dir + common : ""; *rest;) {
		up = arena_printf(arena, "%s../", up);
		rest += strcspn(rest, "/");
		rest += *rest == '/';
	}
	return path_clean(arena, arena_printf(arena, "%s%s", up, strlen(path) > common ? path + common : ""));
}

const char *path_dir(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return ".";
	return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

const char *path_shown(const char *cwd, const char *path)
{
	size_t len = cwd ? strlen(cwd) : 0;
	bool root = len == 1;
	if (!len || strncmp(path, cwd, len) != 0 || (!root && path[len] != '/') || !path[len])
		return path;
	return path + len + !root;
}
