#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "engine/drive/drive_again.h"

static const struct opt rows[] = { { 0 } };

static int run_again(struct ctx *ctx, enum again what)
{
	struct scope scope;
	if (lifecycle_open(ctx, false, &scope) < 0)
		return -1;
	struct drive_again again = {
		.drive = lifecycle_drive(ctx, &scope),
		.how = { .what = what },
		.services = scope.services,
		.unknown_is_none = lifecycle_goes_by_labels(ctx),
	};
	drive_again_init(&again);
	return lifecycle_run(ctx, &again.drive, drive_again_run);
}

static int pause_run(struct ctx *ctx, const void *options)
{
	(void)options;
	return run_again(ctx, AGAIN_PAUSE);
}

static int unpause_run(struct ctx *ctx, const void *options)
{
	(void)options;
	return run_again(ctx, AGAIN_UNPAUSE);
}

const struct cmd cmd_pause = {
	.name = "pause",
	.args = "[SERVICE...]",
	.brief = "Halt the processes of containers that run",
	.text = "One that is paused already is an error; the others are paused.",
	.examples = (const struct cmd_example[]){ { "pause", "halt everything" },
		{ "pause db", "see what web does when db does not answer" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = pause_run,
};

const struct cmd cmd_unpause = {
	.name = "unpause",
	.args = "[SERVICE...]",
	.brief = "Let paused containers go on",
	.text = "One that runs already is an error; the others go on.",
	.examples = (const struct cmd_example[]){ { "unpause", "everything goes on" },
		{ "unpause db", "only db" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = unpause_run,
};
