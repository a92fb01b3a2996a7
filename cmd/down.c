#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/up/print_plan.h"
#include "cmd/line/report.h"
#include "cmd/screen/show.h"
#include "engine/run/lock.h"
#include "engine/run/run.h"

#include <string.h>
#include <unistd.h>

struct down_options {
	bool remove_orphans, volumes;
	const char *images;
	struct texts applications;
	struct opt_int timeout;
};

#define AT(member) offsetof(struct down_options, member)

static const struct opt rows[] = {
	{ OPT_TEXTS, "app", 0, AT(applications), "ID",
		"Remove an application of the registry and the upstream that only it needs; can be repeated",
		.value = VALUE_APPLICATION },
	{ OPT_FLAG, "remove-orphans", 0, AT(remove_orphans), NULL,
		"Remove containers of services that are not in the file", .env = "COMPOSE_REMOVE_ORPHANS" },
	{ OPT_TEXT, "rmi", 0, AT(images), "WHICH",
		"Remove images, too: all, or local for those that were built without a name of their own",
		.choices = "all|local", .excludes = "app", .value = VALUE_CHOICE },
	{ OPT_SECONDS, "timeout", 't', AT(timeout), "TIME", "Grace of a stop before the kill (10, 1m30s)" },
	{ OPT_FLAG, "volumes", 'v', AT(volumes), NULL, "Remove the project's volumes, too" },
	{ 0 },
};

struct down {
	struct ctx *ctx;
	const struct down_options *options;
	struct scope scope;
	struct observed *seen;
	struct plan *plan;
};

static struct teardown_scope scope_of(const struct down *down)
{
	const struct ctx *ctx = down->ctx;
	const struct texts *applications = &down->options->applications;
	return (struct teardown_scope){ .dag = down->scope.dag,
		.project = down->scope.name,
		.seen = down->seen,
		.names = applications->count ? applications->items : ctx->args,
		.nnames = applications->count ? applications->count : ctx->nargs };
}

/* With --rmi: which of the images are there. */
static int look_at_images(struct down *down)
{
	struct ctx *ctx = down->ctx;
	const char **references;
	size_t count;
	if (!down->options->images)
		return 0;
	struct teardown_scope scope = scope_of(down);
	reconcile_removable_images(
		ctx->arena, &scope, strcmp(down->options->images, "all") == 0, &references, &count);
	return count ? observe_images(ctx->engine, down->seen, references, count, &ctx->errors) : 0;
}

static int look(struct down *down)
{
	struct ctx *ctx = down->ctx;
	const struct down_options *options = down->options;
	struct observe_query query = scope_query(ctx->arena, &down->scope, true);
	query.users = options->applications.count > 0;
	struct teardown_options how = { .volumes = options->volumes,
		.images = options->images != NULL,
		.remove_orphans = options->remove_orphans,
		.timeout = options->timeout };
	if (observe(ctx->engine, &query, &down->seen, &ctx->errors) < 0 || look_at_images(down) < 0)
		return -1;
	struct teardown_scope scope = scope_of(down);
	if (options->applications.count)
		return reconcile_down_applications(ctx->arena, &scope, &how, &down->plan, &ctx->errors);
	down->plan = reconcile_down(ctx->arena, &scope, &how);
	return 0;
}

static int run_it(struct down *down, struct sink *sink)
{
	struct ctx *ctx = down->ctx;
	struct texts names = scope_names(ctx->arena, &down->scope);
	struct run_options options = { .sink = sink,
		.seen = down->seen,
		.parallel = connect_parallel(ctx),
		.projects = names.items,
		.nprojects = names.count };
	struct run_result result = { 0 };
	int done = run_plan(ctx->engine, down->plan, &options, &result, &ctx->errors);
	ctx->interrupted = result.interrupted;
	return done;
}

/* Takes the lock and plans again: what another run has made or removed meanwhile counts. */
static int run_locked(struct down *down)
{
	struct ctx *ctx = down->ctx;
	struct sink *sink = show_create(ctx, "down", NULL, false);
	const char *project = down->scope.name ? down->scope.name : down->scope.applications->name;
	int lock = lock_take(ctx->engine, project, sink, &ctx->errors);
	if (lock < 0)
		return -1;
	int result = look(down);
	if (result == 0) {
		show_notes(sink, down->plan);
		result = run_it(down, sink);
	}
	close(lock);
	sink->interrupted = ctx->interrupted != 0;
	show_end(sink, result == 0 || ctx->interrupted);
	return result;
}

static int open_scope(struct down *down)
{
	struct ctx *ctx = down->ctx;
	const struct down_options *options = down->options;
	struct scope_wish wish = {
		.selection = { .services = ctx->args, .nservices = ctx->nargs, .no_deps = true },
		.name_is_enough = true,
	};
	if (options->applications.count && ctx->nargs)
		return error_add(
			&ctx->errors, ERROR_USAGE, NULL, NULL, "--app and service names exclude each other");
	wish.selection.applications = options->applications.items;
	wish.selection.napplications = options->applications.count;
	if (scope_open(ctx, &wish, &down->scope) < 0)
		return -1;
	if (!down->scope.name && !options->applications.count)
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"no compose file here: name applications with --app ID, or a project with -p NAME");
	return 0;
}

/* Nothing can be removed: what stays and why, else what is not there. */
static int tell_why_nothing(struct down *down)
{
	struct ctx *ctx = down->ctx;
	struct sink *sink = down->plan->nnotes ? show_create(ctx, "down", NULL, false) : NULL;
	show_notes(sink, down->plan);
	show_end(sink, true);
	if (sink)
		return 0;
	for (size_t i = 0; i < ctx->nargs; i++)
		error_warn(&ctx->errors, NULL, NULL, "no container of service %s is there", ctx->args[i]);
	if (!ctx->nargs)
		error_warn(&ctx->errors, NULL, NULL, "there is nothing of %s to remove",
			down->scope.name ? down->scope.name : "these applications");
	return 0;
}

static int run(struct ctx *ctx, const void *options)
{
	struct down down = { .ctx = ctx, .options = options };
	if (open_scope(&down) < 0 || connect_engine(ctx) < 0 || look(&down) < 0)
		return -1;
	if (ctx->globals.dry_run)
		return print_one_plan(stdout, down.plan, false);
	if (!down.plan->count)
		return tell_why_nothing(&down);
	report_warnings(ctx);
	return run_locked(&down);
}

const struct cmd cmd_down = {
	.name = "down",
	.args = "[SERVICE...]",
	.brief = "Stop and remove containers and networks",
	.text = "Everything stops as soon as nothing that runs depends on it. Volumes stay without --volumes; "
		"applications of a registry stay without --app.",
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct down_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = run,
};
