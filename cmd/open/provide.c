#include "cmd/open/provide.h"
#include "base/text/text.h"
#include "cmd/open/connect.h"
#include "cmd/screen/show.h"
#include "compose/load/once.h"
#include "compose/tree/node.h"
#include "engine/connect/config.h"
#include "engine/drive/drive.h"
#include "engine/provider/told.h"

#include <string.h>

/* Without its variables, who needs it would be another container: so it is asked with --no-deps, too. */
static bool concerns(const struct dag_vertex *vertex)
{
	bool needed = vertex->selected;
	for (size_t i = 0; i < vertex->ndependents; i++)
		needed |= vertex->dependents[i]->selected;
	return vertex->service->provider && needed;
}

/* Whether the service itself is meant. */
static bool is_selected(const struct dag_vertex *vertex)
{
	return vertex->service->provider && vertex->selected;
}

static bool has_one(const struct scope *scope, bool (*which)(const struct dag_vertex *vertex))
{
	for (size_t i = 0; scope->dag && i < scope->dag->count; i++)
		if (which(scope->dag->vertices[i]))
			return true;
	return false;
}

bool provide_any(const struct scope *scope)
{
	return has_one(scope, concerns);
}

bool provide_selected(const struct scope *scope)
{
	return has_one(scope, is_selected);
}

int provide_refuse(struct ctx *ctx, const struct service *service, const char *what)
{
	const struct member *member = node_member(service->node, "provider");
	return error_add(&ctx->errors, ERROR_FILE, member ? &member->at : &service->at,
		arena_printf(ctx->arena, "services.%s.provider", service->key),
		"cannot %s service %s: provider %s brings it up, not a container", what, service->key,
		service->provider->type);
}

/* A call for the service, with the environment that its project has, and the engine that is meant. */
static struct provider_call call_of(
	struct ctx *ctx, const struct service *service, enum provider_command command)
{
	const struct globals *globals = &ctx->globals;
	const struct map *from = service->project->env ? service->project->env : ctx->os_env;
	struct map *env = map_create(ctx->arena);
	const struct map_entry *entry;
	size_t at = 0;
	while ((entry = map_next(from, &at)))
		map_set(env, entry->key, entry->value);
	if (globals->host)
		map_set(env, "DOCKER_HOST", (void *)globals->host);
	if (globals->context)
		map_set(env, "DOCKER_CONTEXT", (void *)globals->context);
	return (struct provider_call){ .loop = connect_loop(ctx),
		.arena = ctx->arena,
		.errors = &ctx->errors,
		.sink = ctx->sink,
		.config_dir = config_dir(ctx->arena, globals->config_dir, ctx->os_env),
		.env = env,
		.service = service,
		.command = command,
		.verbose = globals->verbose };
}

/* What is not there is told before anything is run. */
static int check_programs(
	struct ctx *ctx, const struct scope *scope, bool (*which)(const struct dag_vertex *vertex))
{
	int result = 0;
	for (size_t i = 0; i < scope->dag->count; i++) {
		const struct dag_vertex *vertex = scope->dag->vertices[i];
		const struct provider_call call = call_of(ctx, vertex->service, PROVIDER_UP);
		if (which(vertex) && !provider_program(&call))
			result = -1;
	}
	return result;
}

static const char *value_in(const struct service *service, const char *variable)
{
	size_t len = strcspn(variable, "=");
	for (size_t i = 0; i < service->nenvironment; i++) {
		const struct pair *pair = &service->environment[i];
		if (strlen(pair->key) == len && strncmp(pair->key, variable, len) == 0)
			return pair->value ? pair->value : "";
	}
	return NULL;
}

/* A variable without the provider's name in front may be another one's. */
static void warn_overridden(struct ctx *ctx, const struct provider_call *call, const struct service *service)
{
	for (size_t i = 0; i < call->raw_variables.count; i++) {
		const char *variable = call->raw_variables.items[i];
		const char *value = value_in(service, variable);
		if (value && strcmp(value, variable + strcspn(variable, "=") + 1) != 0)
			error_warn(&ctx->errors, &service->at,
				arena_printf(ctx->arena, "services.%s.environment", service->key),
				"provider \"%s\" overrides environment variable \"%.*s\" in service \"%s\"",
				call->service->key, (int)strcspn(variable, "="), variable, service->key);
	}
}

/* What is laid over the service, made when there is nothing yet. */
static struct load_once *lay_of(struct ctx *ctx, struct scope_wish *wish, const char *key)
{
	struct load_once *lays = (struct load_once *)wish->provided;
	for (size_t i = 0; i < wish->nprovided; i++)
		if (text_is(lays[i].service, key))
			return &lays[i];
	struct load_once *lay = ARENA_PUSH(ctx->arena, lays, wish->nprovided);
	*lay = (struct load_once){ .service = key, .adds = true, .dir = ctx->cwd };
	wish->provided = lays;
	return lay;
}

