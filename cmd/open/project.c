#include "cmd/open/project.h"
#include "cmd/open/connect.h"
#include "compose/load/once.h"
#include "engine/drive/drive.h"
#include "graph/again/again.h"

#include <string.h>

#define DEFAULT_APPLICATIONS "workstation"

/* Whether somebody has named a registry, so that the project's own are not the only ones. */
static bool names_registry(const struct ctx *ctx)
{
	const char *variable = map_get(ctx->os_env, "FLOW_REGISTRY");
	return ctx->globals.registries.count || (variable && *variable);
}

struct load_options project_options(struct ctx *ctx, const struct texts *services)
{
	const struct globals *globals = &ctx->globals;
	if (!ctx->env_pipes)
		ctx->env_pipes = map_create(ctx->arena);
	return (struct load_options){
		.files = globals->files.items,
		.nfiles = globals->files.count,
		.project_dir = globals->project_dir,
		.project_name = globals->project_name,
		.env_files = globals->env_files.items,
		.nenv_files = globals->env_files.count,
		.env_pipes = ctx->env_pipes,
		.profiles = globals->profiles.items,
		.nprofiles = globals->profiles.count,
		.services = services ? services->items : NULL,
		.nservices = services ? services->count : 0,
		.os_env = ctx->os_env,
		.cwd = ctx->cwd,
		.applications = names_registry(ctx),
		.fetch = connect_fetch(ctx),
		.compatibility = globals->compatibility,
		.all_resources = globals->all_resources,
		.no_limits = globals->no_limits,
		.provides = ctx->provides,
	};
}

const struct map *project_settings(struct ctx *ctx)
{
	const struct load_options options = project_options(ctx, NULL);
	return load_settings(ctx->arena, &options);
}

int project_registry(struct ctx *ctx, const struct project *project, const struct fetch *fetch,
	struct registry **ret_registry)
{
	struct arena *arena = ctx->arena;
	const struct texts *given = &ctx->globals.registries;
	const struct flow_project *flow = project ? project->flow : NULL;
	struct load_options options = project_options(ctx, NULL);
	struct registry *registry = ARENA_NEW(arena, struct registry);
	struct map *services = map_create(arena);
	const char **files = NULL;
	int result = 0;
	size_t count = 0, own = flow ? flow->nregistry : 0;
	options.fetch = fetch;
	registry_init(registry, arena);
	if (!project || names_registry(ctx))
		registry_defaults(arena, given->items, given->count, ctx->os_env, ctx->cwd, &files, &count);
	*ret_registry = own || count ? registry : NULL;
	for (size_t i = 0; i < own; i++)
		result |= registry_read(registry, &options, flow->registry[i], project->dir, NULL,
			&ctx->sources, &ctx->errors);
	for (size_t i = 0; i < count; i++)
		result |= registry_read(
			registry, &options, files[i], ctx->cwd, NULL, &ctx->sources, &ctx->errors);
	for (size_t i = 0; project && i < project->nservices; i++)
		map_set(services, project->services[i]->key, project->services[i]);
	return result | registry_check(registry, services, &ctx->errors);
}

/* The project that applications run in. */
static int load_applications(struct ctx *ctx, const struct registry *registry, const struct project *project,
	const struct load_once *once, const struct project **ret_applications)
{
	const struct flow_project *flow = project ? project->flow : NULL;
	const struct map *env = project && project->env ? project->env : ctx->os_env;
	const char *image = flow && flow->applications ? flow->applications->image : NULL;
	const char *name = flow && flow->applications ? flow->applications->project : NULL;
	const char *org = flow && flow->image ? flow->image->org : NULL;
	struct project *applications;
	if (!org)
		org = map_get(env, "ORG_NAME");
	struct node *tree = registry_tree(registry, ctx->arena, image, org && *org ? org : NULL, NULL);
	if (project && once && project_service(project, once->service))
		once = NULL;
	if (load_tree(ctx->arena, tree, once, name ? name : DEFAULT_APPLICATIONS, ctx->cwd, env,
		    &applications, &ctx->errors) < 0)
		return -1;
	for (size_t i = 0; i < applications->nservices; i++)
		applications->services[i]->application = true;
	*ret_applications = applications;
	return 0;
}

static int no_file(struct ctx *ctx)
{
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
		"no compose file (compose.yaml) here or in a directory above");
	return error_hint(
		&ctx->errors, "name one with -f FILE, or applications with --registry FILE and --app ID");
}

/* Whether a registry lies in the working directory. */
static bool has_registry(struct ctx *ctx)
{
	const char **files;
	size_t count;
	registry_defaults(ctx->arena, NULL, 0, ctx->os_env, ctx->cwd, &files, &count);
	return count > 0;
}

/* Whether the label lists the project's files, and no others. */
static bool lists_files(struct arena *arena, const char *label, const struct project *project)
{
	struct texts files = texts_split(arena, label ? label : "", ',');
	size_t same = 0;
	while (same < files.count && same < project->nfiles &&
		strcmp(files.items[same], project->files[same]) == 0)
		same++;
	return same == files.count && same == project->nfiles;
}

/* Whether containers of the project have been made from its files: 1 or 0; or -1 with findings. */
static int is_project_made(struct ctx *ctx, const struct project *project)
{
	const struct scope scope = { .name = project->name, .project = project };
	if (connect_engine(ctx) < 0)
		return -1;
	struct drive drive = {
		.engine = ctx->engine, .arena = ctx->arena, .scratch = ctx->arena, .scope = &scope
	};
	const struct observed *seen = drive_containers(&drive, &ctx->errors);
	for (size_t i = 0; seen && i < seen->ncontainers; i++) {
		const char *files =
			observed_label(seen->containers[i], "com.docker.compose.project.config_files");
		if (lists_files(ctx->arena, files, project))
			return 1;
	}
	return seen ? 0 : -1;
}

