/* Env files and label files are read into the services that name them. */
#include "compose/pass/fill.h"

#include "compose/tree/dotenv.h"
#include "compose/tree/file.h"

#include <string.h>
#include <unistd.h>

#define ENV_FILE_MOST DOTENV_SIZE_MOST

struct env_files {
	struct arena *arena;
	const struct map *env;  /* of the project */
	const struct node *own; /* the service's environment, decoded */
	struct map labels;      /* of the label files before this one */
	struct errors *errors;
	struct map warned;
	const struct map *needed; /* services whose env files must be there; NULL: all */
	const char *path;         /* services.web.env_file */
};

/* Variables of env files: the project's, then the service's own. */
static const char *fill_lookup(void *arg, const char *name)
{
	const struct env_files *files = arg;
	const char *value = map_get(files->env, name);
	return value ? value : node_text(node_get(files->own, name));
}

/* Variables of label files: the labels of the files before; only then those above in the same file. */
static const char *lookup_label(void *arg, const char *name)
{
	return map_get(&((const struct env_files *)arg)->labels, name);
}

/* Reads one file of variables into `into`; `get` resolves what its values refer to. */
static int read_one(struct env_files *files, const struct node *path, bool required, const char *format,
	const char *(*get)(void *arg, const char *name), struct map *into)
{
	const char *text;
	size_t len;
	if (access(path->text, F_OK) != 0) {
		if (!required)
			return 0;
		error_add(files->errors, ERROR_FILE, &path->at, files->path, "file %s not found", path->text);
		return get == fill_lookup ? error_hint(files->errors, "create it, or write `required: false`")
					  : -1;
	}
	struct file file = { .path = path->text,
		.shown = path->text,
		.most = ENV_FILE_MOST,
		.at = &path->at,
		.key = files->path };
	if (file_read(files->arena, &file, NULL, &text, &len, files->errors) < 0)
		return -1;
	struct dotenv dotenv = {
		.arena = files->arena, .get = get, .arg = files, .into = into, .warned = &files->warned
	};
	if (!format || !*format)
		return dotenv_parse(&dotenv, path->text, text, len, files->errors);
	if (strcmp(format, "raw") == 0)
		return dotenv_parse_raw(&dotenv, path->text, text, len, files->errors);
	error_add(
		files->errors, ERROR_FILE, &path->at, files->path, "unknown env_file format \"%s\"", format);
	return error_hint(files->errors, "the only format is raw");
}

/* The mapping `key` of the service: `read` first, what the service says itself on top. */
static void overlay(struct env_files *files, struct node *service, const char *key, struct map *read)
{
	struct node *map = node_map(files->arena, service->at);
	struct node *own = node_get(service, key);
	const struct map_entry *entry;
	for (size_t at = 0; (entry = map_next(read, &at));) {
		node_set(files->arena, map, entry->key, service->at,
			node_quoted(files->arena, service->at, entry->value));
	}
	for (size_t i = 0; own && own->kind == NODE_MAP && i < own->nmembers; i++)
		node_set(files->arena, map, own->members[i].key, own->members[i].at, own->members[i].value);
	node_set(files->arena, service, key, service->at, map);
}

/* Values the project's environment has for names without one. */
static void resolve_own(struct env_files *files, struct node *own)
{
	for (size_t i = 0; own && own->kind == NODE_MAP && i < own->nmembers; i++) {
		struct member *member = &own->members[i];
		const char *value =
			member->value->kind == NODE_NULL ? map_get(files->env, member->key) : NULL;
		if (!value)
			continue;
		member->value = node_quoted(files->arena, member->at, value);
	}
}

/* Files named by env_file become `environment`: a later file wins over an earlier one, the service over both.
 */
static int service_env_files(struct env_files *files, const char *name, struct node *service)
{
	resolve_own(files, node_get(service, "environment"));
	struct node *list = node_remove(service, "env_file");
	if (!list || list->kind != NODE_LIST)
		return 0;
	struct map read;
	map_init(&read, files->arena);
	files->own = node_get(service, "environment");
	files->path = arena_printf(files->arena, "services.%s.env_file", name);
	bool needed = !files->needed || map_has(files->needed, name);
	int result = 0;
	for (size_t i = 0; i < list->nitems; i++) {
		const struct node *path = node_get(list->items[i], "path"),
				  *required = node_get(list->items[i], "required");
		if (path && read_one(files, path, needed && (!required || required->yes),
				    node_text(node_get(list->items[i], "format")), fill_lookup, &read) < 0)
			result = -1;
	}
	/* What the service sets itself hides what files set, for later files as well. */
	overlay(files, service, "environment", &read);
	return result;
}

/* Files named by label_file become `labels`, which the ones of the service hide. Their names stay, for the
 * config hash. */
static int label_files(struct env_files *files, const char *name, struct node *service)
{
	const struct node *list = node_get(service, "label_file");
	if (!list || list->kind != NODE_LIST)
		return 0;
	map_init(&files->labels, files->arena);
	files->path = arena_printf(files->arena, "services.%s.label_file", name);
	int result = 0;
	for (size_t i = 0; i < list->nitems; i++) {
		struct map read;
		const struct map_entry *entry;
		map_init(&read, files->arena);
		if (read_one(files, list->items[i], true, NULL, lookup_label, &read) < 0)
			result = -1;
		for (size_t at = 0; (entry = map_next(&read, &at));)
			map_set(&files->labels, entry->key, entry->value);
	}
	overlay(files, service, "labels", &files->labels);
	return result;
}

/* Calls `read` for every service of the tree. */
static int each_service(struct env_files *files, struct node *tree,
	int (*read)(struct env_files *files, const char *name, struct node *service))
{
	struct node *services = node_get(tree, "services");
	int result = 0;
	map_init(&files->warned, files->arena);
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->nmembers; i++)
		if (read(files, services->members[i].key, services->members[i].value) < 0)
			result = -1;
	return result;
}

int fill_env_files(struct arena *arena, struct node *tree, const struct map *env, const struct map *needed,
	struct errors *errors)
{
	struct env_files files = { .arena = arena, .env = env, .errors = errors, .needed = needed };
	return each_service(&files, tree, service_env_files);
}

int fill_label_files(struct arena *arena, struct node *tree, struct errors *errors)
{
	struct env_files files = { .arena = arena, .errors = errors };
	return each_service(&files, tree, label_files);
}
