#include "cmd/screen/show.h"
#include "cmd/screen/show_screen.h"
#include "cmd/line/terminal.h"
#include "base/text/text.h"
#include "engine/loop/loop.h"

#include <string.h>
#include <unistd.h>

/* Where progress goes. docker compose 2.40 reads the variable of its process alone, as Go's ParseBool does
 * (pkg/compose/compose.go). */
static FILE *progress_stream(const struct ctx *ctx)
{
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE", "True" };
	const char *wish = map_get(ctx->os_env, "COMPOSE_STATUS_STDOUT");
	return wish && TEXT_AMONG(wish, yes) ? stdout : stderr;
}

/* auto: a terminal that can move its cursor gets the live screen. */
static const char *screen_wanted(const struct ctx *ctx, FILE *out)
{
	const char *kind = ctx->globals.progress;
	if (kind && strcmp(kind, "auto") != 0)
		return kind;
	return terminal_moves(out, ctx->globals.ansi, ctx->os_env) ? "tty" : "plain";
}

struct sink *show_create(struct ctx *ctx, const char *title, struct show_log *log, unsigned quiet)
{
	FILE *out = progress_stream(ctx);
	bool taken = quiet & SHOW_OUTPUT_TAKEN;
	struct show_look look = {
		.title = title,
		.out = out,
		.color = terminal_color(out, ctx->globals.ansi, ctx->os_env),
		.utf8 = terminal_utf8(ctx->os_env),
		.verbose = ctx->globals.verbose,
		.as_compose = ctx->compose,
		.quiet_pull = quiet & SHOW_QUIET_PULL,
		.quiet_build = quiet & SHOW_QUIET_BUILD,
		.build_out = ctx->compose ? (taken ? out : stdout) : NULL,
		.failure = &ctx->output.failure,
		.log = log,
		.size = terminal_size,
		.now = loop_now,
	};
	const char *kind = screen_wanted(ctx, out);
	if (strcmp(kind, "tty") == 0) {
		terminal_catch_ends(out);
		ctx->sink = show_tty_create(ctx->arena, &look);
	} else if (strcmp(kind, "json") == 0)
		ctx->sink = show_json_create(ctx->arena, &look);
	else if (strcmp(kind, "quiet") == 0)
		ctx->sink = show_quiet_create(ctx->arena, &look);
	else
		ctx->sink = show_plain_create(ctx->arena, &look);
	return ctx->sink;
}
