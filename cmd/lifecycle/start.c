#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/up/up.h"

struct start_options {
	struct again_options how;
	struct opt_int wait_timeout;
};

#define AT(member) offsetof(struct start_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "wait", 0, AT(how.wait), NULL, "Return when everything is ready" },
	{ OPT_SECONDS, "wait-timeout", 0, AT(wait_timeout), "TIME", "Give up waiting after this time" },
	{ 0 },
};

static int start_run(struct ctx *ctx, const void *data)
{
	const struct start_options *options = data;
	struct scope scope;
	if (up_check_timeout(ctx, options->wait_timeout, options->how.wait) < 0 ||
		lifecycle_open(ctx, true, &scope) < 0)
		return -1;
	struct drive_again again = {
		.drive = lifecycle_drive(ctx, &scope),
		.how = options->how,
		.services = scope.services,
	};
	again.how.what = AGAIN_START;
	again.drive.deadline = options->wait_timeout.value;
	return lifecycle_again(ctx, &again);
}

const struct cmd cmd_start = {
	.name = "start",
	.args = "[SERVICE...]",
	.brief = "Start containers that are there, dependencies first",
	.text = "They start as they are, changed file or not, each when what its service depends on meets its condition. "
		"A task that has ended well is not run again, unless its service is named itself: one that others wait for "
		"as completed, or that has restart: \"no\" and neither ports nor a check. Whatever else has ended starts.",
	.examples = (const struct cmd_example[]){ { "start", "go on after stop" },
		{ "start --wait --wait-timeout 2m web", "web and what it needs; return when they are ready" },
		{ 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct start_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = start_run,
};
