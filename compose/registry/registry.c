#include "compose/registry/registry.h"

#include "base/url.h"
#include "compose/print/emit_write.h"
#include "compose/tree/file.h"
#include "compose/tree/path.h"
#include "compose/registry/registry_nest.h"
#include "compose/registry/registry_schema.h"
#include "compose/load/remote.h"
#include "compose/tree/yaml.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void registry_init(struct registry *registry, struct arena *arena)
{
	registry->arena = arena;
	map_init(&registry->apps, arena);
	map_init(&registry->broken, arena);
	registry->unread = false;
}

static void add_list(struct arena *arena, const char *text, const char ***files, size_t *count)
{
	while (*text) {
		size_t len = strcspn(text, ",");
		if (len)
			*ARENA_PUSH(arena, *files, *count) = arena_strndup(arena, text, len);
		text += len + (text[len] == ',');
	}
}

void registry_defaults(struct arena *arena, const char *const *given, size_t ngiven, const struct map *env,
	const char *cwd, const char ***ret_files, size_t *ret_count)
{
	static const char *const names[] = { "registry.yml", "registry.yaml", "registry.json" };
	const char *variable = map_get(env, "FLOW_REGISTRY");
	struct stat info;
	*ret_files = NULL;
	*ret_count = 0;
	for (size_t i = 0; i < ngiven; i++)
		*ARENA_PUSH(arena, *ret_files, *ret_count) = given[i];
	if (!*ret_count && variable)
		add_list(arena, variable, ret_files, ret_count);
	for (size_t i = 0; i < sizeof names / sizeof *names && !*ret_count; i++) {
		const char *path = path_join(arena, cwd, names[i]);
		if (stat(path, &info) == 0)
			*ARENA_PUSH(arena, *ret_files, *ret_count) = path;
	}
}

int registry_read(struct registry *registry, const struct load_options *options, const char *file,
	const char *dir, const struct mark *at, struct sources *sources, struct errors *errors)
{
	struct arena *arena = registry->arena;
	const char *text;
	size_t len;
	bool as_is = url_is_web(file) || strcmp(file, "-") == 0;
	struct file what = {
		.path = as_is ? file : path_join(arena, dir, file), .most = REGISTRY_SIZE_MOST, .at = at
	};
	if (remote_read(arena, options, &what, sources, &text, &len, errors) != 0) {
		registry->unread = true;
		return -1;
	}
	return registry_parse(registry, what.shown, text, len, errors);
}

/* One document's tree that is found valid; findings of any kind go to `errors`. */
static int parse_tree(struct arena *arena, const char *file, const char *text, size_t len,
	struct node **ret_tree, struct errors *errors)
{
	struct mark at = { .file = file };
	struct node **docs;
	size_t ndocs;
	if (yaml_parse(arena, file, text, len, &docs, &ndocs, errors) != 0)
		return -1;
	if (ndocs != 1) {
		error_add(errors, ERROR_FILE, &at, NULL,
			ndocs ? "more than one document" : "the registry is empty");
		return error_hint(errors, "write a list of applications: - id: NAME");
	}
	*ret_tree = docs[0];
	return registry_validate(arena, docs[0], errors);
}

/* The key that YAML or the rows stumbled over: what stands wrong in the line of the first finding, else the
 * first. */
static const struct registry_moved *culprit(const struct registry_nest *nest, const struct errors *found)
{
	for (size_t i = 0; i < nest->nmoved; i++)
		if (found->first && nest->moved[i].at.line == found->first->at.line)
			return &nest->moved[i];
	return &nest->moved[0];
}

/* If the keys alone tell a nesting that is valid, the indentation is what is wrong. Returns -1 once it has
 * told so, 0 when it cannot tell. */
static int explain_nesting(struct arena *arena, const char *file, const char *text, size_t len,
	const struct errors *found, struct errors *errors)
{
	struct registry_nest nest;
	struct errors ignored;
	struct node *tree;
	errors_init(&ignored, arena);
	if (registry_nest(arena, file, text, len, &nest) != 0 ||
		parse_tree(arena, file, nest.text, strlen(nest.text), &tree, &ignored) != 0)
		return 0;
	const struct registry_moved *first = culprit(&nest, found);
	bool not_yaml = found->first && strncmp(found->first->message, "yaml: ", 6) == 0;
	size_t from, to;
	const char *part = registry_nest_part(arena, &nest, first->line, &from, &to), *list = NULL;
	for (size_t i = 0; i < nest.nmoved; i++)
		if (nest.moved[i].line >= from && nest.moved[i].line < to)
			list = arena_printf(arena, "%s%s`%s` (line %u) belongs to %s", list ? list : "",
				list ? ", " : "", nest.moved[i].key, nest.moved[i].at.line,
				nest.moved[i].place);
	error_add(errors, ERROR_FILE, &first->at, NULL, "%s`%s` cannot stand here: it belongs to %s",
		not_yaml ? "not YAML: " : "", first->key, first->place);
	error_detail(errors, arena_printf(arena, "the intended nesting is:\n%s", part));
	return error_hint(errors, "the indentation was lost: %s", list);
}

