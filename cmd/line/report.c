#include "cmd/line/report.h"
#include "cmd/line/terminal.h"
#include "engine/loop/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
	report_print(ctx);
	errors_shown(&ctx->errors);
}

/* docker compose has one status for what we tell apart. */
static int as_compose(const struct ctx *ctx, int status)
{
	return ctx->compose && (status == 2 || status == 3 || status == 125) ? 1 : status;
}

/* Whether writing failed since nobody reads any more (`docker flow config | head`): nothing to complain
 * about. */
static bool reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };
	return ferror(stdout) && poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

int report_end(struct ctx *ctx, int result)
{
	int flushed = fflush(stdout);
	if (reader_is_gone())
		return 128 + SIGPIPE;
	if (flushed != 0 && result == 0)
		result = error_add(&ctx->errors, ERROR_SYSTEM, NULL, NULL, "cannot write the output: %s",
			strerror(errno));
	const struct error *last = ctx->errors.last;
	if (last && last->code == ERROR_INTERRUPTED && ctx->loop)
		ctx->interrupted = loop_last_signal(ctx->loop);
	report_print(ctx);
	fflush(stderr);
	if (ctx->interrupted)
		return 128 + ctx->interrupted;
	if (ctx->task_status)
		return ctx->status;
	int status = result == 0 ? ctx->status : error_status(&ctx->errors);
	return as_compose(ctx, result < 0 && status == 0 ? 1 : status);
}
