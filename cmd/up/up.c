#include "cmd/up/up.h"
#include "base/clock.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/open/planner_options.h"
#include "cmd/open/provide.h"
#include "cmd/open/trust.h"
#include "cmd/up/print_plan.h"
#include "cmd/up/menu.h"
#include "cmd/up/watching.h"
#include "cmd/line/report.h"
#include "cmd/screen/show.h"
#include "cmd/screen/show_log.h"
#include "graph/timeline/timeline.h"

#define AT(member) offsetof(struct up_options, member)

static const struct opt rows[] = {
	{ OPT_PART, "", .offset = AT(how), .part = planner_containers },
	{ OPT_PART, "", .offset = AT(how), .part = planner_starts },
	{ OPT_PART, "", .offset = AT(images), .part = planner_images },
	{ OPT_FLAG, "abort-on-container-exit", 0, AT(abort_on_exit), NULL,
		"Stop everything when any container ends, but a task that others wait for with 0; its status is ours",
		.excludes = "detach,wait,abort-on-container-failure,no-start" },
	{ OPT_FLAG, "abort-on-container-failure", 0, AT(abort_on_failure), NULL,
		"Stop everything when any container fails; its status is ours",
		.excludes = "detach,wait,no-start" },
	{ OPT_TEXTS, "app", 0, AT(applications), "ID",
		"Start an application of the registry with its upstream; can be repeated",
		.value = VALUE_APPLICATION },
	{ OPT_TEXTS, "attach", 0, AT(attach), "SERVICE",
		"Show the output of these services only; can be repeated", .excludes = "detach,wait",
		.value = VALUE_SERVICE },
	{ OPT_FLAG, "attach-dependencies", 0, AT(attach_dependencies), NULL,
		"Show the output of dependencies, too", .excludes = "attach,detach,wait" },
	{ OPT_FLAG, "detach", 'd', AT(detach), NULL, "Return when everything is started" },
	{ OPT_TEXT, "exit-code-from", 0, AT(exit_code_from), "SERVICE",
		"Return the status of this service's container, and stop everything when it ends or another fails",
		.excludes = "detach,wait,no-start", .value = VALUE_SERVICE },
	{ OPT_FLAG, "fail-fast", 0, AT(fail_fast), NULL,
		"Begin nothing new after a failure; otherwise independent branches go on" },
	{ OPT_FLAG, "ignore-orphans", 0, AT(how.ignore_orphans), NULL,
		"Do not mention containers of services that are not in the file",
		.env = "COMPOSE_IGNORE_ORPHANS", .excludes = "remove-orphans" },
	{ OPT_TRI, "menu", 0, AT(menu), NULL,
		"Take keys, and name them in a line below the output: so it is unless --menu=false on a terminal with "
		"the live screen; elsewhere there is none",
		.env = "COMPOSE_MENU" },
	{ OPT_TEXTS, "no-attach", 0, AT(no_attach), "SERVICE",
		"Do not show the output of these services; can be repeated", .value = VALUE_SERVICE },
	{ OPT_FLAG, "no-color", 0, AT(no_color), NULL, "Do not colour the names in front of output" },
	{ OPT_FLAG, "no-deps", 0, AT(no_deps), NULL, "Leave dependencies alone" },
	{ OPT_FLAG, "no-log-prefix", 0, AT(no_log_prefix), NULL, "Show output without names in front" },
	{ OPT_FLAG, "no-start", 0, AT(how.no_start), NULL, "Create containers without starting them",
		.excludes = "wait,rerun" },
	{ OPT_FLAG, "quiet-build", 0, AT(quiet_build), NULL, "Do not show what builds say" },
	{ OPT_FLAG, "quiet-pull", 0, AT(quiet_pull), NULL, "Do not show how far pulls are" },
	{ OPT_SECONDS, "timeout", 't', AT(how.timeout), "TIME",
		"Grace of a stop before the kill (10, 1m30s; -1: there is no kill)", .flags = OPT_EVER },
	{ OPT_FLAG, "timestamps", 0, AT(timestamps), NULL, "Show the time of each line of output" },
	{ OPT_FLAG, "wait", 0, AT(how.wait), NULL, "Return when everything is ready; implies --detach" },
	{ OPT_SECONDS, "wait-timeout", 0, AT(wait_timeout), "TIME", "Give up waiting after this time" },
	{ OPT_FLAG, "watch", 'w', AT(watch), NULL,
		"Keep containers up to date while files change, as `watch` does",
		.excludes = "detach,wait,no-build,no-start" },
	{ OPT_FLAG, "y", 0, AT(yes), NULL, "an old name, write --yes", .flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_FLAG, "yes", 'y', AT(yes), NULL,
		"Do not ask whether a remote compose file may have the values of variables here" },
	{ 0 },
};

