#include "compose/print/explain.h"

#include "base/text/text.h"
#include "base/text/texts.h"
#include "compose/print/explain_path.h"
#include "compose/tree/dotenv.h"
#include "compose/tree/file.h"
#include "compose/tree/interp.h"
#include "compose/tree/node.h"
#include "compose/tree/path.h"
#include "compose/tree/yaml.h"

#include <stdlib.h>
#include <string.h>

enum { CHAIN_MOST = 20, SCOPES_MOST = 1000 };

static const char *shown_value(const struct node *node)
{
	const char *text = node_text(node);
	return text ? text : node ? node_kind_name(node) : "";
}

/* A file of variables counts where it is named first. */
static void add_env_file(const struct explain *explain, struct texts *files, const char *path)
{
	if (!text_among(path, files->items, files->count))
		texts_add(explain->arena, files, path);
}

/* Env files of includes: of those around the scope (NULL: none) first, whose values win. */
static void add_scope_files(
	const struct explain *explain, const struct load_scope *scope, struct texts *files, size_t depth)
{
	if (!scope || depth > SCOPES_MOST)
		return;
	add_scope_files(explain, scope->up, files, depth + 1);
	for (size_t i = scope->nenv_files; i-- > 0;)
		add_env_file(explain, files, scope->env_files[i]);
}

/* Env files of the project, later ones first, as they override earlier ones; then those of the scope (NULL:
 * none). */
static struct texts explain_env_files(const struct explain *explain, const struct load_scope *scope)
{
	const struct project *project = explain->project;
	struct texts files = { 0 };
	for (size_t i = project->nenv_files; i-- > 0;)
		add_env_file(explain, &files, path_join(explain->arena, explain->cwd, project->env_files[i]));
	if (!files.count) {
		add_env_file(explain, &files, path_join(explain->arena, explain->cwd, ".env"));
		add_env_file(explain, &files, path_join(explain->arena, project->dir, ".env"));
	}
	add_scope_files(explain, scope, &files, 0);
	return files;
}

/* Looks for NAME in a file of variables; prints where it stands. `env` is what its values can refer to. */
static bool print_in_file(const struct explain *explain, const char *path, const struct map *env,
	const char *name, const char *prefix)
{
	struct errors ignored;
	struct map lines, values;
	const char *text;
	size_t len;
	errors_init(&ignored, explain->arena);
	map_init(&lines, explain->arena);
	map_init(&values, explain->arena);
	struct file file = {
		.path = path, .shown = path_shown(explain->cwd, path), .most = DOTENV_SIZE_MOST
	};
	struct dotenv dotenv = { .arena = explain->arena,
		.get = dotenv_map_get,
		.arg = (void *)env,
		.into = &values,
		.lines = &lines };
	if (file_read(explain->arena, &file, NULL, &text, &len, &ignored) != 0 ||
		dotenv_parse(&dotenv, file.shown, text, len, &ignored) != 0 || !map_has(&lines, name))
		return false;
	fprintf(explain->out, "%s%s:%zu: %s=%s\n", prefix, file.shown,
		(size_t)(uintptr_t)map_get(&lines, name), name, (const char *)map_get(&values, name));
	return true;
}

/* Who sets the variable for the files of a scope (NULL: those of the command line), the one that counts
 * first; false: nobody does. */
static bool print_variable(
	const struct explain *explain, const struct load_scope *scope, const char *name, const char *indent)
{
	const struct map *env = scope ? scope->env : explain->project->env;
	const struct texts files = explain_env_files(explain, scope);
	const char *value = map_get(explain->os_env, name);
	bool found = value != NULL;
	if (value)
		fprintf(explain->out, "%sthe environment: %s=%s\n", indent, name, value);
	for (size_t i = 0; i < files.count; i++)
		found |= print_in_file(explain, files.items[i], env, name,
			found ? arena_printf(explain->arena, "%soverridden: ", indent) : indent);
	if (!found && (value = map_get(explain->project->env, name))) {
		fprintf(explain->out, "%sset by docker flow: %s=%s\n", indent, name, value);
		return true;
	}
	return found;
}

