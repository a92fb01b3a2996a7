#include "compose/load/include.h"

#include "compose/tree/dotenv.h"
#include "compose/tree/file.h"
#include "compose/pass/merge.h"
#include "compose/tree/path.h"
#include "compose/load/remote.h"
#include "compose/pass/reset.h"

#include <string.h>
#include <sys/stat.h>

enum { INCLUDE_DEPTH_MOST = 50 };

/* One entry of the list. */
struct entry {
	const struct node **paths;
	size_t npaths;
	const struct node *dir;
	const struct node **env_files;
	size_t nenv_files;
	bool has_env;
};

static int wrong_include(struct layer *layer, const struct node *node, const char *what)
{
	error_add(
		layer->errors, ERROR_FILE, &node->at, "include", "%s, not a %s", what, node_kind_name(node));
	return error_hint(layer->errors, "write `- FILE` or `- path: FILE`");
}

/* A text or a list of texts. */
static int texts(struct layer *layer, const struct node *node, const char *what, const struct node ***list,
	size_t *count)
{
	size_t n = node->kind == NODE_LIST ? node->nitems : 1;
	for (size_t i = 0; i < n; i++) {
		const struct node *item = node->kind == NODE_LIST ? node->items[i] : node;
		if (item->kind != NODE_STRING)
			return wrong_include(layer, item, what);
		*ARENA_PUSH(layer->arena, *list, *count) = item;
	}
	return 0;
}

/* An entry of `include` in either form, a path or a mapping; nothing is read yet. */
static int read_entry(struct layer *layer, const struct node *node, struct entry *ret)
{
	*ret = (struct entry){ 0 };
	if (node->kind == NODE_STRING)
		return texts(layer, node, "", &ret->paths, &ret->npaths);
	const struct node *path = node_get(node, "path"), *env = node_get(node, "env_file");
	if (node->kind != NODE_MAP)
		return wrong_include(layer, node, "an entry of `include` must be a path or a mapping");
	if (path &&
		texts(layer, path, "`path` must be text or a list of texts", &ret->paths, &ret->npaths) != 0)
		return -1;
	if (!ret->npaths) {
		error_add(layer->errors, ERROR_FILE, &node->at, "include", "an entry without `path`");
		return error_hint(layer->errors, "write `- path: FILE`");
	}
	ret->dir = node_get(node, "project_directory");
	if (ret->dir && ret->dir->kind == NODE_NULL)
		ret->dir = NULL;
	if (ret->dir && ret->dir->kind != NODE_STRING)
		return wrong_include(layer, ret->dir, "`project_directory` must be text");
	if (!env || env->kind == NODE_NULL)
		return 0;
	if (texts(layer, env, "`env_file` must be text or a list of texts", &ret->env_files,
		    &ret->nenv_files) != 0)
		return -1;
	ret->has_env = ret->nenv_files > 0;
	return 0;
}

static int add_env_file(struct layer *layer, const char *path, const struct node *from, struct map *into)
{
	struct file file = { .path = path,
		.shown = path_shown(layer->options->cwd, path),
		.most = DOTENV_SIZE_MOST,
		.at = from ? &from->at : NULL,
		.key = "include.env_file" };
	struct dotenv dotenv = { .arena = layer->arena,
		.get = dotenv_map_get,
		.arg = (void *)layer->env,
		.into = into,
		.warned = layer->warned };
	const char *text;
	size_t len;
	if (file_read(layer->arena, &file, NULL, &text, &len, layer->errors) != 0)
		return -1;
	return dotenv_parse(&dotenv, file.shown, text, len, layer->errors);
}

/* The including environment, completed by the entry's files or by the .env in its directory. */
static int make_env(
	struct layer *layer, const struct entry *entry, const char *dir, const struct map **ret_env)
{
	struct map *into = map_create(layer->arena), *env = map_create(layer->arena);
	struct stat info;
	for (size_t i = 0; i < entry->nenv_files; i++) {
		const struct node *name = entry->env_files[i];
		if (layer_rooted(layer, name, "include.env_file") != 0)
			return -1;
		if (strcmp(name->text, "/dev/null") != 0 &&
			add_env_file(layer, path_join(layer->arena, layer->dir, name->text), name, into) != 0)
			return -1;
	}
	const char *path = dir && !entry->has_env ? path_join(layer->arena, dir, ".env") : NULL;
	if (path && stat(path, &info) == 0 && !S_ISDIR(info.st_mode) &&
		add_env_file(layer, path, NULL, into) != 0)
		return -1;
	const struct map *both[] = { layer->env, into };
	for (size_t i = 0; i < 2; i++) {
		size_t at = 0;
		const struct map_entry *pair;
		while ((pair = map_next(both[i], &at)))
			if (!map_has(env, pair->key))
				map_set(env, pair->key, pair->value);
	}
	*ret_env = env;
	return 0;
}