static void expect_name(void *arg, const char *label)
{
	show_log_expect(arg, label);
}

static bool is_full(void *arg)
{
	return show_log_full(arg);
}

/* Scripts that know docker compose wait for this line. */
static void tell_attached(void *arg, const struct texts *labels)
{
	show_log_attached(arg, labels);
}

/* What is attached to, and when it is stopped. */
static struct attach attach_options(const struct up *up, struct show_log *log)
{
	const struct up_options *options = up->options;
	return (struct attach){
		.abort_on_exit = options->abort_on_exit,
		.abort_on_failure = options->abort_on_failure,
		.as_compose = up->ctx->compose,
		.exit_code_from = options->exit_code_from,
		.named = up->ctx->nargs > 0,
		.dependencies = options->attach_dependencies,
		.timestamps = options->timestamps,
		.shown = options->attach.items,
		.nshown = options->attach.count,
		.hidden = options->no_attach.items,
		.nhidden = options->no_attach.count,
		.scale = up->work.how.scale,
		.timeout = options->how.timeout,
		.expect = expect_name,
		.full = is_full,
		.begun = up->ctx->compose ? tell_attached : NULL,
		.arg = log,
		.broken = log->failure,
	};
}

static struct sink *up_screen(const struct up *up, struct show_log *log)
{
	unsigned quiet = (up->options->quiet_pull ? SHOW_QUIET_PULL : 0) |
			 (up->options->quiet_build ? SHOW_QUIET_BUILD : 0);
	return show_create(up->ctx, up->ctx->cmd->name, log, quiet);
}

/* Whether the files of a service that is asked for can be followed. */
static bool can_watch(const struct up *up)
{
	const struct dag *dag = up->scope.dag;
	for (size_t i = 0; i < dag->count && !up->options->images.no_build; i++) {
		const struct develop *develop = dag->vertices[i]->service->develop;
		if (dag->vertices[i]->selected && develop && develop->nwatch)
			return true;
	}
	return false;
}

/* Until the containers have ended; with --watch, or the key that begins that, their files are followed
 * meanwhile. */
static int run_attached(struct up *up)
{
	struct ctx *ctx = up->ctx;
	struct watching watching = {
		.ctx = ctx, .quiet = up->options->quiet_build, .scale = up->work.how.scale
	};
	bool has_menu = menu_wanted(ctx, up->options->menu);
	report_warnings(ctx);
	struct show_log *log = show_log_create(ctx, up->options->no_log_prefix, up->options->no_color);
	struct attach attach = attach_options(up, log);
	show_log_be_patient(log, ctx->loop);
	struct menu menu = { .watching = &watching,
		.scope = &up->scope,
		.sink = up_screen(up, log),
		.can_watch = can_watch(up) };
	up->work.drive.sink = menu.sink;
	watching.attach = &attach;
	attach.changes = up->options->watch || (has_menu && menu.can_watch);
	attach.meanwhile = has_menu ? menu_meanwhile : up->options->watch ? watching_meanwhile : NULL;
	attach.meanwhile_over = has_menu ? menu_over : NULL;
	attach.meanwhile_arg = has_menu ? (void *)&menu : &watching;
	if (up->options->watch && watching_open(&watching, &up->scope) < 0)
		return -1;
	int result = drive_up_run(&up->work, &attach);
	show_log_end(log);
	watching_close(&watching);
	if (attach.has_status)
		ctx->status = attach.status;
	ctx->task_status |= attach.has_status;
	return result;
}

