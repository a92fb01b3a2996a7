#include "cmd/screen/show.h"
#include "cmd/screen/show_screen.h"
#include "cmd/line/terminal.h"
#include "engine/loop/loop.h"

#include <string.h>
#include <unistd.h>

/* auto: a terminal that can move its cursor gets the live screen. */
static const char *screen_wanted(const struct ctx *ctx)
{
	const char *kind = ctx->globals.progress;
	if (kind && strcmp(kind, "auto") != 0)
		return kind;
	return terminal_moves(stderr, ctx->globals.ansi, ctx->os_env) ? "tty" : "plain";
}

struct sink *show_create(struct ctx *ctx, const char *title, struct show_log *log, unsigned quiet)
{
	struct show_look look = {
		.title = title,
		.out = stderr,
		.color = terminal_color(stderr, ctx->globals.ansi, ctx->os_env),
		.utf8 = terminal_utf8(ctx->os_env),
		.verbose = ctx->globals.verbose,
		.as_compose = ctx->compose,
		.quiet_pull = quiet & SHOW_QUIET_PULL,
		.quiet_build = quiet & SHOW_QUIET_BUILD,
		.build_out = ctx->compose ? (quiet & SHOW_OUTPUT_TAKEN ? stderr : stdout) : NULL,
		.failure = &ctx->output.failure,
		.log = log,
		.size = terminal_size,
		.now = loop_now,
	};
	const char *kind = screen_wanted(ctx);
	if (strcmp(kind, "tty") == 0) {
		terminal_catch_ends(isatty(STDERR_FILENO));
		ctx->sink = show_tty_create(ctx->arena, &look);
	} else if (strcmp(kind, "json") == 0)
		ctx->sink = show_json_create(ctx->arena, &look);
	else if (strcmp(kind, "quiet") == 0)
		ctx->sink = show_quiet_create(ctx->arena, &look);
	else
		ctx->sink = show_plain_create(ctx->arena, &look);
	return ctx->sink;
}