static int find_cycle(const struct layer *layer, const char *path, const struct node *from)
{
	size_t depth = 0;
	const char *lines = path;
	for (const struct layer *up = layer; up; up = up->up) {
		if (up->main)
			lines = arena_printf(layer->arena, "%s\n  include %s", up->main, lines);
		if (++depth < INCLUDE_DEPTH_MOST && (!up->main || strcmp(up->main, path) != 0))
			continue;
		error_add(layer->errors, ERROR_FILE, &from->at, "include", "include cycle detected");
		return error_detail(layer->errors, lines);
	}
	return 0;
}

static int parse_files(struct layer *layer, const struct entry *entry, struct layer_file *files)
{
	for (size_t i = 0; i < entry->npaths; i++) {
		const struct node *name = entry->paths[i];
		const char *path;
		if (layer_path(layer, name, "include", &path) != 0 ||
			(i == 0 && find_cycle(layer, path, name) != 0) ||
			layer_parse(layer, path, &name->at, "include", &files[i]) != 0)
			return -1;
	}
	return 0;
}

/* Loads what an entry names as a project of its own: its folder and its variables hold within it. */
static int load_entry(struct layer *layer, const struct entry *entry, struct node **ret_tree)
{
	struct arena *arena = layer->arena;
	struct layer_file *files = ARENA_ARRAY(arena, struct layer_file, entry->npaths);
	if (parse_files(layer, entry, files) != 0 ||
		(entry->dir && layer_rooted(layer, entry->dir, "include.project_directory") != 0))
		return -1;
	const char *dir = entry->dir                     ? path_join(arena, layer->dir, entry->dir->text)
			  : remote_is_web(files[0].path) ? NULL
							 : path_dir(arena, path_clean(arena, files[0].path));
	struct layer inner = *layer;
	inner.dir = dir;
	inner.below = layer_below(layer, dir);
	inner.up = layer;
	inner.main = files[0].path;
	inner.bases = map_create(arena);
	inner.legacy = inner.modern = NULL;
	if (make_env(layer, entry, dir, &inner.env) != 0)
		return -1;
	return layer_load(&inner, files, entry->npaths, ret_tree);
}

/* Adds the resources of an included tree to those of the includes before it. */
static int collect_resources(struct layer *layer, struct node *all, struct node *tree)
{
	static const char *const sections[] = { "services", "networks", "volumes", "secrets", "configs",
		"models" };
	int result = 0;
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		struct node *from = node_get(tree, sections[i]), *to = node_get(all, sections[i]);
		if (!from || from->kind != NODE_MAP)
			continue;
		if (!to)
			node_set(layer->arena, all, sections[i], from->at,
				to = node_map(layer->arena, from->at));
		for (size_t k = 0; k < from->nmembers; k++) {
			const struct member *member = &from->members[k],
					    *there = node_member(to, member->key);
			if (!there)
				node_add(layer->arena, to, member->key, member->at, member->value);
			else if (!node_equal(there->value, member->value))
				result = error_add(layer->errors, ERROR_FILE, &member->at,
					arena_printf(layer->arena, "%s.%s", sections[i], member->key),
					"%s.%s conflicts with imported resource of %s:%u", sections[i],
					member->key, there->at.file, there->at.line);
		}
	}
	return result;
}

int include_apply(struct layer *layer, struct node **doc, const struct reset *reset)
{
	struct node *list = node_remove(*doc, "include");
	if (!list || list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST) {
		error_add(layer->errors, ERROR_FILE, &list->at, "include", "`include` must be a list, got %s",
			node_kind_name(list));
		return error_hint(layer->errors, "write each file as an item: `- FILE`");
	}
	struct node *all = node_map(layer->arena, (*doc)->at);
	for (size_t i = 0; i < list->nitems; i++) {
		struct entry entry;
		struct node *tree;
		if (read_entry(layer, list->items[i], &entry) != 0 || load_entry(layer, &entry, &tree) != 0 ||
			collect_resources(layer, all, tree) != 0)
			return -1;
	}
	reset_apply(reset, all);
	if (merge_tree(layer->arena, all, *doc, layer->errors) != 0)
		return -1;
	*doc = all;
	return 0;
}
