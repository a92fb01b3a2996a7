#include "cmd/screen/show_lines.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/quote.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct lines_screen {
	struct sink sink;
	struct show_lines_look look;
	struct arena *arena;
	struct map by_service; /* with look.dir: service → struct show_log of its file */
	int failure;           /* errno of the first write to a file that failed, or 0 */
	bool told;
};

static void lines_fail(struct lines_screen *screen, const char *what, int number)
{
	if (!screen->told)
		error_add(screen->look.errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s", what,
			strerror(number));
	screen->told = true;
}

/* A name of a file that stays in its directory: labels hold what anybody likes. */
static const char *file_name(struct arena *arena, const char *service)
{
	char *name = arena_strdup(arena, service && *service ? service : "_");
	for (char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && !(strchr("._-", *at) && at > name))
			*at = '_';
	return name;
}

/* The service's file, opened with its first line; NULL: it cannot be. */
static struct show_log *file_of(struct lines_screen *screen, const char *service)
{
	const char *key = service ? service : "";
	struct show_log *log = map_get(&screen->by_service, key);
	if (log || screen->failure)
		return log;
	const char *path =
		arena_printf(screen->arena, "%s/%s.log", screen->look.dir, file_name(screen->arena, service));
	FILE *file = fopen(path, "we");
	if (!file) {
		screen->failure = errno;
		lines_fail(screen, path, errno);
		return NULL;
	}
	log = ARENA_NEW(screen->arena, struct show_log);
	*log = (struct show_log){ .out = file,
		.err = file,
		.no_prefix = screen->look.log->no_prefix,
		.failure = &screen->failure,
		.loop = screen->look.log->loop };
	map_init(&log->speakers, screen->arena);
	map_set(&screen->by_service, arena_strdup(screen->arena, key), log);
	return log;
}

/* Appends `{"time":"…","service":"web","container":"web-1"`. */
static void json_begin(struct buf *line, const struct event *event, int64_t unix_ns)
{
	time_t seconds = unix_ns / 1000000000;
	struct tm tm;
	char text[40] = "";
	if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(line, "{\"time\":\"%s.%09lldZ\"", text, (long long)(unix_ns % 1000000000));
	quote_member(line, "service", event->service);
	quote_member(line, "container", event->name);
}

/* A line as an object. No JSON holds a zero byte: it becomes what other bytes that are no text become. */
static void put_json_line(struct show_log *log, const struct event *event, bool stamped)
{
	static const char *const streams[] = { "stdout", "stderr" };
	const char *text = event->text;
	size_t len = event->len;
	int64_t time = stamped ? clock_take(&text, &len) : 0;
	auto_buf struct buf line, plain;
	buf_init(&line, (size_t)16 << 20);
	buf_init(&plain, (size_t)4 << 20);
	json_begin(&line, event, time ? time : event->time);
	quote_member(&line, "stream", streams[event->standard_error]);
	for (const char *end = text + len; text < end; text++) {
		size_t part = strnlen(text, (size_t)(end - text));
		buf_append(&plain, text, part);
		text += part;
		if (text < end)
			buf_putc(&plain, '\xff');
	}
	quote_member(&line, "line", buf_text(&plain));
	show_log_object(log, &line);
}

static void put_json_exit(struct show_log *log, const struct event *event)
{
	auto_buf struct buf line;
	buf_init(&line, 4096);
	json_begin(&line, event, event->time);
	buf_printf(&line, ",\"exitCode\":%lld,\"restarting\":%s", (long long)event->status,
		event->again ? "true" : "false");
	show_log_object(log, &line);
}

/* Other events are not for `logs`. */
static void lines_event(struct sink *sink, const struct event *event)
{
	struct lines_screen *screen = (struct lines_screen *)sink;
	const struct show_lines_look *look = &screen->look;
	if (event->kind != EVENT_LOG && event->kind != EVENT_EXIT)
		return;
	struct show_log *log = look->dir ? file_of(screen, event->service) : look->log;
	if (!log)
		return;
	if (event->kind == EVENT_EXIT) {
		if (look->json)
			put_json_exit(log, event);
		else
			show_log_exit(log, event->name, event->status, event->again);
	} else if (look->json) {
		put_json_line(log, event, look->stamped);
	} else {
		const char *text = event->text;
		size_t len = event->len;
		if (look->stamped && !look->times)
			clock_take(&text, &len);
		show_log_line(log, event->name, event->standard_error, text, len);
	}
	if (screen->failure)
		lines_fail(screen, look->dir, screen->failure);
}

struct sink *show_lines_create(struct arena *arena, const struct show_lines_look *look)
{
	struct lines_screen *screen = ARENA_NEW(arena, struct lines_screen);
	screen->sink = (struct sink){ .on = lines_event };
	screen->look = *look;
	screen->arena = arena;
	map_init(&screen->by_service, arena);
	if (look->dir && mkdir(look->dir, 0777) != 0 && errno != EEXIST) {
		error_add(look->errors, ERROR_SYSTEM, NULL, NULL, "--dir: cannot make %s: %s", look->dir,
			strerror(errno));
		return NULL;
	}
	return &screen->sink;
}

bool show_lines_failed(const struct sink *sink)
{
	return ((const struct lines_screen *)sink)->failure != 0;
}

int show_lines_end(struct sink *sink)
{
	struct lines_screen *screen = (struct lines_screen *)sink;
	const struct map_entry *entry;
	size_t at = 0;
	while ((entry = map_next(&screen->by_service, &at))) {
		struct show_log *log = entry->value;
		show_log_end(log);
		if (fclose(log->out) != 0 && !screen->failure)
			screen->failure = errno;
	}
	show_log_end(screen->look.log);
	if (screen->failure)
		lines_fail(screen, screen->look.dir, screen->failure);
	return screen->failure ? -1 : 0;
}