/* `-p NAME` where a file lies: its project may be another one, and of a file with mistakes the name is
 * enough. */
static int load_found(struct ctx *ctx, const struct load_options *options, struct scope *scope)
{
	struct errors unheard;
	struct project *project;
	errors_init(&unheard, ctx->arena);
	if (load_project(ctx->arena, options, &ctx->sources, &project, &unheard) < 0)
		return 0;
	int made = is_project_made(ctx, project);
	if (made > 0) {
		scope->project = project;
		errors_append(&ctx->errors, &unheard);
	}
	return made < 0 ? -1 : 0;
}

/* Reads the compose file when there is one. The scope's project stays NULL when something else is enough; it
 * has a name then, if one is given. */
static int load_file(struct ctx *ctx, const struct scope_wish *wish, struct scope *scope)
{
	struct texts services = { 0 };
	struct load_options options = project_options(ctx, NULL);
	options.keep_services = true;
	for (size_t i = 0; i < wish->selection.nservices; i++)
		texts_add(ctx->arena, &services, dag_selected_name(ctx->arena, wish->selection.services[i]));
	options.services = services.items;
	options.nservices = services.count;
	options.looking = wish->selection.looking;
	options.once = wish->once;
	options.provided = wish->provided;
	options.nprovided = wish->nprovided;
	options.warn_beside = wish->warn_beside;
	bool named = ctx->globals.project_name && *ctx->globals.project_name;
	if (load_name(ctx->arena, &options, &scope->name, &ctx->errors) < 0)
		return -1;
	if (!load_file_wanted(ctx->arena, &options)) {
		if (!wish->registry_only && !names_registry(ctx) && !has_registry(ctx) &&
			!(wish->name_is_enough && scope->name))
			return no_file(ctx);
		return 0;
	}
	if (wish->name_is_enough && named && !ctx->globals.files.count)
		return load_found(ctx, &options, scope);
	struct project *project;
	if (load_project(ctx->arena, &options, &ctx->sources, &project, &ctx->errors) < 0)
		return -1;
	scope->project = project;
	scope->name = project->name;
	return 0;
}

/* The registries have mistakes: whether there is a cycle, too, so that all is told in one run. */
static void find_cycles(struct ctx *ctx, struct registry *registry, const struct project *project)
{
	const struct project *applications;
	struct dag_selection all = { 0 };
	struct dag *dag;
	if (!registry)
		return;
	registry_reduce(registry);
	if (load_applications(ctx, registry, project, NULL, &applications) == 0)
		dag_build(ctx->arena, &applications, 1, &all, &dag, &ctx->errors);
}

/* Where no file says what depends on what, the labels of the containers do. */
static int graph_by_labels(struct ctx *ctx, const struct dag_selection *selection, const struct scope *scope,
	struct dag **ret_dag)
{
	struct drive drive = {
		.arena = ctx->arena, .scratch = ctx->arena, .errors = &ctx->errors, .scope = scope
	};
	const struct project **project = ARENA_NEW(ctx->arena, const struct project *);
	if (connect_engine(ctx) < 0)
		return -1;
	drive.engine = ctx->engine;
	const struct observed *seen = drive_containers(&drive, &ctx->errors);
	if (!seen)
		return -1;
	*project = again_project(ctx->arena, scope->name, seen);
	return dag_build(ctx->arena, project, 1, selection, ret_dag, &ctx->errors);
}

/* Sets scope->services and excepted: the words as they are, or what they select. */
static int name_services(struct ctx *ctx, const struct dag_selection *selection, struct scope *scope)
{
	struct dag *dag = scope->dag;
	if (!dag_selects_more(selection)) {
		scope->services = (struct texts){ (const char **)selection->services, selection->nservices };
		return 0;
	}
	if (!dag && graph_by_labels(ctx, selection, scope, &dag) < 0)
		return -1;
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->vertices[i];
		if (vertex->named)
			texts_add(ctx->arena, &scope->services, vertex->service->key);
		if (vertex->excepted)
			texts_add(ctx->arena, &scope->excepted, vertex->service->key);
	}
	return 0;
}

int scope_open(struct ctx *ctx, const struct scope_wish *wish, struct scope *ret_scope)
{
	struct scope scope = { .all_resources = ctx->globals.all_resources };
	struct registry *registry = NULL;
	struct dag_selection selection = wish->selection;
	selection.excepts = ctx->globals.except.items;
	selection.nexcepts = ctx->globals.except.count;
	if (load_file(ctx, wish, &scope) < 0)
		return -1;
	bool by_name = wish->name_is_enough && !scope.project && scope.name && !wish->selection.napplications;
	if (!by_name && project_registry(ctx, scope.project, connect_fetch(ctx), &registry) < 0) {
		if (!wish->name_is_enough || !scope.project || wish->selection.napplications) {
			find_cycles(ctx, registry, scope.project);
			return -1;
		}
		errors_soften(&ctx->errors); /* the project is looked at without its applications */
		registry = NULL;
	}
	if (registry && load_applications(ctx, registry, scope.project, wish->once, &scope.applications) < 0)
		return -1;
	scope.projects = ARENA_ARRAY(ctx->arena, const struct project *, 2);
	if (scope.project)
		scope.projects[scope.nprojects++] = scope.project;
	if (scope.applications)
		scope.projects[scope.nprojects++] = scope.applications;
	if (scope.nprojects && dag_build(ctx->arena, scope.projects, scope.nprojects, &selection, &scope.dag,
				       &ctx->errors) < 0)
		return -1;
	if (name_services(ctx, &selection, &scope) < 0)
		return -1;
	*ret_scope = scope;
	return 0;
}
