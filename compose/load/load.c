#include "compose/load/load.h"

#include "base/text/text.h"
#include "base/url.h"
#include "compose/pass/bind.h"
#include "compose/pass/canon.h"
#include "compose/check/beside.h"
#include "compose/check/check.h"
#include "compose/check/check_flow.h"
#include "compose/check/refuse.h"
#include "compose/pass/fill.h"
#include "compose/tree/interp.h"
#include "compose/load/layer.h"
#include "compose/load/once.h"
#include "compose/tree/path.h"
#include "compose/load/remote.h"
#include "compose/load/source.h"
#include "compose/check/validate.h"

#include <ctype.h>
#include <string.h>

/* One load from options to project. */
struct loading {
	struct arena *arena;
	const struct load_options *options;
	struct errors *errors;
	size_t before; /* failures that were there */
	struct source source;
	struct layer layer;
	bool version_told;
	bool *foreign; /* of each file: its name is a URL */
	struct project *project;
};

/* Files of repositories become those of their local copies; relative paths then start beside the first of
 * them (compose 2.40). */
static int find_remotes(struct loading *loading)
{
	struct source *source = &loading->source;
	const char *dir = NULL;
	loading->foreign = ARENA_ARRAY(loading->arena, bool, source->nfiles + 1);
	for (size_t i = 0; i < source->nfiles; i++) {
		const char *path;
		if (remote_path(loading->arena, loading->options, source->files[i], NULL, NULL, &path,
			    loading->errors) != 0)
			return -1;
		loading->foreign[i] = path != NULL;
		if (path && !loading->project->foreign)
			loading->project->foreign = url_shown(loading->arena, source->files[i]);
		if (path)
			source->files[i] = path;
		if (path && !dir && !url_is_web(path))
			loading->layer.dir = dir = path_dir(loading->arena, path);
	}
	return 0;
}

static int load_parse_files(struct loading *loading, struct layer_file *files)
{
	for (size_t i = 0; i < loading->source.nfiles; i++) {
		if (layer_parse(&loading->layer, loading->source.files[i], NULL, NULL, &files[i]) != 0)
			return -1;
		files[i].foreign = loading->foreign[i];
	}
	return 0;
}

/* Top-level `name:` as it counts: the last one that is not empty, with variables, or NULL. */
static int find_name(struct loading *loading, const struct layer_file *files, const char **ret_name)
{
	const struct node *name = NULL;
	struct interp interp;
	for (size_t i = 0; i < loading->source.nfiles; i++)
		for (size_t k = 0; k < files[i].ndocs; k++) {
			const struct node *node = node_get(files[i].docs[k], "name");
			if (node && node->kind == NODE_STRING && *node->text && node->action != NODE_RESET)
				name = node;
		}
	*ret_name = name && loading->options->no_interpolate ? name->text : NULL;
	if (!name || *ret_name)
		return 0;
	interp_init(&interp, loading->arena, loading->source.env, loading->layer.warned, loading->errors);
	return interp_text(&interp, name->text, &name->at, "name", ret_name);
}

/* The name is part of the environment that the files see. */
static int load_set_name(struct loading *loading, const struct layer_file *files)
{
	struct project *project = loading->project;
	const char *declared;
	if (find_name(loading, files, &declared) != 0)
		return -1;
	project->name = source_name(loading->arena, &loading->source, declared, loading->errors);
	if (!project->name)
		return -1;
	map_set(loading->source.env, "COMPOSE_PROJECT_NAME", (void *)project->name);
	if (loading->options->no_normalize && declared && !loading->source.name)
		project->name = declared; /* compose 2.40 */
	return 0;
}

static void set_project(struct loading *loading)
{
	const struct source *source = &loading->source;
	struct project *project = loading->project;
	project->dir = loading->layer.dir;
	for (size_t i = 0; i < source->nfiles; i++)
		*ARENA_PUSH(loading->arena, project->files, project->nfiles) =
			url_shown(loading->arena, source->files[i]);
	project->env_files = source->env_files;
	project->nenv_files = source->nenv_files;
	project->env = source->env;
	project->separator = loading->options->compatibility ? "_" : "-";
}