/* Of a file as in marks; NULL: it is none of an include. */
static const struct load_scope *scope_of(const struct explain *explain, const char *file)
{
	return explain->scopes && file ? map_get(explain->scopes, file) : NULL;
}

struct references {
	const struct explain *explain;
	struct map *seen;   /* names that are explained; with `only`, what has been printed */
	const char *only;   /* NULL: all */
	struct texts other; /* names of those that are used and not `only` */
	const struct node *at;
	bool found;
};

static void print_reference(void *arg, const struct interp_variable *variable)
{
	struct references *references = arg;
	const struct explain *explain = references->explain;
	if (map_has(references->seen, variable->name))
		return;
	map_set(references->seen, variable->name, "");
	fprintf(explain->out, "    variable %s:\n", variable->name);
	if (print_variable(explain, scope_of(explain, references->at->at.file), variable->name, "      "))
		return;
	if (variable->fallback)
		fprintf(explain->out, "      not set: its default here is %s\n", variable->fallback);
	else
		fprintf(explain->out, "      not set%s\n", variable->required ? ", and required" : ": empty");
}

static void print_use(void *arg, const struct interp_variable *variable)
{
	struct references *references = arg;
	const struct mark *at = &references->at->at;
	if (strcmp(variable->name, references->only) != 0) {
		texts_add(references->explain->arena, &references->other, variable->name);
		return;
	}
	references->found = true;
	/* what an alias or a merge key brings to several places is written once */
	const char *line = arena_printf(references->explain->arena, "  used at %s:%u:%u%s%s\n", at->file,
		at->line, at->col, variable->fallback ? ", default " : "",
		variable->fallback ? variable->fallback : "");
	if (!map_has(references->seen, line))
		fputs(line, references->explain->out);
	map_set(references->seen, line, "");
}

static void walk_uses(struct references *references, const struct node *node)
{
	if (node->kind == NODE_MAP)
		for (size_t i = 0; i < node->nmembers; i++)
			walk_uses(references, node->members[i].value);
	else if (node->kind == NODE_LIST)
		for (size_t i = 0; i < node->nitems; i++)
			walk_uses(references, node->items[i]);
	else if (node->kind == NODE_STRING) {
		references->at = node;
		interp_variables(references->explain->arena, node, print_use, references);
	}
}

/* All documents of all files, as they are written. */
static size_t read_documents(const struct explain *explain, struct node ***ret_docs)
{
	struct node **all = NULL;
	size_t count = 0, at = 0;
	const struct map_entry *entry;
	while ((entry = map_next(&explain->sources->texts, &at))) {
		struct errors ignored;
		struct node **docs;
		size_t ndocs;
		errors_init(&ignored, explain->arena);
		if (yaml_parse(explain->arena, entry->key, entry->value, strlen(entry->value), &docs, &ndocs,
			    &ignored) != 0)
			continue;
		for (size_t i = 0; i < ndocs; i++)
			*ARENA_PUSH(explain->arena, all, count) = docs[i];
	}
	*ret_docs = all;
	return count;
}

/* One place that sets the value; `wins` is the value of the project; `gone`: a file above takes it away. */
static void print_place(
	const struct explain *explain, const struct node *node, const struct node *wins, bool gone)
{
	bool part = explain_path_collects(node) || (node->kind == NODE_NULL && explain_path_collects(wins));
	fprintf(explain->out, "  %s%s:%u:%u: %s\n",
		explain_path_same(wins, node) ? ""
		: gone                        ? "taken away: "
		: part                        ? "part of it: "
					      : "overridden: ",
		node->at.file, node->at.line, node->at.col, shown_value(node));
	struct references references = { .explain = explain, .seen = map_create(explain->arena), .at = node };
	if (node->kind == NODE_STRING && strchr(node->text, '$'))
		interp_variables(explain->arena, node, print_reference, &references);
}

/* The service that `service` extends in one of the documents, or NULL. */
static const char *base_of(struct arena *arena, struct node *const *docs, size_t ndocs, const char *service)
{
	for (size_t i = 0; i < ndocs; i++) {
		const struct node *extends =
			explain_path_node(arena, node_get(node_get(docs[i], "services"), service), "extends");
		const char *name =
			node_text(extends) ? node_text(extends) : node_text(node_get(extends, "service"));
		if (name && strcmp(name, service) != 0)
			return name;
	}
	return NULL;
}

