/* The JSON screen: one object a line, for programs. Container lines stay what they are, on stdout and stderr.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/quote.h"
#include "cmd/screen/show_screen.h"
#include "cmd/screen/show_words.h"

#include <string.h>
#include <time.h>

struct json {
	struct sink sink;
	struct show_look look;
	struct show_totals totals;
	int64_t waited; /* as the last EVENT_WAITING told */
};

static const char *const kinds[] = {
	[EVENT_STEP] = "step",
	[EVENT_PROGRESS] = "progress",
	[EVENT_OUTPUT] = "output",
	[EVENT_PROBE] = "probe",
	[EVENT_RETRY] = "retry",
	[EVENT_NOTE] = "note",
	[EVENT_LOG] = "log",
	[EVENT_WAITING] = "waiting",
	[EVENT_EXIT] = "exit",
};

static const char *const states[] = {
	[STEP_WAITING] = "waiting",
	[STEP_READY] = "ready",
	[STEP_RUNNING] = "running",
	[STEP_DONE] = "done",
	[STEP_FAILED] = "failed",
	[STEP_SKIPPED] = "skipped",
	[STEP_DROPPED] = "dropped",
};

/* `unix_ns` 0: now. */
static void show_json_head(struct buf *line, const char *kind, int64_t unix_ns)
{
	if (!unix_ns)
		unix_ns = clock_unix();
	time_t seconds = unix_ns / 1000000000;
	struct tm tm;
	char text[40] = "";
	if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(line, "{\"time\":\"%s.%03lldZ\",\"kind\":\"%s\"", text,
		(long long)(unix_ns / 1000000 % 1000), kind);
}

static void put_step(struct buf *line, const struct event *event)
{
	buf_printf(line, ",\"step\":%zu", event->step->number);
	if (event->kind != EVENT_STEP)
		return;
	buf_printf(line, ",\"state\":\"%s\",\"elapsed\":%.3f", states[event->state],
		(double)event->elapsed / 1e9);
	quote_member(line, "verb", op_traits[event->step->op].verb);
	quote_member(line, "argument", step_argument(event->step));
	quote_member(line, "text", show_word(event));
	if (event->state == STEP_FAILED || event->state == STEP_SKIPPED)
		quote_member(line, "error", event->step->failure);
}

/* One line for each event; members that it does not have are left out. A step in a state without a word is
 * not told, and the screen of logs gets what containers print. */
static void show_json_event(struct sink *sink, const struct event *event)
{
	struct json *json = (struct json *)sink;
	show_count(&json->totals, event, json->look.now());
	if (event->kind == EVENT_LOG && json->look.log)
		show_log_line(json->look.log, event->name, event->standard_error, event->text, event->len);
	if ((event->kind == EVENT_PROGRESS && json->look.quiet_pull) ||
		(event->kind == EVENT_OUTPUT && json->look.quiet_build))
		return;
	if (event->kind == EVENT_LOG || (event->kind == EVENT_STEP && !show_word(event)))
		return;
	char waiting[512];
	if (event->kind == EVENT_WAITING && !show_waiting_due(waiting, sizeof waiting, event, &json->waited))
		return;
	auto_buf struct buf line;
	buf_init(&line, 4 << 20);
	show_json_head(&line, kinds[event->kind], event->time);
	quote_member(&line, "object", event->object);
	quote_member(&line, "name", event->name);
	quote_member(&line, "service", event->service);
	if (event->step)
		put_step(&line, event);
	quote_member(&line, "reason", event->reason);
	if (event->kind != EVENT_STEP)
		quote_member(&line, "text", event->text);
	if (event->kind == EVENT_PROGRESS) {
		quote_member(&line, "part", event->part);
		buf_printf(&line, ",\"current\":%lld,\"total\":%lld", (long long)event->current,
			(long long)event->total);
	}
	if (event->kind == EVENT_WAITING) {
		quote_member(&line, "text", waiting);
		buf_printf(&line, ",\"elapsed\":%.3f", (double)event->elapsed / 1e9);
	}
	if (event->kind == EVENT_EXIT)
		buf_printf(&line, ",\"status\":%lld,\"restarting\":%s", (long long)event->status,
			event->again ? "true" : "false");
	buf_puts(&line, "}\n");
	fwrite(buf_text(&line), 1, line.len, json->look.out);
	fflush(json->look.out);
}

static void show_json_end(struct sink *sink, bool ok)
{
	struct json *json = (struct json *)sink;
	auto_buf struct buf line;
	int64_t took = json->totals.began ? json->look.now() - json->totals.began : 0;
	buf_init(&line, 4096);
	show_json_head(&line, "end", 0);
	quote_member(&line, "name", json->sink.title);
	buf_printf(&line, ",\"ok\":%s,\"done\":%zu,\"failed\":%zu,\"skipped\":%zu,\"elapsed\":%.3f}\n",
		ok && !sink->interrupted ? "true" : "false", json->totals.done, json->totals.failed,
		json->totals.skipped, (double)took / 1e9);
	fwrite(buf_text(&line), 1, line.len, json->look.out);
	fflush(json->look.out);
	json->totals = (struct show_totals){ .began = 0 };
}

struct sink *show_json_create(struct arena *arena, const struct show_look *look)
{
	struct json *json = ARENA_NEW(arena, struct json);
	json->sink = (struct sink){ .on = show_json_event, .end = show_json_end, .title = look->title };
	json->look = *look;
	json->totals.began = look->now();
	return &json->sink;
}
