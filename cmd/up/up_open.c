/* From the options of `up` to what is to be driven. */
#include "cmd/up/up.h"
#include "cmd/open/connect.h"
#include "cmd/open/provide.h"
#include "cmd/line/report.h"
#include "compose/check/refuse.h"

#include <time.h>

static int check_names(struct ctx *ctx, const struct dag *dag, const struct texts *names, const char *option)
{
	for (size_t i = 0; i < names->count; i++)
		if (!dag_find(dag, names->items[i]))
			dag_no_such(ctx->arena, dag, arena_printf(ctx->arena, "%s: ", option),
				names->items[i], false, &ctx->errors);
	return ctx->errors.count ? -1 : 0;
}

/* Services that options name have to be there. */
static int check_options(struct up *up)
{
	struct ctx *ctx = up->ctx;
	const struct up_options *options = up->options;
	const struct map_entry *entry;
	struct texts scaled = { 0 }, from = { 0 };
	size_t at = 0;
	while (up->work.how.scale && (entry = map_next(up->work.how.scale, &at)))
		texts_add(ctx->arena, &scaled, entry->key);
	if (options->exit_code_from)
		texts_add(ctx->arena, &from, options->exit_code_from);
	if (check_names(ctx, up->scope.dag, &scaled, "--scale") < 0 ||
		check_names(ctx, up->scope.dag, &from, "--exit-code-from") < 0 ||
		check_names(ctx, up->scope.dag, &options->attach, "--attach") < 0)
		return -1;
	return check_names(ctx, up->scope.dag, &options->no_attach, "--no-attach");
}

int up_check_timeout(struct ctx *ctx, struct opt_int timeout, bool wait)
{
	if (!timeout.set || wait)
		return 0;
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "--wait-timeout needs --wait");
	return error_hint(&ctx->errors, "add --wait, or leave --wait-timeout out");
}

/* Whose status is asked for has to run. */
static int check_status_of(const struct up *up)
{
	struct errors *errors = &up->ctx->errors;
	const char *key = up->options->exit_code_from;
	const struct dag_vertex *vertex = key ? dag_find(up->scope.dag, key) : NULL;
	if (vertex && !vertex->selected) {
		error_add(errors, ERROR_USAGE, NULL, NULL,
			"--exit-code-from: service %s is not part of this run", key);
		return error_hint(errors, "name it as an argument, too");
	}
	if (vertex && !reconcile_scale(up->work.how.scale, vertex->service)) {
		error_add(errors, ERROR_USAGE, NULL, NULL,
			"--exit-code-from: service %s has no container whose status there could be", key);
		return error_hint(errors, "its scale is 0");
	}
	return 0;
}

/* Options that would change nothing: whoever wrote them expects something else. */
static int check_useless(struct up *up)
{
	struct ctx *ctx = up->ctx;
	const struct up_options *options = up->options;
	const struct map_entry *entry;
	size_t at = 0;
	if (up_check_timeout(ctx, options->wait_timeout, up->work.how.wait) < 0)
		return -1;
	while (up->work.how.scale && (entry = map_next(up->work.how.scale, &at))) {
		const struct dag_vertex *vertex = dag_find(up->scope.dag, entry->key);
		if (vertex->service->provider)
			return provide_refuse(ctx, vertex->service, "scale");
		if (vertex->selected)
			continue;
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"--scale: service %s is not part of this run", entry->key);
		return error_hint(&ctx->errors, "name it as an argument, too");
	}
	return 0;
}

/* Values that no engine takes, of the services that get containers: better told now than by the engine, when
 * half is made. */
static int check_fit(const struct up *up)
{
	const struct dag *dag = up->scope.dag;
	const struct service **services = ARENA_ARRAY(up->ctx->arena, const struct service *, dag->count + 1);
	size_t count = 0;
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->vertices[i];
		if (vertex->selected && reconcile_scale(up->work.how.scale, vertex->service) > 0)
			services[count++] = vertex->service;
	}
	return refuse_services(up->ctx->arena, services, count, &up->ctx->errors);
}

static void warn(void *arg)
{
	report_warnings(arg);
}

int up_open(struct ctx *ctx, const struct up_options *options, struct up *ret_up)
{
	struct up up = { .ctx = ctx, .options = options };
	struct scope_wish wish = {
		.selection = { .services = ctx->args,
			.nservices = ctx->nargs,
			.applications = options->applications.items,
			.napplications = options->applications.count,
			.no_deps = options->no_deps },
		.provided = options->provided,
		.nprovided = options->nprovided,
		.warn_beside = options->warn_beside,
	};
	up.work.how = options->how;
	up.work.how.ends_with = options->exit_code_from;
	up.work.how.ends_with_any = options->abort_on_exit;
	up.work.how.unchecked = ctx->compose;
	up.work.how.no_deps = options->no_deps;
	up.work.how.all_resources = ctx->globals.all_resources;
	up.work.settles = options->how.wait;
	/* an application that was asked for is up when its check passes */
	up.work.how.wait |= options->applications.count && !ctx->nargs;
	up.work.images = options->images;
	up.work.images.now = time(NULL);
	up.work.images.scale = options->how.scale;
	if (scope_open(ctx, &wish, &up.scope) < 0)
		return -1;
	if (check_options(&up) < 0 || check_useless(&up) < 0 || check_status_of(&up) < 0 ||
		(!ctx->globals.no_limits &&
			reconcile_count(ctx->arena, up.scope.dag, up.work.how.scale, &ctx->errors) < 0) ||
		check_fit(&up) < 0)
		return -1;
	up.work.drive = (struct drive){
		.arena = ctx->arena,
		.errors = &ctx->errors,
		.fail_fast = options->fail_fast,
		.deadline = options->wait_timeout.set ? options->wait_timeout.value : 0,
		.parallel = connect_parallel(ctx),
		.warn = warn,
		.warn_arg = ctx,
	};
	*ret_up = up;
	ret_up->work.drive.scope = &ret_up->scope;
	drive_up_init(&ret_up->work);
	return 0;
}

int up_recall(struct up *up, struct up_options *options)
{
	struct ctx *ctx = up->ctx;
	struct scope_wish wish = { .name_is_enough = false };
	if (!provide_any(&up->scope))
		return 0;
	if (provide_recall(ctx, &up->scope, &wish) < 0)
		return -1;
	options->provided = wish.provided;
	options->nprovided = wish.nprovided;
	return wish.nprovided ? up_open(ctx, options, up) : 0;
}