/* Values of the service's env files, later ones first. */
static bool print_env_files(const struct explain *explain, const char *service, const char *name, bool found)
{
	const struct node *list =
		node_get(node_get(node_get(explain->project->tree, "services"), service), "env_file");
	for (size_t i = list && list->kind == NODE_LIST ? list->nitems : 0; i-- > 0;) {
		const char *path = node_text(node_get(list->items[i], "path"));
		if (path && print_in_file(explain, path, explain->project->env, name,
				    found ? "  overridden: " : "  "))
			found = true;
	}
	return found;
}

/* A value that no file has at its path: what it was made of, if it stands in one. */
static void print_origin(
	const struct explain *explain, struct node *const *docs, size_t ndocs, const struct node *wins)
{
	const struct node *from = NULL;
	for (size_t i = 0; !from && i < ndocs; i++)
		from = explain_path_find(docs[i], wins);
	if (from)
		fprintf(explain->out, "  follows from %s:%u:%u: %s\n", from->at.file, from->at.line,
			from->at.col, shown_value(from));
	else
		fputs("  no file says so: it is a default, or follows from other keys\n", explain->out);
}

/* Prints what a document says at a path, and who of it takes away what others say there; `cut`: somebody has,
 * which is set when this one does. */
static void print_document(const struct explain *explain, const struct node *doc, const char *path,
	const struct node *node, const struct node *wins, bool *cut)
{
	const struct node *acting = explain_path_acting(explain->arena, doc, path);
	bool removes = acting && acting->action == NODE_RESET;
	if (acting && (removes || acting != node))
		fprintf(explain->out, "  %s: %s:%u:%u\n",
			removes ? "taken away by !reset" : "replaced by !override", acting->at.file,
			acting->at.line, acting->at.col);
	if (node && !removes)
		print_place(explain, node, wins, *cut);
	*cut |= acting != NULL;
}

/* Prints who set the value at a path, the last file first, then those it is extended from; false when nobody
 * did. */
static bool print_path(const struct explain *explain, const char *path)
{
	struct arena *arena = explain->arena;
	const struct node *wins = explain_path_value(arena, explain->project, path);
	const char *value = node_text(wins);
	struct node **docs;
	size_t ndocs = read_documents(explain, &docs);
	bool found = false, cut = false, in_service = strncmp(path, "services.", 9) == 0;
	const char *service = in_service ? arena_strndup(arena, path + 9, strcspn(path + 9, ".")) : NULL;
	const char *rest = in_service ? path + 9 + strlen(service) : "", *name = service;
	fprintf(explain->out, "%s%s%s\n", path, value ? " = " : "", value ? value : "");
	if (service && node_get(explain->project->disabled, service))
		fputs("  no profile switches the service on\n", explain->out);
	for (size_t step = 0; step < CHAIN_MOST; step++) {
		const char *here = in_service ? arena_printf(arena, "services.%s%s", name, rest) : path;
		bool named = step == 0;
		for (size_t i = ndocs; i-- > 0;) {
			const struct node *node =
				explain_path_written(arena, explain->project, docs[i], here, path);
			if (!node && !explain_path_acting(arena, docs[i], here))
				continue;
			if (!named)
				fprintf(explain->out, "  extends %s\n", name);
			named = true;
			found |= node != NULL;
			print_document(explain, docs[i], here, node, wins, &cut);
		}
		name = in_service ? base_of(arena, docs, ndocs, name) : NULL;
		if (!name)
			break;
	}
	if (in_service && strncmp(rest, ".environment.", 13) == 0)
		found |= print_env_files(explain, service, rest + 13, found);
	if (!found && wins)
		print_origin(explain, docs, ndocs, wins);
	return found || wins;
}

