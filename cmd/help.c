#include "cmd/line/commands.h"
#include "cmd/line/usage.h"

static int help_run(struct ctx *ctx, const void *options)
{
	(void)options;
	size_t words;
	if (ctx->nargs == 0) {
		usage_all(ctx->output.stream, ctx->program, ctx->commands);
		return 0;
	}
	const struct cmd *cmd = cmd_find(ctx->commands, ctx->args, ctx->nargs, &words);
	if (cmd && ctx->nargs > words)
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "help does not take \"%s\" behind %s",
			ctx->args[words], cmd->name);
	if (cmd)
		usage_command(ctx->output.stream, ctx->program, cmd);
	else if (ctx->nargs == 1 && cmd_is_family(ctx->commands, ctx->args[0]))
		usage_family(ctx->output.stream, ctx->program, ctx->commands, ctx->args[0]);
	else
		return cmd_unknown(ctx, ctx->args, ctx->nargs);
	return 0;
}

const struct cmd cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.brief = "Explain a command",
	.examples = (const struct cmd_example[]){ { "help up", "what up does and takes" }, { 0 } },
	.group = GROUP_OTHER,
	.most = 2,
	.arg = VALUE_COMMAND,
	.run = help_run,
};
