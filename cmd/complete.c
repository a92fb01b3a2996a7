#include "cmd/complete_words.h"
#include "cmd/line/commands.h"

static int complete_run(struct ctx *ctx, const void *options)
{
	(void)options;
	complete_words(ctx, ctx->output.stream, ctx->args, ctx->nargs);
	errors_init(&ctx->errors, ctx->arena); /* a broken file offers nothing and is no error here */
	return 0;
}

const struct cmd cmd_complete = {
	.name = "__complete",
	.args = "WORD...",
	.brief = "Print what can follow on a command line",
	.alias = "__completeNoDesc",
	.group = GROUP_OTHER,
	.hidden = true,
	.raw = true,
	.most = -1,
	.run = complete_run,
};