/* The next include whose own env files set the variable for its files; NULL: there is none. */
static const struct load_scope *next_setting(const struct explain *explain, const char *name, size_t *at)
{
	const struct map_entry *entry;
	while (explain->scopes && (entry = map_next(explain->scopes, at))) {
		const struct load_scope *scope = entry->value;
		const struct map *around = scope && scope->up ? scope->up->env : explain->project->env;
		if (scope && strcmp(scope->main, entry->key) == 0 && map_has(scope->env, name) &&
			!map_has(around, name))
			return scope;
	}
	return NULL;
}

/* Where a variable comes from and is used; false when nothing knows it: then *ret_near is the nearest name of
 * a variable or top-level key, or NULL. */
static bool print_name(const struct explain *explain, const char *name, const char **ret_near)
{
	struct references references = {
		.explain = explain, .seen = map_create(explain->arena), .only = name
	};
	const char *value = map_get(explain->project->env, name);
	struct node **docs;
	size_t ndocs = read_documents(explain, &docs);
	const struct load_scope *scope = next_setting(explain, name, &(size_t){ 0 });
	fprintf(explain->out, "%s%s%s%s\n", name, value ? " = " : " is not set", value ? value : "",
		scope ? " outside includes" : "");
	bool found = print_variable(explain, NULL, name, "  ");
	for (size_t at = 0; (scope = next_setting(explain, name, &at));) {
		fprintf(explain->out, "  within %s:\n", scope->main);
		found |= print_variable(explain, scope, name, "    ");
	}
	for (size_t i = 0; i < ndocs; i++)
		walk_uses(&references, docs[i]);
	if (found || references.found)
		return true;
	struct texts *known = &references.other;
	const struct node *tree = explain->project->tree;
	const struct map_entry *entry;
	for (size_t at = 0; (entry = map_next(explain->project->env, &at));)
		texts_add(explain->arena, known, entry->key);
	for (size_t i = 0; i < tree->nmembers; i++)
		texts_add(explain->arena, known, tree->members[i].key);
	*ret_near = error_nearest(name, known->items, known->count);
	return false;
}

/* The project's name: an option, a variable, or the first file in front says it, else the directory. */
static void print_project_name(const struct explain *explain)
{
	const char *name = explain->project->name;
	struct node **docs;
	size_t ndocs = read_documents(explain, &docs);
	bool found = false;
	fprintf(explain->out, "name = %s\n", name);
	for (size_t i = ndocs; i-- > 0;) {
		const struct node *node = node_get(docs[i], "name");
		if (!node)
			continue;
		found |= text_is(node_text(node), name);
		print_place(explain, node, text_is(node_text(node), name) ? node : NULL, false);
	}
	if (!found)
		fputs("  it is --project-name, COMPOSE_PROJECT_NAME, or the name of the directory\n",
			explain->out);
}

/* Whether there is such a path or variable; then what is to be said of it is in the explain's `out`. */
static bool print_asked(const struct explain *explain, const char *what, bool is_path, const char **ret_near)
{
	if (!is_path)
		return print_name(explain, what, ret_near);
	if (text_is(what, "name"))
		print_project_name(explain);
	return text_is(what, "name") || print_path(explain, what);
}

int explain_print(const struct explain *explain, const char *what, struct errors *errors)
{
	const struct node *tree = explain->project->tree;
	const char *near = NULL;
	char *text = NULL;
	size_t len = 0;
	struct explain held = *explain;
	bool is_path = strpbrk(what, ".[") || node_get(tree, what) || text_is(what, "name");
	held.out = open_memstream(&text, &len);
	if (!held.out)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "out of memory");
	bool found = print_asked(&held, what, is_path, &near);
	fclose(held.out);
	if (found)
		fwrite(text, 1, len, explain->out);
	free(text);
	if (found)
		return 0;
	if (is_path)
		near = explain_path_nearest(explain->arena, tree, what);
	while (is_path && near && !explain_path_node(explain->arena, tree, near)) {
		const char *next = explain_path_nearest(explain->arena, tree, near);
		near = text_is(next, near) ? NULL
					   : next; /* all its keys are there, and the last has no such part */
	}
	error_add(errors, ERROR_USAGE, NULL, NULL, "%s: nothing sets it", what);
	if (error_hint_meant(errors, near))
		return -1;
	return error_hint(errors, "name a path (services.web.image) or a variable");
}