static void pass_on(struct errors *errors, const struct errors *found)
{
	for (const struct error *error = found->first; error; error = error->next) {
		error_add(errors, error->code, &error->at, error->path, "%s", error->message);
		if (error->hint)
			error_hint(errors, "%s", error->hint);
		if (error->detail)
			error_detail(errors, error->detail);
	}
}

static int check_id(const struct registry_app *app, const struct node *node, struct errors *errors)
{
	const char *id = app->id;
	if (*id && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen(id) &&
		isalnum((unsigned char)*id))
		return 0;
	error_add(errors, ERROR_FILE, &node_get(node, "id")->at, NULL, "\"%s\" cannot be an id", id);
	return error_hint(
		errors, "an id has lower case letters, digits, - _ and ., and starts with a letter or digit");
}

/* Takes the applications over; later files replace, one file must not. */
static int add_apps(struct registry *registry, struct registry_app *apps, unsigned napps,
	const struct node *tree, struct errors *errors)
{
	struct map *here = map_create(registry->arena);
	int result = 0;
	for (unsigned i = 0; i < napps; i++) {
		struct node *node = tree->items[i];
		struct registry_entry *entry = ARENA_NEW(registry->arena, struct registry_entry);
		*entry = (struct registry_entry){
			.app = &apps[i], .node = node, .at = node_get(node, "id")->at
		};
		const struct registry_entry *twin = map_get(here, apps[i].id);
		if (check_id(&apps[i], node, errors) != 0) {
			map_set(&registry->broken, apps[i].id, entry);
			result = -1;
		} else if (twin) {
			result = error_add(errors, ERROR_FILE, &entry->at, apps[i].id,
				"duplicate id \"%s\", first defined at %s:%u:%u", apps[i].id, twin->at.file,
				twin->at.line, twin->at.col);
			error_hint(errors, "rename one of the two; a later file may replace an application");
		} else {
			map_set(here, apps[i].id, entry);
			map_set(&registry->apps, apps[i].id, entry);
		}
	}
	return result;
}

/* The text of a list as libcyaml reads it, JSON; arena's. */
static const char *list_as_json(struct arena *arena, const struct node *list)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct writer writer = { .out = out, .json = true, .compact = true };
	if (!out)
		return "[]";
	emit_any(&writer, arena, list);
	fclose(out);
	const char *copy = arena_strndup(arena, text, len);
	free(text);
	return copy;
}

/* Takes over what has no mistakes; NULL or no list: nothing can be. */
static void take_valid(struct registry *registry, const struct node *tree, struct errors *errors)
{
	struct arena *arena = registry->arena;
	struct registry_app *apps;
	unsigned napps;
	registry->unread |= !tree || tree->kind != NODE_LIST;
	if (registry->unread)
		return;
	struct node *valid = node_list(arena, tree->at);
	for (size_t i = 0; i < tree->nitems; i++) {
		struct node *alone = node_list(arena, tree->at);
		struct errors ignored;
		const char *id = node_text(node_get(tree->items[i], "id"));
		errors_init(&ignored, arena);
		node_push(arena, alone, tree->items[i]);
		if (registry_validate(arena, alone, &ignored) == 0)
			node_push(arena, valid, tree->items[i]);
		else if (id)
			map_set(&registry->broken, id, alone);
		else
			registry->unread = true; /* whatever it is called */
	}
	const char *text = list_as_json(arena, valid);
	if (valid->nitems &&
		registry_bind(arena, valid->at.file, text, strlen(text), &apps, &napps, errors) == 0)
		add_apps(registry, apps, napps, valid, errors);
}

