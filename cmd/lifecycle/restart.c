#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"

#define AT(member) offsetof(struct again_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "no-deps", 0, AT(no_deps), NULL,
		"Leave alone what asks to be restarted with a service (depends_on: restart: true)" },
	{ OPT_SECONDS, "timeout", 't', AT(timeout), "TIME",
		"Grace of a stop before the kill (10, 1m30s; -1: there is no kill)", .flags = OPT_EVER },
	{ 0 },
};

static int restart_run(struct ctx *ctx, const void *options)
{
	struct scope scope;
	if (lifecycle_open(ctx, false, &scope) < 0)
		return -1;
	struct drive_again again = {
		.drive = lifecycle_drive(ctx, &scope),
		.how = *(const struct again_options *)options,
		.services = scope.services,
	};
	again.how.what = AGAIN_RESTART;
	return lifecycle_again(ctx, &again);
}

const struct cmd cmd_restart = {
	.name = "restart",
	.args = "[SERVICE...]",
	.brief = "Stop and start containers, and those that depend on them and ask for it",
	.text = "Containers stay as they are: a changed file is what up is for. A service whose dependency restarts, too, "
		"is stopped when that one is ready again. What has ended starts, tasks included: name services to leave those "
		"alone.",
	.examples =
		(const struct cmd_example[]){ { "restart web", "web, and what has web with restart: true" },
			{ "restart -t 60 --no-deps db", "only db, which has a minute to end" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct again_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = restart_run,
};
