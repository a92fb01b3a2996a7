#include "cmd/screen/show_log.h"
#include "cmd/screen/show_clean.h"
#include "cmd/line/terminal.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PENDING_MOST ((size_t)64 << 10) /* bytes that are written together */
#define LINE_MOST    ((size_t)16 << 20)
#define PATIENT_MOST ((size_t)8 << 20) /* bytes that are kept for who does not take them now */

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

static void lane_ready(void *arg, short revents);

/* What is not taken at once stays, unless `waits`. */
static void write_lane(struct show_log_lane *lane, bool waits)
{
	const struct show_log *log = lane->log;
	struct buf *pending = &lane->pending;
	struct pollfd room = { .events = POLLOUT };
	size_t written = 0;
	if (!pending->len)
		return;
	room.fd = terminal_descriptor(lane->to);
	while (written < pending->len && (waits || poll(&room, 1, 0) != 0)) {
		size_t left = pending->len - written, piece = waits || left < PIPE_BUF ? left : PIPE_BUF;
		errno = 0;
		bool failed = fwrite(buf_text(pending) + written, 1, piece, lane->to) != piece ||
			      fflush(lane->to) != 0;
		if (failed && lane->to == log->out && !*log->failure)
			*log->failure = errno ? errno : EIO;
		written += piece;
	}
	buf_drop(pending, written);
	if (pending->len && !lane->watch)
		lane->watch = loop_watch(log->loop, room.fd, POLLOUT, lane_ready, lane);
	if (!pending->len && (!log->loop || pending->size > 2 * PENDING_MOST))
		buf_finish(pending);
}

static void lane_ready(void *arg, short revents)
{
	struct show_log_lane *lane = arg;
	(void)revents;
	write_lane(lane, false);
	if (lane->pending.len)
		return;
	loop_unwatch(lane->log->loop, lane->watch);
	lane->watch = NULL;
}

bool show_log_full(const struct show_log *log)
{
	return log->lanes[0].pending.len >= PENDING_MOST || log->lanes[1].pending.len >= PENDING_MOST;
}

void show_log_flush(struct show_log *log)
{
	for (size_t i = 0; i < 2; i++)
		write_lane(&log->lanes[i], true);
}

void show_log_end(struct show_log *log)
{
	log->patient = false;
	show_log_flush(log);
	for (size_t i = 0; i < 2; i++) {
		if (log->lanes[i].watch)
			loop_unwatch(log->loop, log->lanes[i].watch);
		log->lanes[i].watch = NULL;
		buf_finish(&log->lanes[i].pending);
	}
	if (log->loop)
		loop_cancel(log->loop, log->flush);
	log->flush = NULL;
	log->loop = NULL;
}

void show_log_be_patient(struct show_log *log, struct loop *loop)
{
	struct stat out, err;
	if (isatty(STDOUT_FILENO))
		return;
	log->loop = loop;
	log->patient = true;
	bool same = fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
		    out.st_dev == err.st_dev && out.st_ino == err.st_ino;
	if (same) /* in their order */
		show_log_join(log);
}

static void flush_due(void *arg)
{
	struct show_log *log = arg;
	log->flush = NULL;
	show_log_flush(log);
}

/* Where the next line is put together; what is on its way to the other stream is written first. */
static struct show_log_lane *begin_line(struct show_log *log, FILE *out)
{
	struct show_log_lane *lane = &log->lanes[out != log->out], *other = &log->lanes[out == log->out];
	write_lane(other, !log->patient);
	lane->log = log;
	lane->to = out;
	lane->pending.most = PENDING_MOST + LINE_MOST;
	return lane;
}

static void end_line(struct show_log_lane *lane)
{
	struct show_log *log = lane->log;
	if (log->patient && lane->pending.len < PATIENT_MOST)
		write_lane(lane, false);
	else if (!log->loop || lane->pending.len >= PENDING_MOST)
		write_lane(lane, true);
	else if (!log->flush)
		log->flush = loop_after(log->loop, 0, flush_due, log);
}

void show_log_line(struct show_log *log, const char *name, bool standard_error, const char *text, size_t len)
{
	struct show_log_lane *lane = begin_line(log, standard_error ? log->err : log->out);
	struct buf *line = &lane->pending;
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
	end_line(lane);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void show_log_attached(struct show_log *log, const struct texts *names)
{
	if (!names->count)
		return;
	struct show_log_lane *lane = begin_line(log, log->out);
	struct buf *line = &lane->pending;
	const char **sorted = ARENA_ARRAY(log->speakers.arena, const char *, names->count);
	memcpy(sorted, names->items, names->count * sizeof *sorted);
	qsort(sorted, names->count, sizeof *sorted, by_text);
	for (size_t i = 0; i < names->count; i++)
		buf_printf(line, "%s%s", i ? ", " : "Attaching to ", sorted[i]);
	buf_putc(line, '\n');
	end_line(lane);
}

void show_log_object(struct show_log *log, struct buf *object)
{
	struct show_log_lane *lane = begin_line(log, log->out);
	struct buf *line = &lane->pending;
	buf_append(line, buf_text(object), object->len);
	buf_puts(line, "}\n");
	end_line(lane);
}

void show_log_exit(struct show_log *log, const char *name, int64_t status, bool again)
{
	struct show_log_lane *lane = begin_line(log, log->out);
	struct buf *line = &lane->pending;
	bool failed = status != 0 && log->color_out;
	buf_printf(line, "%s%s exited with code %lld%s%s\n", failed ? "\033[31m" : "",
		speaker_of(log, name)->name, (long long)status, again ? " (restarting)" : "",
		failed ? "\033[0m" : "");
	end_line(lane);
}
