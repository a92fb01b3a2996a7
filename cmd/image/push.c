#include "cmd/image/image.h"
#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/screen/show.h"
#include "engine/drive/images/drive_images.h"

struct push_command {
	struct push_options how;
	bool include_deps, quiet;
};

#define AT(member) offsetof(struct push_command, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "ignore-push-failures", 0, AT(how.ignore_failures), NULL,
		"A push that fails is a warning only" },
	{ OPT_FLAG, "include-deps", 0, AT(include_deps), NULL, "Push what the services depend on, too" },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Do not show how far pushes are" },
	{ 0 },
};

static int push_run(struct ctx *ctx, const void *data)
{
	const struct push_command *options = data;
	struct scope scope;
	if (image_open(ctx, options->include_deps, &scope) < 0)
		return -1;
	struct drive_images images = {
		.drive = lifecycle_drive(ctx, &scope),
		.what = IMAGES_PUSH,
		.push = options->how,
	};
	images.drive.sink = show_create(ctx, ctx->cmd->name, NULL, options->quiet ? SHOW_QUIET_PULL : 0);
	drive_images_init(&images);
	return lifecycle_run(ctx, &images.drive, drive_run);
}

const struct cmd cmd_push = {
	.name = "push",
	.args = "[SERVICE...]",
	.brief = "Push the images that services build",
	.text = "Those with a name of their own (`image:`), by that and by `build.tags`. A push that fails keeps no other from "
		"going on; all that have failed are told. What may pass by itself is tried again.",
	.examples = (const struct cmd_example[]){ { "push", "everything that build has made" },
		{ "push --include-deps web", "what web is made of" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct push_command),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = push_run,
};
