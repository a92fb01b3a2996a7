#include "cmd/open/trust.h"
#include "cmd/line/ask.h"
#include "cmd/line/report.h"

#include <unistd.h>

#define HINT "--yes of up, create and run says that it may; `env -u NAME` keeps a value from it"

int trust_values(struct ctx *ctx, const struct project *project, bool yes)
{
	if (yes || !project || !project->ntaken)
		return 0;
	const char *names = texts_join(
		ctx->arena, &(struct texts){ (const char **)project->taken, project->ntaken }, ", ");
	const char *text =
		arena_printf(ctx->arena, "%s uses variables of this machine: %s", project->foreign, names);
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		error_warn(&ctx->errors, NULL, NULL, "%s", text);
		error_hint(&ctx->errors, HINT);
		return 0;
	}
	report_warnings(ctx);
	if (ask_yes(ctx, arena_printf(ctx->arena, "%s. May it have their values?", text)))
		return 0;
	error_add(&ctx->errors, ERROR_SYSTEM, NULL, NULL, "nothing was done: the answer was no");
	return error_hint(&ctx->errors, HINT);
}
