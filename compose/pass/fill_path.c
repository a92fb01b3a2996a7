/* Relative paths become paths below the project directory. */
#include "compose/pass/fill.h"

#include "base/url.h"
#include "compose/tree/path.h"
#include "compose/schema/walk.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct place {
	const char *dir, *home;
};

static bool windows_absolute(const char *path)
{
	if (isalpha((unsigned char)path[0]) && path[1] == ':')
		return path[2] == '\\' || path[2] == '/';
	return strncmp(path, "\\\\", 2) == 0;
}

/* What is no path: another service, or what the engine or the builder fetches. */
static bool is_fetched(const char *text)
{
	return strncmp(text, "service:", 8) == 0 || strstr(text, "://") || url_is_git(text);
}

static int resolve_path(struct walk *walk, unsigned flags, struct node *node)
{
	const struct place *place = walk->arg;
	if (node->kind != NODE_STRING || windows_absolute(node->text))
		return 0;
	if ((flags & ATTR_REMOTE) && (!*node->text || is_fetched(node->text)))
		return 0;
	if (!place->dir && node->text[0] != '/' && node->text[0] != '~') {
		walk_error(walk, &node->at, FILL_HOMELESS, node->text);
		return error_hint(walk->errors, FILL_HOMELESS_HINT);
	}
	node->text = path_resolve(walk->arena, place->dir ? place->dir : "/", place->home, node->text);
	return 0;
}

static int resolve_row_paths(struct walk *walk, const struct attr *attr, struct node **where)
{
	if (!(attr->flags & ATTR_PATH))
		return WALK_ON;
	struct node *node = *where;
	int result = resolve_path(walk, attr->flags, node);
	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		result |= resolve_path(walk, attr->flags, node->items[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->nmembers; i++)
		result |= resolve_path(walk, attr->flags, node->members[i].value);
	return result ? -1 : WALK_ON;
}

static int mount_source(struct walk *walk, struct node *mount)
{
	const char *type = node_text(node_get(mount, "type"));
	if (!type || strcmp(type, "bind") != 0)
		return 0;
	struct node *source = node_get(mount, "source");
	if (!source) {
		walk_error(walk, &mount->at, "this bind has no source");
		return error_hint(walk->errors, "add `source:` with a path of the host");
	}
	return resolve_path(walk, 0, source);
}

/* A local volume that is a bind in disguise. */
static int bound_device(struct walk *walk, struct node *volume)
{
	const char *driver = node_text(node_get(volume, "driver"));
	struct node *options = node_get(volume, "driver_opts");
	const char *o = node_text(node_get(options, "o"));
	struct node *device = node_get(options, "device");
	bool bound = driver && strcmp(driver, "local") == 0 && o && strcmp(o, "bind") == 0 && device;
	return bound ? resolve_path(walk, 0, device) : 0;
}

/* What is watched is the file itself, not a link to it. */
static void watched_path(struct walk *walk, struct node *rule)
{
	struct node *path = node_get(rule, "path");
	char *real =
		path && path->kind == NODE_STRING && path->text[0] == '/' ? realpath(path->text, NULL) : NULL;
	if (real)
		path->text = arena_strdup(walk->arena, real);
	free(real);
}

static int resolve_watched_paths(struct walk *walk, const struct attr *attr, struct node **node)
{
	if (attr->kind != KIND_STRUCTS || (*node)->kind != NODE_LIST)
		return 0;
	for (size_t i = 0; i < (*node)->nitems && strcmp(attr->name, "watch") == 0; i++)
		watched_path(walk, (*node)->items[i]);
	return 0;
}

static int resolve_map_paths(struct walk *walk, const struct schema *schema, struct node *map)
{
	if (schema == &schema_mount)
		return mount_source(walk, map);
	return schema == &schema_volume ? bound_device(walk, map) : 0;
}

int fill_paths(
	struct arena *arena, struct node *tree, const char *dir, const char *home, struct errors *errors)
{
	static const struct walk_pass pass = {
		.enter = resolve_row_paths, .leave = resolve_watched_paths, .open = resolve_map_paths
	};
	struct place place = { .dir = dir, .home = home };
	return walk_tree(arena, &schema_project, tree, &pass, &place, errors);
}
