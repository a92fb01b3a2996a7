#include "cmd/screen/show_log.h"
#include "cmd/screen/show_clean.h"
#include "cmd/line/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PENDING_MOST ((size_t)64 << 10) /* bytes that are written together */
#define LINE_MOST    ((size_t)16 << 20)

/* Colours that can be read on dark and light backgrounds; no red, that is for failures. */
static const unsigned char hues[] = { 36, 33, 32, 35, 34, 96, 93, 92, 95, 94 };

struct show_log *show_log_create(struct ctx *ctx, bool no_prefix, bool no_color)
{
	struct show_log *log = ARENA_NEW(ctx->arena, struct show_log);
	*log = (struct show_log){
		.out = stdout, .err = stderr, .no_prefix = no_prefix, .failure = &ctx->output.failure
	};
	log->clean_out = isatty(STDOUT_FILENO);
	log->clean_err = isatty(STDERR_FILENO);
	log->color_out = !no_color && terminal_color(stdout, ctx->globals.ansi, ctx->os_env);
	log->color_err = !no_color && terminal_color(stderr, ctx->globals.ansi, ctx->os_env);
	log->utf8 = terminal_utf8(ctx->os_env);
	map_init(&log->speakers, ctx->arena);
	return log;
}

void show_log_join(struct show_log *log)
{
	log->err = log->out;
	log->clean_err = log->clean_out;
	log->color_err = log->color_out;
}

/* A container, or "CONTAINER ->" for its hooks, as it stands in front of lines. */
struct speaker {
	const char *name; /* cleaned: engines say what they like */
	size_t columns;
	unsigned char hue;
};

static const struct speaker *speaker_of(struct show_log *log, const char *name)
{
	struct speaker *speaker = map_get(&log->speakers, name);
	if (speaker)
		return speaker;
	auto_buf struct buf clean;
	buf_init(&clean, 4096);
	show_clean(&clean, name, strlen(name));
	speaker = ARENA_NEW(log->speakers.arena, struct speaker);
	speaker->name = arena_strdup(log->speakers.arena, buf_text(&clean));
	speaker->columns = show_columns(speaker->name);
	const char *mark = strstr(name, " ->");
	speaker->hue =
		mark ? speaker_of(log, arena_strndup(log->speakers.arena, name, (size_t)(mark - name)))->hue
		     : hues[log->speakers.count % sizeof hues];
	map_set(&log->speakers, arena_strdup(log->speakers.arena, name), speaker);
	return speaker;
}

void show_log_expect(struct show_log *log, const char *name)
{
	size_t columns = speaker_of(log, name)->columns;
	if (columns > log->width)
		log->width = columns;
}

/* Beside the names of containers, with docker compose's sign. */
static void put_own_prefix(const struct show_log *log, struct buf *line, bool color)
{
	buf_printf(line, "%*s%s%s%s ", (int)log->width + 2, "", color ? "\033[32m" : "",
		log->utf8 ? "\u29bf" : "*", color ? "\033[0m" : "");
}

static void put_prefix(struct show_log *log, struct buf *line, const char *name, bool color)
{
	const struct speaker *speaker = speaker_of(log, name);
	show_log_expect(log, name);
	if (color)
		buf_printf(line, "\033[%um", speaker->hue);
	buf_puts(line, speaker->name);
	for (size_t column = speaker->columns; column < log->width; column++)
		buf_putc(line, ' ');
	buf_puts(line, "  | ");
	if (color)
		buf_puts(line, "\033[0m");
}

void show_log_flush(struct show_log *log)
{
	FILE *out = log->pending_to;
	struct buf *pending = &log->pending;
	errno = 0;
	if (pending->len &&
		(fwrite(buf_text(pending), 1, pending->len, out) != pending->len || fflush(out) != 0) &&
		out == log->out && !*log->failure)
		*log->failure = errno ? errno : EIO;
	if (log->loop && pending->size <= 2 * PENDING_MOST)
		buf_reset(pending);
	else
		buf_finish(pending);
}

void show_log_end(struct show_log *log)
{
	show_log_flush(log);
	if (log->loop)
		loop_cancel(log->loop, log->flush);
	log->flush = NULL;
	log->loop = NULL;
	buf_finish(&log->pending);
}

static void flush_due(void *arg)
{
	struct show_log *log = arg;
	log->flush = NULL;
	show_log_flush(log);
}

/* Where the next line is put together; what is on its way to the other stream is written first. */
static struct buf *begin_line(struct show_log *log, FILE *out)
{
	if (log->pending_to != out)
		show_log_flush(log);
	log->pending_to = out;
	log->pending.most = PENDING_MOST + LINE_MOST;
	return &log->pending;
}

static void end_line(struct show_log *log)
{
	if (!log->loop || log->pending.len >= PENDING_MOST)
		show_log_flush(log);
	else if (!log->flush)
		log->flush = loop_after(log->loop, 0, flush_due, log);
}

void show_log_line(struct show_log *log, const char *name, bool standard_error, const char *text, size_t len)
{
	struct buf *line = begin_line(log, standard_error ? log->err : log->out);
	bool color = standard_error ? log->color_err : log->color_out;
	if (!log->no_prefix && name)
		put_prefix(log, line, name, color);
	else if (!log->no_prefix)
		put_own_prefix(log, line, color);
	if (standard_error ? log->clean_err : log->clean_out)
		show_clean_line(line, text, len, color);
	else
		buf_append(line, text, len);
	buf_putc(line, '\n');
	end_line(log);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void show_log_attached(struct show_log *log, const struct texts *names)
{
	if (!names->count)
		return;
	struct buf *line = begin_line(log, log->out);
	const char **sorted = ARENA_ARRAY(log->speakers.arena, const char *, names->count);
	memcpy(sorted, names->items, names->count * sizeof *sorted);
	qsort(sorted, names->count, sizeof *sorted, by_text);
	for (size_t i = 0; i < names->count; i++)
		buf_printf(line, "%s%s", i ? ", " : "Attaching to ", sorted[i]);
	buf_putc(line, '\n');
	end_line(log);
}

void show_log_object(struct show_log *log, struct buf *object)
{
	struct buf *line = begin_line(log, log->out);
	buf_append(line, buf_text(object), object->len);
	buf_puts(line, "}\n");
	end_line(log);
}

void show_log_exit(struct show_log *log, const char *name, int64_t status, bool again)
{
	struct buf *line = begin_line(log, log->out);
	bool failed = status != 0 && log->color_out;
	buf_printf(line, "%s%s exited with code %lld%s%s\n", failed ? "\033[31m" : "",
		speaker_of(log, name)->name, (long long)status, again ? " (restarting)" : "",
		failed ? "\033[0m" : "");
	end_line(log);
}
