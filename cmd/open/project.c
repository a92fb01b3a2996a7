#include "cmd/open/project.h"
#include "cmd/open/connect.h"

#include <string.h>

#define DEFAULT_APPLICATIONS "workstation"

struct load_options project_options(struct ctx *ctx, const struct texts *services)
{
	const struct globals *globals = &ctx->globals;
	return (struct load_options){
		.files = globals->files.items,
		.nfiles = globals->files.count,
		.project_dir = globals->project_dir,
		.project_name = globals->project_name,
		.env_files = globals->env_files.items,
		.nenv_files = globals->env_files.count,
		.profiles = globals->profiles.items,
		.nprofiles = globals->profiles.count,
		.services = services ? services->items : NULL,
		.nservices = services ? services->count : 0,
		.os_env = ctx->os_env,
		.cwd = ctx->cwd,
		.fetch = connect_fetch(ctx),
		.compatibility = globals->compatibility,
		.all_resources = globals->all_resources,
	};
}

/* Whether somebody has named a registry, so that the project's own are not the only ones. */
static bool names_registry(const struct ctx *ctx)
{
	const char *variable = map_get(ctx->os_env, "FLOW_REGISTRY");
	return ctx->globals.registries.count || (variable && *variable);
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
	const struct project **ret_applications)
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
	if (load_tree(ctx->arena, tree, name ? name : DEFAULT_APPLICATIONS, ctx->cwd, env, &applications,
		    &ctx->errors) < 0)
		return -1;
	for (size_t i = 0; i < applications->nservices; i++)
		applications->services[i]->application = true;
	*ret_applications = applications;
	return 0;
}

/* The name alone: -p, or COMPOSE_PROJECT_NAME when there is no file to read. */
static const char *bare_name(struct ctx *ctx)
{
	const char *name = ctx->globals.project_name;
	if (!name || !*name)
		name = map_get(ctx->os_env, "COMPOSE_PROJECT_NAME");
	return name && *name ? name : NULL;
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

/* Reads the compose file when there is one; *ret_project stays NULL when something else is enough. */
static int load_file(struct ctx *ctx, const struct scope_wish *wish, const struct project **ret_project)
{
	struct texts services = { (const char **)wish->selection.services, wish->selection.nservices };
	struct load_options options = project_options(ctx, &services);
	options.keep_services = true;
	bool named = ctx->globals.project_name && *ctx->globals.project_name;
	*ret_project = NULL;
	if (wish->name_is_enough && named && !ctx->globals.files.count)
		return 0;
	if (!load_file_exists(ctx->arena, &options)) {
		if (!wish->registry_only && !names_registry(ctx) && !has_registry(ctx) &&
			!(wish->name_is_enough && bare_name(ctx)))
			return no_file(ctx);
		return 0;
	}
	struct project *project;
	if (load_project(ctx->arena, &options, &ctx->sources, &project, &ctx->errors) < 0)
		return -1;
	*ret_project = project;
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
	if (load_applications(ctx, registry, project, &applications) == 0)
		dag_build(ctx->arena, &applications, 1, &all, &dag, &ctx->errors);
}

int scope_open(struct ctx *ctx, const struct scope_wish *wish, struct scope *ret_scope)
{
	struct scope scope = { 0 };
	struct registry *registry = NULL;
	if (load_file(ctx, wish, &scope.project) < 0)
		return -1;
	scope.name = scope.project ? scope.project->name : bare_name(ctx);
	bool by_name = wish->name_is_enough && !scope.project && scope.name && !wish->selection.napplications;
	if (!by_name && project_registry(ctx, scope.project, connect_fetch(ctx), &registry) < 0) {
		find_cycles(ctx, registry, scope.project);
		return -1;
	}
	if (registry && load_applications(ctx, registry, scope.project, &scope.applications) < 0)
		return -1;
	scope.projects = ARENA_ARRAY(ctx->arena, const struct project *, 2);
	if (scope.project)
		scope.projects[scope.nprojects++] = scope.project;
	if (scope.applications)
		scope.projects[scope.nprojects++] = scope.applications;
	if (scope.nprojects && dag_build(ctx->arena, scope.projects, scope.nprojects, &wish->selection,
				       &scope.dag, &ctx->errors) < 0)
		return -1;
	*ret_scope = scope;
	return 0;
}
