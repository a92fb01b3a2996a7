#include "cmd/show.h"
#include "cmd/report.h"
#include "engine/loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void show_notes(struct sink *sink, const struct plan *plan)
{
	for (size_t i = 0; plan && i < plan->nnotes; i++)
		event_send(sink, &(struct event){ .kind = EVENT_NOTE, .text = plan->notes[i] });
}

void show_end(struct sink *sink, bool ok)
{
	if (sink && sink->end)
		sink->end(sink, ok);
}

static void terminal_size(unsigned *ret_rows, unsigned *ret_columns)
{
	struct winsize size;
	bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;
	*ret_rows = known ? size.ws_row : 24;
	*ret_columns = known ? size.ws_col : 80;
}

size_t show_width(const struct ctx *ctx, FILE *out)
{
	struct winsize size;
	const char *columns = map_get(ctx->os_env, "COLUMNS");
	if (!isatty(fileno(out)))
		return 0;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return columns ? strtoul(columns, NULL, 10) : 0;
}

static bool is_utf8(const struct map *env)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = map_get(env, names[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

/* auto: a terminal that can move its cursor gets the live screen. */
static const char *choose(const struct ctx *ctx)
{
	const char *kind = ctx->globals.progress, *ansi = ctx->globals.ansi;
	if (kind && strcmp(kind, "auto") != 0)
		return kind;
	const char *term = map_get(ctx->os_env, "TERM");
	bool moves = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
	return moves && !(ansi && strcmp(ansi, "never") == 0) ? "tty" : "plain";
}

struct sink *show_create(struct ctx *ctx, const char *title, struct show_log *log, bool quiet_pull)
{
	struct show_look look = {
		.title = title,
		.out = stderr,
		.color = report_color(ctx, stderr),
		.utf8 = is_utf8(ctx->os_env),
		.verbose = ctx->globals.verbose || ctx->globals.debug,
		.quiet_pull = quiet_pull,
		.log = log,
		.size = terminal_size,
		.now = loop_now,
	};
	const char *kind = choose(ctx);
	if (strcmp(kind, "tty") == 0)
		ctx->sink = show_tty_create(ctx->arena, &look);
	else if (strcmp(kind, "json") == 0)
		ctx->sink = show_json_create(ctx->arena, &look);
	else if (strcmp(kind, "quiet") == 0)
		ctx->sink = show_quiet_create(ctx->arena, &look);
	else
		ctx->sink = show_plain_create(ctx->arena, &look);
	return ctx->sink;
}
