#include "compose/load/include.h"

#include "base/text/texts.h"
#include "base/url.h"
#include "compose/tree/dotenv.h"
#include "compose/tree/file.h"
#include "compose/pass/merge.h"
#include "compose/tree/path.h"
#include "compose/load/remote.h"
#include "compose/pass/reset.h"

#include <string.h>
#include <sys/stat.h>

enum { INCLUDE_DEPTH_MOST = 500, INCLUDED_MOST = 10000 };

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
static int read_texts(struct layer *layer, const struct node *node, const char *what,
	const struct node ***list, size_t *count)
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
		return read_texts(layer, node, "", &ret->paths, &ret->npaths);
	const struct node *path = node_get(node, "path"), *env = node_get(node, "env_file");
	if (node->kind != NODE_MAP)
		return wrong_include(layer, node, "an entry of `include` must be a path or a mapping");
	if (path && read_texts(layer, path, "`path` must be text or a list of texts", &ret->paths,
			    &ret->npaths) != 0)
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
	if (read_texts(layer, env, "`env_file` must be text or a list of texts", &ret->env_files,
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

static void add_missing(struct map *to, const struct map *from)
{
	const struct map_entry *pair;
	for (size_t at = 0; (pair = map_next(from, &at));)
		if (!map_has(to, pair->key))
			map_set(to, pair->key, pair->value);
}

/* Values of `path` that a file before it in the list hides: when that is the project's own, its values are
 * those of the project and win (docker compose 2.40). `before`: what the files before it brought. */
static void warn_of_hidden(
	struct layer *layer, const struct node *path, const struct map *before, const struct map *into)
{
	const struct map_entry *pair;
	struct texts names = { 0 };
	for (size_t at = 0; (pair = map_next(into, &at));) {
		const char *first = map_get(before, pair->key), *wins = map_get(layer->env, pair->key);
		if (first && wins && strcmp(first, wins) == 0 && strcmp(wins, pair->value) != 0)
			texts_add(layer->arena, &names, pair->key);
	}
	if (!names.count)
		return;
	error_warn(layer->errors, &path->at, "include.env_file",
		"values of %s have no effect (%s): the file before it is the project's own, and that wins "
		"(docker compose 2.40)",
		path->text, texts_join(layer->arena, &names, ", "));
	error_hint(
		layer->errors, "set them in the project's own file, or give it another one: --env-file FILE");
}

/* The including environment, completed by the entry's files or by the .env in its directory. Sets env and
 * env_files of the scope. */
static int make_env(struct layer *layer, const struct entry *entry, const char *dir, struct load_scope *scope)
{
	struct arena *arena = layer->arena;
	struct map *into = map_create(arena), *env = map_create(arena);
	struct stat info;
	for (size_t i = 0; i < entry->nenv_files; i++) {
		const struct node *name = entry->env_files[i];
		if (layer_rooted(layer, name, "include.env_file") != 0)
			return -1;
		if (strcmp(name->text, "/dev/null") == 0)
			continue;
		struct map *before = map_create(arena);
		const char *file = path_join(arena, layer->dir, name->text);
		add_missing(before, into);
		if (add_env_file(layer, file, name, into) != 0)
			return -1;
		warn_of_hidden(layer, name, before, into);
		*ARENA_PUSH(arena, scope->env_files, scope->nenv_files) = file;
	}
	const char *path = dir && !entry->has_env ? path_join(arena, dir, ".env") : NULL;
	if (path && stat(path, &info) == 0 && !S_ISDIR(info.st_mode)) {
		if (add_env_file(layer, path, NULL, into) != 0)
			return -1;
		*ARENA_PUSH(arena, scope->env_files, scope->nenv_files) = path;
	}
	add_missing(env, layer->env);
	add_missing(env, into);
	scope->env = env;
	return 0;
}

/* The way from the file `first` to `path`, a line each. */
static int include_report_cycle(
	const struct layer *layer, const struct layer *first, const char *path, const struct node *from)
{
	const char *lines = url_shown(layer->arena, path);
	for (const struct layer *up = layer; up; up = up == first ? NULL : up->up)
		if (up->main)
			lines = arena_printf(
				layer->arena, "%s\n  include %s", url_shown(layer->arena, up->main), lines);
	error_add(layer->errors, ERROR_FILE, &from->at, "include", "include cycle detected");
	return error_detail(layer->errors, lines);
}

/* A file that includes itself, at whatever distance; links can make the names of one file differ for ever. */
static int include_check_depth(const struct layer *layer, const char *path, const struct node *from)
{
	size_t depth = 0;
	for (const struct layer *up = layer; up; up = up->up, depth++)
		if (up->main && strcmp(up->main, path) == 0)
			return include_report_cycle(layer, up, path, from);
	if (depth <= INCLUDE_DEPTH_MOST)
		return 0;
	error_add(layer->errors, ERROR_FILE, &from->at, "include", "includes are nested more than %d deep",
		INCLUDE_DEPTH_MOST);
	return error_hint(layer->errors, "include these files side by side, in one list");
}

/* Files that include two each of the next are 2^n after n of them. */
static int count_file(const struct layer *layer, const struct node *from)
{
	if (++*layer->included <= INCLUDED_MOST || layer->options->no_limits)
		return 0;
	error_add(layer->errors, ERROR_FILE, &from->at, "include", "more than %d files are included in all",
		INCLUDED_MOST);
	return error_hint(layer->errors, "include each file once, or read them all with --no-limits");
}

static int include_parse_files(struct layer *layer, const struct entry *entry, struct layer_file *files)
{
	for (size_t i = 0; i < entry->npaths; i++) {
		const struct node *name = entry->paths[i];
		const char *path;
		if (!layer->up && !layer->local->file && !url_is_remote(name->text))
			*layer->local = name->at;
		if (layer_path(layer, name, "include", &path) != 0 || count_file(layer, name) != 0 ||
			(i == 0 && include_check_depth(layer, path, name) != 0) ||
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
	if (include_parse_files(layer, entry, files) != 0 ||
		(entry->dir && layer_rooted(layer, entry->dir, "include.project_directory") != 0))
		return -1;
	const char *dir = entry->dir                  ? path_join(arena, layer->dir, entry->dir->text)
			  : url_is_web(files[0].path) ? NULL
						      : path_dir(arena, path_clean(arena, files[0].path));
	struct layer inner = *layer;
	inner.dir = dir;
	inner.below = layer_below(layer, dir);
	inner.up = layer;
	inner.main = files[0].path;
	inner.bases = map_create(arena);
	inner.legacy = inner.modern = NULL;
	struct load_scope *scope = ARENA_NEW(arena, struct load_scope);
	*scope = (struct load_scope){ .up = layer->scope, .main = files[0].shown };
	if (make_env(layer, entry, dir, scope) != 0)
		return -1;
	inner.scope = scope;
	inner.env = scope->env;
	int result = layer_load(&inner, files, entry->npaths, ret_tree);
	layer->ours = inner.ours;
	return result;
}

/* What an include brings. */
static const char *const sections[] = { "services", "networks", "volumes", "secrets", "configs", "models" };
enum { SECTIONS = sizeof sections / sizeof *sections };

/* A resource that is there twice has to be the same (compose 2.40). */
static int refuse_conflict(
	struct layer *layer, const char *section, const struct member *member, const struct member *imported)
{
	if (!imported || node_equal(imported->value, member->value))
		return 0;
	error_add(layer->errors, ERROR_FILE, &member->at,
		arena_printf(layer->arena, "%s.%s", section, member->key),
		"%s.%s conflicts with imported resource of %s:%u", section, member->key, imported->at.file,
		imported->at.line);
	return error_hint(layer->errors, "what an include brings is changed by a second file of the include "
					 "(`path: [a.yaml, b.yaml]`) or of the project (-f)");
}

/* Between a document and what it includes. */
static int refuse_conflicts(struct layer *layer, const struct node *imported, const struct node *doc)
{
	int result = 0;
	for (size_t i = 0; i < SECTIONS; i++) {
		const struct node *own = node_get(doc, sections[i]),
				  *theirs = node_get(imported, sections[i]);
		for (size_t k = 0; own && own->kind == NODE_MAP && k < own->nmembers; k++)
			result |= refuse_conflict(layer, sections[i], &own->members[k],
				node_member(theirs, own->members[k].key));
	}
	return result;
}

/* Adds the resources of an included tree to those of the includes before it. */
static int collect_resources(struct layer *layer, struct node *all, struct node *tree)
{
	int result = 0;
	for (size_t i = 0; i < SECTIONS; i++) {
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
			else
				result |= refuse_conflict(layer, sections[i], member, there);
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
	reset_warn_included(reset, all, layer->errors);
	if (refuse_conflicts(layer, all, *doc) != 0 ||
		merge_tree(layer->arena, all, *doc, layer->errors) != 0)
		return -1;
	*doc = all;
	return 0;
}
