#include "engine/session/follow_paths.h"

#include "base/map.h"
#include "compose/tree/path.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FOLLOWED_MOST 10000 /* paths and links */
#define LINK_MOST     4096

struct following {
	struct arena *arena;
	const char *dir;
	struct map resolved; /* absolute paths within the directory */
	size_t left;
	bool all;
};

static void follow(struct following *following, const char *path);

/* Where the link at an absolute path within the directory leads, absolute there; NULL: it is none. */
static const char *link_target(const struct following *following, const char *path)
{
	char target[LINK_MOST];
	const char *file = arena_printf(following->arena, "%s%s", following->dir, path);
	ssize_t len = readlink(file, target, sizeof target);
	if (len <= 0 || (size_t)len == sizeof target)
		return NULL;
	const char *text = arena_strndup(following->arena, target, (size_t)len);
	if (*text == '/')
		return path_join(following->arena, "/", text);
	return path_join(following->arena, path_dir(following->arena, path), text);
}

/* Follows the links whose names match a last part, with the rest of the path behind them. */
static bool follow_matches(struct following *following, const char *path, const char *rest)
{
	const char *parent = path_dir(following->arena, path), *pattern = strrchr(path, '/') + 1;
	DIR *names = opendir(arena_printf(following->arena, "%s%s", following->dir, parent));
	bool any = false;
	for (struct dirent *entry; names && (entry = readdir(names));) {
		const char *target = NULL;
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			fnmatch(pattern, entry->d_name, FNM_PATHNAME) == 0)
			target = link_target(following, path_join(following->arena, parent, entry->d_name));
		if (target) {
			any = true;
			follow(following, arena_printf(following->arena, "%s/%s", target, rest));
		}
	}
	if (names)
		closedir(names);
	return any;
}

/* Resolves a path part by part; where one is a link, goes on with what it leads to. */
static void follow(struct following *following, const char *path)
{
	struct arena *arena = following->arena;
	const char *clean = path_join(arena, "/", path);
	if (!following->left || following->all)
		return;
	following->left--;
	if (strcmp(clean, "/") == 0) {
		following->all = true;
		return;
	}
	for (const char *end = clean + 1; *end; end++) {
		end += strcspn(end, "/");
		const char *current = arena_strndup(arena, clean, (size_t)(end - clean)),
			   *rest = *end ? end + 1 : "", *target = link_target(following, current);
		bool wild = strpbrk(strrchr(current, '/'), "*?[") != NULL;
		bool leads = wild ? follow_matches(following, current, rest) : target != NULL;
		if (leads || !*rest)
			map_set(&following->resolved, current, NULL);
		if (target && !wild)
			follow(following, arena_printf(arena, "%s/%s", target, rest));
		if (leads || !*rest)
			return;
	}
}

bool follow_paths(struct arena *arena, const char *dir, const struct texts *paths, struct texts *ret_patterns)
{
	struct following following = { .arena = arena, .dir = dir, .left = FOLLOWED_MOST };
	const struct map_entry *entry;
	map_init(&following.resolved, arena);
	*ret_patterns = (struct texts){ 0 };
	for (size_t i = 0; i < paths->count; i++)
		follow(&following, paths->items[i]);
	for (size_t at = 0; (entry = map_next(&following.resolved, &at));)
		texts_add(arena, ret_patterns, entry->key + 1);
	return !following.all && following.left;
}
