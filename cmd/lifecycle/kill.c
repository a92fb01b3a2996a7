#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "compose/check/refuse.h"
#include "engine/drive/drive_down.h"

#define AT(member) offsetof(struct teardown_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "remove-orphans", 0, AT(remove_orphans), NULL,
		"Kill those of services that are not in the file, too" },
	{ OPT_TEXT, "signal", 's', AT(signal), "SIGNAL", "This one instead of KILL (HUP, SIGUSR1, 9)" },
	{ 0 },
};

/* As docker compose does, --remove-orphans only sends them the signal. */
static int kill_run(struct ctx *ctx, const void *options)
{
	const struct teardown_options *how = options;
	struct scope scope;
	if (refuse_container_signal(ctx->arena, "--signal", how->signal, &ctx->errors) < 0 ||
		lifecycle_open(ctx, false, &scope) < 0)
		return -1;
	struct drive_down down = {
		.drive = lifecycle_drive(ctx, &scope),
		.how = *how,
		.services = scope.services,
	};
	down.how.extent = TEARDOWN_PROCESSES;
	down.how.kill = down.how.oneoffs = true;
	drive_down_init(&down);
	int result = lifecycle_run(ctx, &down.drive, drive_run);
	if (result == 0 && !down.drive.plan->count && !ctx->globals.dry_run)
		error_warn(&ctx->errors, NULL, NULL, "no container to kill");
	return result;
}

const struct cmd cmd_kill = {
	.name = "kill",
	.args = "[SERVICE...]",
	.brief = "Send containers a signal, KILL if no other is named",
	.text = "All of them at once, one-offs, too. No hook runs.",
	.examples = (const struct cmd_example[]){ { "kill", "end everything at once" },
		{ "kill -s HUP web", "web reads its configuration again" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct teardown_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = kill_run,
};
