#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/open/provide.h"
#include "engine/drive/drive_down.h"

#define AT(member) offsetof(struct teardown_options, member)

static const struct opt rows[] = {
	{ OPT_SECONDS, "timeout", 't', AT(timeout), "TIME",
		"Grace of a stop before the kill (10, 1m30s; -1: there is no kill)", .flags = OPT_EVER },
	{ 0 },
};

static int stop_run(struct ctx *ctx, const void *options)
{
	struct scope scope;
	if (lifecycle_open(ctx, false, &scope) < 0)
		return -1;
	struct drive_down down = {
		.drive = lifecycle_drive(ctx, &scope),
		.how = *(const struct teardown_options *)options,
		.services = scope.services,
	};
	down.how.extent = TEARDOWN_PROCESSES;
	down.how.asks_providers = true;
	drive_down_init(&down);
	if (lifecycle_run(ctx, &down.drive, drive_run) < 0)
		return -1;
	return ctx->globals.dry_run ? 0 : provide_end(ctx, &scope, PROVIDER_STOP);
}

const struct cmd cmd_stop = {
	.name = "stop",
	.args = "[SERVICE...]",
	.brief = "Stop containers without removing them",
	.text = "Everything stops as soon as nothing that runs and stops, too, depends on it, after its pre_stop hooks. "
		"One-offs run on.",
	.examples = (const struct cmd_example[]){ { "stop", "stop everything; start or up goes on with it" },
		{ "stop -t 60 web", "only web, which has a minute to end" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct teardown_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = stop_run,
};
