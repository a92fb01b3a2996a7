#include "cmd/line/commands.h"
#include "cmd/line/usage.h"

static int help_run(struct ctx *ctx, const void *options)
{
	(void)options;
	size_t words;
	if (ctx->nargs == 0) {
		usage_all(stdout, ctx->program, ctx->commands);
		return 0;
	}
	const struct cmd *cmd = cmd_find(ctx->commands, ctx->args, ctx->nargs, &words);
	if (cmd)
		usage_command(stdout, ctx->program, cmd);
	else if (ctx->nargs == 1 && cmd_is_family(ctx->commands, ctx->args[0]))
		usage_family(stdout, ctx->program, ctx->commands, ctx->args[0]);
	else
		return cmd_unknown(ctx, ctx->args, ctx->nargs);
	return 0;
}

const struct cmd cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.brief = "Explain a command",
	.group = GROUP_OTHER,
	.most = 2,
	.arg = VALUE_COMMAND,
	.run = help_run,
};