static int run_detached(struct up *up)
{
	if (up->options->joined)
		attach_join(up->options->joined, &up->work.drive);
	else
		up->work.drive.sink = up->options->screen ? up->options->screen : up_screen(up, NULL);
	return drive_up_run(&up->work, NULL);
}

/* Services of providers come first: what they say to their dependents is part of these. What can be refused
 * has been, and is looked at again with it. */
static int open_provided(struct up *up, struct up_options *options)
{
	struct ctx *ctx = up->ctx;
	struct scope_wish wish = { .name_is_enough = false };
	drive_close(&up->work.drive);
	if (provide_up(ctx, &up->scope, &wish) < 0)
		return -1;
	options->provided = wish.provided;
	options->nprovided = wish.nprovided;
	if (up_open(ctx, options, up) < 0)
		return -1;
	up->work.drive.engine = ctx->engine;
	return drive_open(&up->work.drive);
}

/* Opens what `up` and its kin work on, what providers say included, and runs it. */
static int run_opened(struct ctx *ctx, const struct up_options *data, int (*run)(struct up *up))
{
	struct up up;
	struct up_options options = *data;
	struct drive *drive = &up.work.drive;
	if (up_open(ctx, &options, &up) < 0)
		return -1;
	bool asks = !ctx->globals.dry_run && !options.yes;
	if (trust_values(ctx, up.scope.project, !asks) < 0 || connect_engine(ctx) < 0)
		return -1;
	if (ctx->globals.dry_run && up_recall(&up, &options) < 0)
		return -1;
	drive->engine = ctx->engine;
	up.work.tells = ctx->globals.dry_run;
	if (ctx->globals.dry_run)
		return drive_look(drive) < 0 ? -1 : print_plans(ctx->output.stream, drive, false);
	drive->timeline = timeline_create(ctx->arena, scope_names(ctx->arena, &up.scope).items[0],
		ctx->cmd->name, clock_unix(), loop_now());
	if (drive_open(drive) < 0)
		return -1;
	report_warnings(ctx);
	if (provide_any(&up.scope) && open_provided(&up, &options) < 0)
		return -1;
	report_warnings(ctx);
	int result = run(&up);
	drive_close(drive);
	ctx->interrupted = drive->interrupted;
	return result;
}

int up_detached(struct ctx *ctx, const struct up_options *options)
{
	return run_opened(ctx, options, run_detached);
}

static int up_run(struct ctx *ctx, const void *data)
{
	struct up_options options = *(const struct up_options *)data;
	bool detached = options.detach || options.how.wait || options.how.no_start;
	options.how.named_again = !detached || ctx->compose;
	return run_opened(ctx, &options, detached ? run_detached : run_attached);
}

const struct cmd cmd_up = {
	.name = "up",
	.args = "[SERVICE...]",
	.brief = "Create and start what the compose file says, dependencies first",
	.text = "Compares the file with what the engine has, and changes only what differs. A service starts when "
		"what it depends on meets its condition; independent branches do not wait for each other.\n"
		"Without --detach the output of the containers is shown until all whose output is shown, or that are "
		"named, have ended; Ctrl-C stops them, a second Ctrl-C kills them; while they are still being made and started, the first one ends that, and the second leaves what there is as it is. With --watch what containers say goes on in those that replace them.\n"
		"On a terminal a line below the output names further keys: w watches the files that develop.watch "
		"names, or no more; d leaves, with status 0, and the containers run on; Enter makes an empty line.",
	.examples = (const struct cmd_example[]){ { "up -d", "start what the file says, and return" },
		{ "up -d web", "only web and what it needs" },
		{ "up --build --wait web", "build, start, and return when web is ready" },
		{ "up --watch", "stay, and follow the files that develop.watch names" },
		{ "up --exit-code-from test", "run a test service; its status is ours" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct up_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = up_run,
};
