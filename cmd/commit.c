#include "cmd/line/commands.h"
#include "cmd/open/target.h"
#include "cmd/up/print_plan.h"
#include "compose/tree/image_name.h"
#include "engine/image/commit.h"

#include <string.h>

struct commit_wish {
	const char *author, *message;
	struct texts changes;
	struct opt_int index;
	enum tri pause;
};

#define AT(member) offsetof(struct commit_wish, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "author", 'a', AT(author), "NAME", "Who has made it: \"Ada <ada@example.com>\"" },
	{ OPT_TEXTS, "change", 'c', AT(changes), "INSTRUCTION",
		"Apply this instruction of a Dockerfile to the image; can be repeated" },
	{ OPT_INT, "index", 0, AT(index), "N", "Container N of the service; the first otherwise" },
	{ OPT_TEXT, "message", 'm', AT(message), "TEXT", "What it is" },
	{ OPT_TRI, "pause", 'p', AT(pause), NULL,
		"Pause the container meanwhile: so it is unless --pause=false" },
	{ 0 },
};

static int commit_print(struct ctx *ctx, const struct observed_container *container, const char *image)
{
	struct plan *plan = plan_create(ctx->arena);
	plan_add(plan, OP_IMAGE_BUILD, image ? image : "(without a name)",
		arena_printf(ctx->arena, "from container %s", container->name));
	return print_one_plan(ctx->output.stream, plan, false);
}

/* `-p NAME` names the project before the command, and behind it says --pause, as in docker compose. */
static int commit_run(struct ctx *ctx, const void *data)
{
	const struct commit_wish *wish = data;
	const struct observed_container *container;
	const char *image = ctx->nargs > 1 ? ctx->args[1] : NULL, *id;
	if (image && (!image_name_valid(image) || strchr(image, '@')))
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"invalid reference format: \"%s\" is no name for an image: REPOSITORY[:TAG], of lower case",
			image);
	if (target_running(ctx, ctx->args[0], &wish->index, &container) < 0)
		return -1;
	if (ctx->globals.dry_run)
		return commit_print(ctx, container, image);
	const struct commit_options options = { .container = container->id,
		.image = image,
		.author = wish->author,
		.message = wish->message,
		.changes = wish->changes,
		.pause = wish->pause != TRI_NO };
	if (commit_image(ctx->arena, ctx->engine, &options, &id, &ctx->errors) < 0)
		return -1;
	fprintf(ctx->output.stream, "%s\n", id);
	return 0;
}

const struct cmd cmd_commit = {
	.name = "commit",
	.args = "SERVICE [REPOSITORY[:TAG]]",
	.brief = "Make an image of a running container as it is now",
	.text = "With what has changed in its files, without what is in volumes. The image's id is printed.",
	.examples = (const struct cmd_example[]){ { "commit web web:broken", "to look at it later" },
		{ "commit -c 'CMD [\"sh\"]' -m 'before the upgrade' db db:kept", "with another command" },
		{ 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct commit_wish),
	.min_args = 1,
	.most = 2,
	.arg = VALUE_SERVICE,
	.run = commit_run,
};
