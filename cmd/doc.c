#include "cmd/doc/doc_compose.h"
#include "cmd/doc/doc_manual.h"
#include "cmd/doc/doc_shell.h"
#include "cmd/line/commands.h"

#include <string.h>

static int doc_run(struct ctx *ctx, const void *options)
{
	(void)options;
	static const char *const kinds[] = { "man", "markdown", "compose", "bash", "zsh", "fish" };
	const char *kind = ctx->args[0];
	if (strcmp(kind, "man") == 0)
		doc_man(ctx->output.stream, ctx->commands);
	else if (strcmp(kind, "markdown") == 0)
		doc_markdown(ctx->output.stream, ctx->commands);
	else if (strcmp(kind, "compose") == 0)
		doc_compose(ctx->output.stream);
	else if (strcmp(kind, "bash") == 0 || strcmp(kind, "zsh") == 0 || strcmp(kind, "fish") == 0)
		doc_shell(ctx->output.stream, kind);
	else {
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "unknown kind of document: %s", kind);
		return error_hint_names(&ctx->errors, kind, "kinds", kinds, sizeof kinds / sizeof *kinds);
	}
	return 0;
}

const struct cmd cmd_doc = {
	.name = "__doc",
	.args = "man|markdown|compose|bash|zsh|fish",
	.brief = "Print the manual, the reference or a shell's completion",
	.group = GROUP_OTHER,
	.hidden = true,
	.min_args = 1,
	.most = 1,
	.arg = VALUE_CHOICE,
	.arg_choices = "man|markdown|compose|bash|zsh|fish",
	.run = doc_run,
};