/* C:\a\b becomes /c/a/b, as engines in a virtual machine see the host's drives. */
static void convert_windows_path(struct arena *arena, struct node *mount)
{
	struct node *source = node_get(mount, "source");
	const char *type = node_text(node_get(mount, "type"));
	if (!type || strcmp(type, "bind") != 0 || !source || source->kind != NODE_STRING ||
		!isalpha((unsigned char)source->text[0]) || source->text[1] != ':')
		return;
	char *path = arena_printf(arena, "/%c%s", tolower((unsigned char)source->text[0]), source->text + 2);
	for (char *at = path; *at; at++)
		*at = *at == '\\' ? '/' : *at;
	source->text = path;
}

static void convert_windows_paths(struct arena *arena, const struct node *tree)
{
	const struct node *services = node_get(tree, "services");
	for (size_t i = 0; services && i < services->nmembers; i++) {
		const struct node *mounts = node_get(services->members[i].value, "volumes");
		for (size_t k = 0; mounts && mounts->kind == NODE_LIST && k < mounts->nitems; k++)
			convert_windows_path(arena, mounts->items[k]);
	}
}

/* Values that no engine takes, where nothing worse is found. */
static void warn_of_unfit(struct loading *loading, struct node *tree)
{
	struct errors unfit;
	errors_init(&unfit, loading->arena);
	refuse_warn(loading->arena, tree, &unfit);
	for (const struct error *each = unfit.first; each; each = each->next) {
		bool told = false;
		for (const struct error *error = loading->errors->first; error && !told; error = error->next)
			told = !error->warning && error->at.line == each->at.line &&
			       error->at.col == each->at.col && text_is(error->at.file, each->at.file);
		if (told)
			continue;
		error_warn(loading->errors, &each->at, each->path, "%s", each->message);
		if (each->hint)
			error_hint(loading->errors, "%s", each->hint);
	}
}

/* What entries refer to: each other, files of variables and labels. One mistake hides no other. */
static void check_references(struct loading *loading, struct node *tree)
{
	const struct load_options *options = loading->options;
	const struct project *project = loading->project;
	struct arena *arena = loading->arena;
	const struct map *needed = options->keep_services
					   ? fill_needed(arena, tree, options->services, options->nservices)
					   : NULL;
	if (!options->no_consistency)
		check_project(arena, tree, project->disabled, needed, loading->errors);
	if (!options->no_env_resolution)
		fill_env_files(arena, tree, project->env, needed, loading->errors);
	fill_label_files(arena, tree, loading->errors);
}

/* From the whole tree to the decoded tree of the services that count. */
static int finish_tree(struct loading *loading)
{
	const struct load_options *options = loading->options;
	const struct source *source = &loading->source;
	struct arena *arena = loading->arena;
	struct project *project = loading->project;
	struct errors *errors = loading->errors;
	struct node *tree = project->tree;
	bool normalize = !options->no_normalize;
	const struct map *env = options->no_interpolate ? map_create(arena) : project->env;
	if (normalize && fill_normalize(arena, tree, project->name, env, errors) != 0)
		return -1;
	if (options->raw) {
		if (!options->no_normalize)
			node_set(arena, tree, "name", tree->at, node_string(arena, tree->at, project->name));
		return errors->count > loading->before ? -1 : 0;
	}
	if (canon_decode(arena, tree, errors) != 0)
		return -1;
	if (source->windows_paths)
		convert_windows_paths(arena, tree);
	project->disabled = fill_profiles(arena, tree, source->profiles, source->nprofiles, options->services,
		options->nservices, errors);
	if (!options->looking)
		check_references(loading, tree);
	if (!options->keep_services && fill_select(arena, tree, project->disabled, options->services,
					       options->nservices, errors) != 0)
		return -1;
	if (!options->all_resources)
		fill_prune(arena, tree);
	refuse_flow(arena, tree, errors);
	bool failed = errors->count > loading->before;
	if (options->warn_unfit || failed)
		warn_of_unfit(loading, tree);
	if (options->warn_unfit)
		check_flow_warn(arena, tree, project->disabled,
			options->applications || node_get(node_get(tree, "x-flow"), "registry"), errors);
	if (options->warn_beside)
		beside_warn(arena, tree, errors);
	return failed ? -1 : options->tree_only ? 0 : bind_project(arena, project, errors);
}