int registry_parse(
	struct registry *registry, const char *file, const char *text, size_t len, struct errors *errors)
{
	struct arena *arena = registry->arena;
	struct errors found;
	struct node *tree = NULL;
	struct registry_app *apps;
	unsigned napps;
	errors_init(&found, arena);
	if (parse_tree(arena, file, text, len, &tree, &found) != 0) {
		if (explain_nesting(arena, file, text, len, &found, errors) == 0)
			pass_on(errors, &found);
		else
			tree = NULL;
		take_valid(registry, tree, errors);
		return -1;
	}
	if (registry_bind(arena, file, text, len, &apps, &napps, errors) != 0)
		return -1;
	return add_apps(registry, apps, napps, tree, errors);
}

/* Place of an item of one of an application's lists. */
static struct mark item_at(
	const struct registry_entry *entry, const char *key, size_t index, const char *member)
{
	const struct node *list = node_get(entry->node, key);
	const struct node *item = list && index < list->nitems ? list->items[index] : entry->node;
	const struct node *value = member ? node_get(item, member) : NULL;
	return value ? value->at : item->at;
}

/* Dependencies of an application are applications or services; an unread registry may hold any. */
static int check_dependencies(const struct registry *registry, const struct registry_entry *entry,
	const struct map *services, struct errors *errors)
{
	const struct registry_app *app = entry->app;
	int result = 0;
	for (unsigned i = 0; i < app->ndependencies; i++) {
		const char *name = app->dependencies[i];
		if (map_has(&registry->apps, name) || (services && map_has(services, name)) ||
			map_has(&registry->broken, name) || registry->unread)
			continue;
		const char **ids = NULL;
		size_t nids = 0, at = 0;
		const struct map_entry *pair;
		while ((pair = map_next(&registry->apps, &at)))
			*ARENA_PUSH(registry->arena, ids, nids) = pair->key;
		at = 0;
		while (services && (pair = map_next(services, &at)))
			*ARENA_PUSH(registry->arena, ids, nids) = pair->key;
		struct mark mark = item_at(entry, "dependencies", i, NULL);
		result = error_add(errors, ERROR_FILE, &mark,
			arena_printf(registry->arena, "%s.dependencies[%u]", app->id, i),
			"\"%s\" depends on unknown application \"%s\"", app->id, name);
		if (!error_hint_near(errors, name, ids, nids))
			error_hint(errors, "add an application with `id: %s`", name);
	}
	return result;
}

struct owner {
	const struct registry_entry *entry;
	struct mark at;
};

/* Ports of the host are taken once: `owners` says by whom. */
static int check_ports(const struct registry *registry, const struct registry_entry *entry,
	struct map *owners, struct errors *errors)
{
	const struct registry_app *app = entry->app;
	int result = 0;
	for (unsigned i = 0; i < app->nports; i++) {
		if (!app->ports[i].external)
			continue;
		const char *port = arena_printf(registry->arena, "%lld", (long long)app->ports[i].external);
		struct mark at = item_at(entry, "ports", i, "external");
		const struct owner *there = map_get(owners, port);
		if (there) {
			result = error_add(errors, ERROR_FILE, &at,
				arena_printf(registry->arena, "%s.ports[%u].external", app->id, i),
				"external port %s of \"%s\" is taken by \"%s\" (%s:%u:%u)", port, app->id,
				there->entry->app->id, there->at.file, there->at.line, there->at.col);
			error_hint(errors, "give one of them another external port");
			continue;
		}
		struct owner *owner = ARENA_NEW(registry->arena, struct owner);
		*owner = (struct owner){ .entry = entry, .at = at };
		map_set(owners, port, owner);
	}
	return result;
}

int registry_check(const struct registry *registry, const struct map *services, struct errors *errors)
{
	struct map *owners = map_create(registry->arena);
	const struct map_entry *pair;
	size_t at = 0;
	int result = 0;
	while ((pair = map_next(&registry->apps, &at)))
		if (!services || !map_has(services, pair->key))
			result |= check_dependencies(registry, pair->value, services, errors) |
				  check_ports(registry, pair->value, owners, errors);
	return result;
}

void registry_reduce(struct registry *registry)
{
	const struct map_entry *pair;
	size_t at = 0;
	while ((pair = map_next(&registry->apps, &at))) {
		struct registry_app *app = ((struct registry_entry *)pair->value)->app;
		unsigned kept = 0;
		for (unsigned i = 0; i < app->ndependencies; i++)
			if (map_has(&registry->apps, app->dependencies[i]))
				app->dependencies[kept++] = app->dependencies[i];
		app->ndependencies = kept;
	}
}
