#include "cmd/image/image.h"
#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/screen/show.h"
#include "engine/drive/images/drive_images.h"

struct pull_command {
	struct pull_options how;
	bool include_deps, quiet;
};

#define AT(member) offsetof(struct pull_command, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "ignore-buildable", 0, AT(how.ignore_buildable), NULL,
		"Leave out images that can be built" },
	{ OPT_FLAG, "ignore-pull-failures", 0, AT(how.ignore_failures), NULL,
		"A pull that fails is a warning only" },
	{ OPT_FLAG, "include-deps", 0, AT(include_deps), NULL, "Pull what the services depend on, too" },
	{ OPT_VOID, "no-parallel", 0, 0, NULL,
		"has no effect any more; --parallel 1 pulls one image after another",
		.flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_VOID, "parallel", 0, 0, NULL,
		"has no effect without a number: images are pulled side by side anyway",
		.flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_TEXT, "policy", 0, AT(how.policy), "POLICY",
		"When to pull, in place of the services' pull_policy", .choices = "missing|always",
		.value = VALUE_CHOICE },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Do not show how far pulls are" },
	{ 0 },
};

/* Services whose images could not be had, and can be made. */
static void warn_to_build(struct ctx *ctx, const struct plan *plan)
{
	auto_buf struct buf names;
	buf_init(&names, 1 << 20);
	for (size_t i = 0; plan && i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (step->state == STEP_FAILED && step->service && step->service->build)
			buf_printf(&names, " %s", step->service->key);
	}
	if (names.len)
		error_warn(&ctx->errors, NULL, NULL,
			"Some service image(s) must be built from source by running:\n    docker %s build%s",
			ctx->compose ? "compose" : "flow", buf_text(&names));
}

static int pull_run(struct ctx *ctx, const void *data)
{
	const struct pull_command *options = data;
	struct scope scope;
	if (image_open(ctx, options->include_deps, &scope) < 0)
		return -1;
	struct drive_images images = {
		.drive = lifecycle_drive(ctx, &scope),
		.what = IMAGES_PULL,
		.pull = options->how,
	};
	images.drive.sink = show_create(ctx, ctx->cmd->name, NULL, options->quiet ? SHOW_QUIET_PULL : 0);
	drive_images_init(&images);
	int result = lifecycle_run(ctx, &images.drive, drive_run);
	warn_to_build(ctx, images.drive.plan);
	return result;
}

const struct cmd cmd_pull = {
	.name = "pull",
	.args = "[SERVICE...]",
	.brief = "Pull the images of services",
	.text = "Those that are there, too, unless a policy says otherwise. A pull that fails keeps no other from going on; "
		"all that have failed are told. What may pass by itself is tried again.",
	.examples = (const struct cmd_example[]){ { "pull", "all images, before up uses them" },
		{ "pull --ignore-buildable", "those that only a registry has" },
		{ "pull --include-deps --policy missing web", "what web needs and is not there yet" },
		{ 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct pull_command),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = pull_run,
};
