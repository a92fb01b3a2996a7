#include "cmd/up/up.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/open/planner_options.h"
#include "cmd/up/print_plan.h"
#include "cmd/line/report.h"
#include "cmd/screen/show.h"
#include "cmd/screen/show_log.h"

#define AT(member) offsetof(struct up_options, member)

static const struct opt rows[] = {
	{ OPT_PART, "", .offset = AT(how), .part = planner_containers },
	{ OPT_PART, "", .offset = AT(images), .part = planner_images },
	{ OPT_FLAG, "abort-on-container-exit", 0, AT(abort_on_exit), NULL,
		"Stop everything when any container ends; its status is ours",
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
		.env = "COMPOSE_IGNORE_ORPHANS" },
	{ OPT_TEXTS, "no-attach", 0, AT(no_attach), "SERVICE",
		"Do not show the output of these services; can be repeated", .value = VALUE_SERVICE },
	{ OPT_FLAG, "no-color", 0, AT(no_color), NULL, "Do not colour the names in front of output" },
	{ OPT_FLAG, "no-deps", 0, AT(no_deps), NULL, "Leave dependencies alone" },
	{ OPT_FLAG, "no-log-prefix", 0, AT(no_log_prefix), NULL, "Show output without names in front" },
	{ OPT_FLAG, "no-start", 0, AT(how.no_start), NULL, "Create containers without starting them",
		.excludes = "wait" },
	{ OPT_FLAG, "quiet-pull", 0, AT(quiet_pull), NULL, "Do not show how far pulls are" },
	{ OPT_SECONDS, "timeout", 't', AT(how.timeout), "TIME",
		"Grace of a stop before the kill (10, 1m30s)" },
	{ OPT_FLAG, "timestamps", 0, AT(timestamps), NULL, "Show the time of each line of output" },
	{ OPT_FLAG, "wait", 0, AT(how.wait), NULL, "Return when everything is ready; implies --detach" },
	{ OPT_SECONDS, "wait-timeout", 0, AT(wait_timeout), "TIME", "Give up waiting after this time" },
	{ OPT_FLAG, "yes", 'y', AT(yes), NULL, "Accepted for scripts: docker flow asks nothing" },
	{ 0 },
};

static void expect_name(void *arg, const char *label)
{
	show_log_expect(arg, label);
}

/* What is attached to, and when it is stopped. */
static struct attach attach_options(const struct up *up, struct show_log *log)
{
	const struct up_options *options = up->options;
	return (struct attach){
		.abort_on_exit = options->abort_on_exit,
		.abort_on_failure = options->abort_on_failure,
		.exit_code_from = options->exit_code_from,
		.dependencies = options->attach_dependencies,
		.timestamps = options->timestamps,
		.shown = options->attach.items,
		.nshown = options->attach.count,
		.hidden = options->no_attach.items,
		.nhidden = options->no_attach.count,
		.scale = up->work.how.scale,
		.timeout = options->how.timeout,
		.expect = expect_name,
		.arg = log,
		.broken = &log->broken,
	};
}

static int run_attached(struct up *up)
{
	struct ctx *ctx = up->ctx;
	struct show_log *log = show_log_create(ctx, up->options->no_log_prefix, up->options->no_color);
	struct attach attach = attach_options(up, log);
	up->work.drive.sink = show_create(ctx, "up", log, up->options->quiet_pull);
	int result = drive_up_run(&up->work, &attach);
	if (attach.has_status)
		ctx->status = attach.status;
	ctx->task_status |= attach.has_status;
	return result;
}

static int run_detached(struct up *up)
{
	up->work.drive.sink = show_create(up->ctx, "up", NULL, up->options->quiet_pull);
	return drive_up_run(&up->work, NULL);
}

static int up_run(struct ctx *ctx, const void *options)
{
	struct up up;
	struct drive *drive = &up.work.drive;
	if (up_open(ctx, options, &up) < 0 || connect_engine(ctx) < 0)
		return -1;
	drive->engine = ctx->engine;
	if (ctx->globals.dry_run)
		return drive_look(drive) < 0 ? -1 : print_plans(stdout, drive, false);
	if (drive_open(drive) < 0)
		return -1;
	report_warnings(ctx);
	bool detached = up.options->detach || up.work.settles || up.work.how.no_start;
	int result = detached ? run_detached(&up) : run_attached(&up);
	drive_close(drive);
	ctx->interrupted = drive->interrupted;
	return result;
}

const struct cmd cmd_up = {
	.name = "up",
	.args = "[SERVICE...]",
	.brief = "Create and start what the compose file says, dependencies first",
	.text = "Compares the file with what the engine has, and changes only what differs. A service starts when "
		"what it depends on meets its condition; independent branches do not wait for each other.\n"
		"Without --detach the output of the containers is shown until all have ended; Ctrl-C stops them, "
		"a second Ctrl-C kills them.",
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct up_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = up_run,
};
