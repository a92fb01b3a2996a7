#include "cmd/line/commands.h"
#include "cmd/open/planner_options.h"
#include "cmd/up/up.h"

#define AT(member) offsetof(struct up_options, member)

static const struct opt rows[] = {
	{ OPT_PART, "", .offset = AT(how), .part = planner_containers },
	{ OPT_PART, "", .offset = AT(images), .part = planner_images },
	{ OPT_FLAG, "quiet-pull", 0, AT(quiet_pull), NULL, "Do not show how far pulls are" },
	{ OPT_FLAG, "y", 0, AT(yes), NULL, "an old name, write --yes", .flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_FLAG, "yes", 'y', AT(yes), NULL,
		"Do not ask whether a remote compose file may have the values of variables here" },
	{ 0 },
};

static int create_run(struct ctx *ctx, const void *options)
{
	struct up_options up = *(const struct up_options *)options;
	up.how.no_start = true;
	return up_detached(ctx, &up);
}

const struct cmd cmd_create = {
	.name = "create",
	.args = "[SERVICE...]",
	.brief = "Create what the compose file says, and start nothing",
	.text = "As up --no-start: containers that are not as the file says are replaced, and not started either.",
	.examples = (const struct cmd_example[]){ { "create", "everything, to be started later" },
		{ "create --build --scale worker=3 worker", "three workers of a fresh image" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct up_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = create_run,
};
