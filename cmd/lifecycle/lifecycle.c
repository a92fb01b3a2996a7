#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/open/provide.h"
#include "cmd/open/shown.h"
#include "cmd/up/print_plan.h"

/* docker compose 2.40 reads no file when -p says the name, and takes COMPOSE_PROJECT_NAME for enough where
 * the file has no such service (cmd/compose/compose.go: projectOrName). */
bool lifecycle_goes_by_labels(struct ctx *ctx)
{
	const struct globals *globals = &ctx->globals;
	const char *name = map_get(project_settings(ctx), "COMPOSE_PROJECT_NAME");
	return ctx->compose && ((name && *name) || (globals->project_name && *globals->project_name &&
							   !globals->files.count));
}

static bool unknown_is_none(struct ctx *ctx)
{
	return (ctx->cmd == &cmd_pause || ctx->cmd == &cmd_unpause) && lifecycle_goes_by_labels(ctx);
}

int lifecycle_open(struct ctx *ctx, bool upstream, struct scope *ret_scope)
{
	struct scope_wish wish = {
		.selection = { .services = ctx->args,
			.nservices = ctx->nargs,
			.no_deps = !upstream,
			.unknown_is_none = unknown_is_none(ctx),
			.looking = true },
		.name_is_enough = true,
	};
	if (scope_open(ctx, &wish, ret_scope) < 0)
		return -1;
	if (!ret_scope->name)
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"no compose file here: name a project with -p NAME");
	return connect_engine(ctx);
}

struct drive lifecycle_drive(struct ctx *ctx, const struct scope *scope)
{
	return (struct drive){ .engine = ctx->engine,
		.arena = ctx->arena,
		.errors = &ctx->errors,
		.scope = scope,
		.parallel = connect_parallel(ctx) };
}

int lifecycle_run(struct ctx *ctx, struct drive *drive, int (*run)(struct drive *drive))
{
	if (ctx->globals.dry_run)
		return drive_look(drive) < 0 ? -1 : print_one_plan(ctx->output.stream, drive->plan, false);
	return drive_open(drive) < 0 ? -1 : shown_run(ctx, drive, run);
}

/* What the plan refuses is refused before a provider is asked. The plan is made anew afterwards. */
int lifecycle_again(struct ctx *ctx, struct drive_again *again)
{
	const struct scope *scope = again->drive.scope;
	bool anew = again->how.what == AGAIN_RESTART;
	again->tells = ctx->globals.dry_run;
	drive_again_init(again);
	if (!ctx->globals.dry_run && provide_selected(scope) &&
		(drive_look(&again->drive) < 0 || provide_start(ctx, scope, anew) < 0))
		return -1;
	return lifecycle_run(ctx, &again->drive, drive_again_run);
}
