#include "cmd/line/report.h"
#include "cmd/line/terminal.h"
#include "engine/connect/engine.h"
#include "engine/loop/loop.h"
#include "graph/plan/event.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static bool wants_warnings(const struct ctx *ctx)
{
	const char *level = ctx->globals.log_level;
	return !level || (strcmp(level, "error") != 0 && strcmp(level, "fatal") != 0);
}

static void drop_warnings(struct errors *errors)
{
	struct error **link = &errors->first;
	errors->last = NULL;
	while (*link) {
		if ((*link)->warning) {
			*link = (*link)->next;
			continue;
		}
		errors->last = *link;
		link = &(*link)->next;
	}
	errors->warnings = 0;
}

static void report_print(struct ctx *ctx)
{
	const char *progress = ctx->globals.progress;
	bool lines = progress && strcmp(progress, "json") == 0;
	struct error_style style = {
		.color = terminal_color(stderr, ctx->globals.ansi, ctx->os_env),
		.json = ctx->json_errors || lines,
		.lines = lines, /* as the events of that screen are */
		.line = sources_line,
		.arg = &ctx->sources,
	};
	if (!wants_warnings(ctx))
		drop_warnings(&ctx->errors);
	if (ctx->errors.first)
		errors_print(stderr, &ctx->errors, &style);
}

void report_warnings(struct ctx *ctx)
{
	if (ctx->errors.count)
		return;
	if (ctx->errors.first)
		event_yield(ctx->sink);
	report_print(ctx);
	errors_shown(&ctx->errors);
}

/* 2 promises that nothing was changed: what turns out to be invalid when something was is a failed command.
 */
static int as_promised(const struct ctx *ctx, int status)
{
	return status == 2 && ctx->engine && http_changed(ctx->engine->http) ? 1 : status;
}

/* docker compose has one status for what we tell apart. */
static int as_compose(const struct ctx *ctx, int status)
{
	return ctx->compose && (status == 2 || status == 3 || status == 125) ? 1 : status;
}

int report_end(struct ctx *ctx, int result)
{
	int failure = output_close(&ctx->output);
	if (failure ==
		EPIPE) /* nobody reads any more (`docker flow config | head`): nothing to complain about */
		return 128 + SIGPIPE;
	if (failure && result == 0)
		result = error_add(&ctx->errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s",
			ctx->output.file ? ctx->output.file : "the output", strerror(failure));
	const struct error *last = ctx->errors.last;
	if (last && last->code == ERROR_INTERRUPTED && ctx->loop)
		ctx->interrupted = loop_last_signal(ctx->loop);
	report_print(ctx);
	fflush(stderr);
	if (ctx->interrupted)
		return 128 + ctx->interrupted;
	if (ctx->task_status && (ctx->status || !failure))
		return ctx->status;
	int status = result == 0 ? ctx->status : as_promised(ctx, error_status(&ctx->errors));
	return as_compose(ctx, result < 0 && status == 0 ? 1 : status);
}
