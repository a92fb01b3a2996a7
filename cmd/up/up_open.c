/* From the options of `up` to what is to be driven. */
#include "cmd/up/up.h"
#include "cmd/open/connect.h"
#include "cmd/line/report.h"

#include <time.h>

static int check_names(struct ctx *ctx, const struct dag *dag, const struct texts *names, const char *option)
{
	struct texts known = { 0 };
	for (size_t i = 0; i < dag->count; i++)
		texts_add(ctx->arena, &known, dag->vertices[i]->service->key);
	for (size_t i = 0; i < names->count; i++) {
		if (dag_find(dag, names->items[i]))
			continue;
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "%s: no such service: %s", option,
			names->items[i]);
		error_hint_names(&ctx->errors, names->items[i], "services", known.items, known.count);
	}
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

/* Options that would change nothing: whoever wrote them expects something else. */
static int check_useless(struct up *up)
{
	struct ctx *ctx = up->ctx;
	const struct up_options *options = up->options;
	const struct map_entry *entry;
	size_t at = 0;
	if (options->wait_timeout.set && !up->work.how.wait) {
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "--wait-timeout needs --wait");
		return error_hint(&ctx->errors, "add --wait, or leave --wait-timeout out");
	}
	while (up->work.how.scale && (entry = map_next(up->work.how.scale, &at)))
		if (!dag_find(up->scope.dag, entry->key)->selected) {
			error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
				"--scale: service %s is not part of this run", entry->key);
			return error_hint(&ctx->errors, "name it as an argument, too");
		}
	return 0;
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
	};
	up.work.how = options->how;
	up.work.settles = options->how.wait;
	/* an application that was asked for is up when its check passes */
	up.work.how.wait |= options->applications.count && !ctx->nargs;
	up.work.images = options->images;
	up.work.images.now = time(NULL);
	up.work.images.scale = options->how.scale;
	if (scope_open(ctx, &wish, &up.scope) < 0)
		return -1;
	if (check_options(&up) < 0 || check_useless(&up) < 0)
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
