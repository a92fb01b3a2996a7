#include "cmd/show.h"
#include "cmd/report.h"
#include "engine/loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

const char *show_word(const struct event *event)
{
	const struct op_words *words = event->step ? &op_words[event->step->op] : NULL;
	switch (event->state) {
	case STEP_RUNNING:
		return event->text ? event->text : words ? words->doing : "Running";
	case STEP_DONE:
		return event->text ? event->text : words ? words->done : "Done";
	case STEP_FAILED:
		if (event->step && event->step->may_fail)
			return event->step->op == OP_IMAGE_PULL ? "Not pulled, to be built" : "Refused";
		return "Error";
	case STEP_SKIPPED:
		return "Skipped";
	case STEP_WAITING:
	case STEP_READY:
	case STEP_DROPPED:
		break;
	}
	return NULL;
}

const char *show_elapsed(char *to, size_t room, int64_t ns)
{
	int64_t tenths = (ns < 0 ? 0 : ns) / 100000000, seconds = tenths / 10;
	if (seconds < 60)
		snprintf(to, room, "%lld.%llds", (long long)seconds, (long long)(tenths % 10));
	else
		snprintf(to, room, "%lldm%02llds", (long long)(seconds / 60), (long long)(seconds % 60));
	return to;
}

const char *show_waiting(char *to, size_t room, const struct event *event)
{
	snprintf(to, room, "still waiting for the engine at %s (%lld s)", event->name,
		(long long)(event->elapsed / 1000000000));
	return to;
}

const char *show_waiting_due(char *to, size_t room, const struct event *event, int64_t *told)
{
	const int64_t pause = INT64_C(30000000000);
	bool due = event->elapsed && (!*told || event->elapsed - *told >= pause);
	*told = due ? event->elapsed : event->elapsed ? *told : 0;
	return due ? show_waiting(to, room, event) : NULL;
}

void show_count(struct show_totals *totals, const struct event *event)
{
	if (event->kind != EVENT_STEP)
		return;
	totals->done += event->state == STEP_DONE;
	totals->failed += event->state == STEP_FAILED && !(event->step && event->step->may_fail);
	totals->skipped += event->state == STEP_SKIPPED;
}

void show_notes(struct sink *sink, const struct plan *plan)
{
	for (size_t i = 0; plan && i < plan->nnotes; i++)
		event_send(sink, &(struct event){ .kind = EVENT_NOTE, .text = plan->notes[i] });
}

bool show_is_echo(struct map *fallen, const struct event *event)
{
	if (event->kind != EVENT_STEP || !event->step || event->step->may_fail)
		return false;
	if (event->state != STEP_FAILED && event->state != STEP_SKIPPED)
		return event->step->op == OP_CONTAINER_RENAME;
	const char *key = arena_printf(fallen->arena, "%s %s", event->object, event->name);
	bool known = map_has(fallen, key);
	map_set(fallen, key, fallen);
	return known && event->state == STEP_SKIPPED;
}

void show_sum(FILE *out, const char *title, const struct show_totals *totals, int64_t now)
{
	char elapsed[32];
	if (!totals->failed)
		return;
	fprintf(out, "%s: %zu failed", title, totals->failed);
	if (totals->skipped)
		fprintf(out, ", %zu skipped", totals->skipped);
	if (totals->done)
		fprintf(out, ", %zu done", totals->done);
	fprintf(out, "  %s\n", show_elapsed(elapsed, sizeof elapsed, now - totals->began));
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