/* Of the variables that files of elsewhere use those that have their values from here. */
static void set_taken(struct loading *loading)
{
	struct project *project = loading->project;
	const struct map_entry *entry;
	for (size_t at = 0; (entry = map_next(loading->layer.foreign, &at));)
		if (map_has(project->env, entry->key) && strcmp(entry->key, "COMPOSE_PROJECT_NAME") != 0)
			*ARENA_PUSH(loading->arena, project->taken, project->ntaken) = entry->key;
}

/* Services remember what providers have told them, though it is part of their environment like all else. */
static void note_provided(const struct loading *loading)
{
	const struct load_options *options = loading->options;
	for (size_t i = 0; i < options->nprovided; i++) {
		const struct load_once *lay = &options->provided[i];
		struct service *service = project_service(loading->project, lay->service);
		for (size_t v = 0; service && v < lay->environment.count; v++) {
			const char *variable = lay->environment.items[v];
			*ARENA_PUSH(loading->arena, service->provided, service->nprovided) =
				arena_strndup(loading->arena, variable, strcspn(variable, "="));
		}
	}
}

int load_project(struct arena *arena, const struct load_options *options, struct sources *sources,
	struct project **ret_project, struct errors *errors)
{
	struct loading loading = {
		.arena = arena, .options = options, .errors = errors, .before = errors->count
	};
	loading.project = ARENA_NEW(arena, struct project);
	if (source_find(arena, options, &loading.source, errors) != 0)
		return -1;
	loading.layer = (struct layer){ .arena = arena,
		.options = options,
		.sources = sources,
		.errors = errors,
		.env = loading.source.env,
		.warned = map_create(arena),
		.brought = map_create(arena),
		.foreign = map_create(arena),
		.version_told = &loading.version_told,
		.dir = loading.source.dir,
		.included = ARENA_NEW(arena, size_t),
		.local = &loading.project->local_include,
		.bases = map_create(arena) };
	struct layer_file *files = ARENA_ARRAY(arena, struct layer_file, loading.source.nfiles);
	if (find_remotes(&loading) != 0 || load_parse_files(&loading, files) != 0 ||
		load_set_name(&loading, files) != 0)
		return -1;
	set_project(&loading);
	loading.layer.main = loading.source.files[0];
	if (layer_load(&loading.layer, files, loading.source.nfiles, &loading.project->tree) != 0 ||
		finish_tree(&loading) != 0)
		return -1;
	loading.project->ours = loading.layer.ours;
	loading.project->provides = options->provides;
	note_provided(&loading);
	loading.project->variables = loading.layer.brought;
	set_taken(&loading);
	*ret_project = loading.project;
	return 0;
}

int load_tree(struct arena *arena, struct node *tree, const struct load_once *once, const char *name,
	const char *dir, const struct map *env, struct project **ret_project, struct errors *errors)
{
	struct project *project = ARENA_NEW(arena, struct project);
	*project = (struct project){ .name = name, .dir = dir, .tree = tree, .env = env, .separator = "-" };
	project->disabled = node_map(arena, tree->at);
	if (validate_tree(arena, tree, errors) != 0 || canon_tree(arena, tree, 0, errors) != 0 ||
		(once && once_lay(arena, tree, once, env, errors) != 0) ||
		fill_defaults(arena, tree, errors) != 0 || check_tree(arena, tree, errors) != 0 ||
		fill_paths(arena, tree, dir, NULL, errors) != 0 ||
		fill_normalize(arena, tree, name, env, errors) != 0 ||
		canon_decode(arena, tree, errors) != 0 ||
		check_project(arena, tree, project->disabled, NULL, errors) != 0 ||
		refuse_flow(arena, tree, errors) != 0 || bind_project(arena, project, errors) != 0)
		return -1;
	*ret_project = project;
	return 0;
}