/* What is said last counts. */
static void set_variable(struct arena *arena, struct texts *variables, const char *variable)
{
	size_t len = strcspn(variable, "=") + 1;
	for (size_t i = 0; i < variables->count; i++)
		if (strncmp(variables->items[i], variable, len) == 0) {
			variables->items[i] = variable;
			return;
		}
	texts_add(arena, variables, variable);
}

static void hand_on(struct ctx *ctx, const struct dag_vertex *vertex, const struct provider_call *call,
	struct scope_wish *wish)
{
	const struct texts *from[] = { &call->variables, &call->raw_variables };
	for (size_t d = 0; d < vertex->ndependents; d++) {
		const struct service *service = vertex->dependents[d]->service;
		struct load_once *lay = lay_of(ctx, wish, service->key);
		warn_overridden(ctx, call, service);
		for (size_t f = 0; f < 2; f++)
			for (size_t i = 0; i < from[f]->count; i++)
				set_variable(ctx->arena, &lay->environment, from[f]->items[i]);
	}
}

static int run_one(struct ctx *ctx, struct provider_call *call)
{
	int result = provider_run(call);
	if (call->interrupted)
		ctx->interrupted = call->interrupted;
	return result;
}

int provide_up(struct ctx *ctx, const struct scope *scope, struct scope_wish *wish)
{
	struct dag *dag = scope->dag;
	int result = check_programs(ctx, scope, concerns);
	struct sink *sink = show_create(ctx, ctx->cmd->name, NULL, 0);
	for (size_t i = 0; result == 0 && i < dag->count; i++) {
		if (!concerns(dag->sorted[i]))
			continue;
		struct provider_call call = call_of(ctx, dag->sorted[i]->service, PROVIDER_UP);
		result = run_one(ctx, &call);
		if (result == 0)
			hand_on(ctx, dag->sorted[i], &call, wish);
	}
	event_end(sink, true);
	return result;
}

/* The services that providers tell something, each with its providers. */
static struct told *find_told(struct ctx *ctx, const struct dag *dag, size_t *ret_count)
{
	struct told *told = ARENA_ARRAY(ctx->arena, struct told, dag->count + 1);
	size_t count = 0;
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->vertices[i];
		told[count] = (struct told){ .service = vertex->service };
		for (size_t e = 0; e < vertex->nedges; e++)
			if (concerns(vertex->edges[e].to))
				texts_add(ctx->arena, &told[count].providers,
					vertex->edges[e].to->service->key);
		count += told[count].providers.count > 0;
	}
	*ret_count = count;
	return told;
}

int provide_recall(struct ctx *ctx, const struct scope *scope, struct scope_wish *wish)
{
	const struct drive drive = {
		.engine = ctx->engine, .arena = ctx->arena, .scratch = ctx->arena, .scope = scope
	};
	size_t count;
	if (check_programs(ctx, scope, concerns) < 0)
		return -1;
	struct told *told = find_told(ctx, scope->dag, &count);
	const struct observed *seen = drive_containers(&drive, &ctx->errors);
	if (!seen)
		return -1;
	told_recall(ctx->arena, ctx->engine, seen, told, count);
	for (size_t i = 0; i < count; i++)
		if (told[i].variables.count)
			lay_of(ctx, wish, told[i].service->key)->environment = told[i].variables;
	return 0;
}

int provide_start(struct ctx *ctx, const struct scope *scope, bool anew)
{
	struct dag *dag = scope->dag;
	int result = check_programs(ctx, scope, is_selected);
	if (result == 0 && anew)
		result = provide_end(ctx, scope, PROVIDER_STOP);
	struct sink *sink = show_create(ctx, ctx->cmd->name, NULL, 0);
	for (size_t i = 0; result == 0 && !ctx->interrupted && i < dag->count; i++) {
		if (!is_selected(dag->sorted[i]))
			continue;
		struct provider_call call = call_of(ctx, dag->sorted[i]->service, PROVIDER_UP);
		result = run_one(ctx, &call);
	}
	event_end(sink, true);
	return ctx->interrupted ? -1 : result;
}

int provide_end(struct ctx *ctx, const struct scope *scope, enum provider_command command)
{
	struct dag *dag = scope->dag;
	int result = 0;
	if (!provide_selected(scope))
		return 0;
	struct sink *sink = show_create(ctx, ctx->cmd->name, NULL, 0);
	for (size_t i = dag->count; i-- && !ctx->interrupted;) {
		if (!is_selected(dag->sorted[i]))
			continue;
		struct provider_call call = call_of(ctx, dag->sorted[i]->service, command);
		if (run_one(ctx, &call) < 0)
			result = -1;
	}
	event_end(sink, true);
	return result;
}
