#include "engine/stream/logs.h"

#include "base/heap.h"
#include "base/text/json.h"
#include "engine/stream/frames.h"
#include "engine/stream/lines.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MOST      ((size_t)1 << 20)
#define TAIL_MOST      ((size_t)64 << 10)
#define TAIL_LINE_MOST 400
#define TAIL_UNWANTED  400 /* lines that may have to be left out among the last ones */

struct logs {
	struct engine *engine;
	struct request *request;
	struct logs_options options;
	struct frames frames;
	struct lines lines[2]; /* standard output, standard error */
	bool skipping[2];      /* the timestamp that a continued line repeats is being dropped */
	unsigned current;      /* which of them is being fed */
	bool ended, busy, dead;
	struct logs_listener to;
};

static void logs_free(struct logs *logs)
{
	http_cancel(logs->request);
	lines_finish(&logs->lines[0]);
	lines_finish(&logs->lines[1]);
	free(logs);
}

void logs_close(struct logs *logs)
{
	if (!logs)
		return;
	if (!logs->busy) {
		logs_free(logs);
		return;
	}
	logs->dead = true; /* in one of its callbacks: freed when that has returned */
	logs->frames.stop = logs->lines[0].stop = logs->lines[1].stop = true;
}

static void logs_leave(struct logs *logs)
{
	logs->busy = false;
	if (logs->dead)
		logs_free(logs);
}

static void logs_got_line(void *arg, const char *text, size_t len)
{
	struct logs *logs = arg;
	if (logs->frames.raw && len && text[len - 1] == '\r')
		len--;
	logs->to.line(logs->to.arg, logs->current == 1, text, len);
}

/* A line longer than 16 KiB comes in several frames, each of which begins with the timestamp again. */
static void got_payload(void *arg, bool standard_error, const char *bytes, size_t len)
{
	struct logs *logs = arg;
	unsigned which = standard_error ? 1 : 0;
	struct lines *lines = &logs->lines[which];
	if (logs->options.timestamps && logs->frames.first && lines->part.len)
		logs->skipping[which] = true;
	if (logs->skipping[which]) {
		const char *space = memchr(bytes, ' ', len);
		if (!space)
			return;
		logs->skipping[which] = false;
		len -= (size_t)(space + 1 - bytes);
		bytes = space + 1;
	}
	logs->current = which;
	lines_feed(lines, bytes, len, logs_got_line, logs);
}

static void logs_on_head(struct request *request)
{
	struct logs *logs = request->arg;
	if (request->status >= 300)
		return;
	/* 20.10 calls everything raw-stream; since 1.42 the type is right, but for an attach without an
	 * upgrade, which is always called raw. */
	logs->frames.raw = logs->options.tty;
	if (strstr(request->answer_type, "multiplexed-stream"))
		logs->frames.raw = false;
	else if (logs->engine->api >= 42 && !logs->options.attach &&
		 strstr(request->answer_type, "raw-stream"))
		logs->frames.raw = true;
	logs->busy = true;
	if (logs->to.opened)
		logs->to.opened(logs->to.arg);
	logs_leave(logs);
}

static void logs_on_data(struct request *request, const char *bytes, size_t len)
{
	struct logs *logs = request->arg;
	logs->busy = true;
	frames_feed(&logs->frames, bytes, len, got_payload, logs);
	logs_leave(logs);
}

static void logs_on_done(struct request *request)
{
	struct logs *logs = request->arg;
	const char *failure = NULL;
	logs->busy = true;
	if (!frames_end(&logs->frames, got_payload, logs))
		failure = "the connection was lost within the output";
	for (logs->current = 0; logs->current < 2; logs->current++)
		lines_flush(&logs->lines[logs->current], logs_got_line, logs);
	if (request->fault != HTTP_OK || request->status != 200)
		failure = http_message(http_arena(request), request);
	logs->request = NULL;
	if (!logs->dead)
		logs->to.end(logs->to.arg, failure);
	logs_leave(logs);
}

/* The engine says that the container has ended, while its output has not. (Engine API: ContainerInspect) */
static bool is_output_over(struct request *request, const struct request *state)
{
	struct errors unheard;
	errors_init(&unheard, http_arena(request));
	struct cJSON *json = state ? http_json(state, JSON_OBJECT, &unheard) : NULL;
	bool over = cJSON_IsFalse(json_at(json, "State.Running")) && !json_bool(json, "State.Restarting");
	cJSON_Delete(json);
	return over || (state && state->status == 404);
}

/* Fills the request in, as the options say. */
static void logs_ask(struct logs *logs, const char *id)
{
	const struct logs_options *options = &logs->options;
	struct request *request = logs->request;
	request->method = options->attach ? "POST" : "GET";
	request->path = http_path(
		http_arena(request), "containers", id, options->attach ? "attach" : "logs", (char *)NULL);
	if (options->attach)
		request->query = "stream=1&stdout=1&stderr=1";
	else
		request->query = http_query(http_arena(request), "stdout", "1", "stderr", "1", "follow",
			options->follow ? "1" : NULL, "timestamps", options->timestamps ? "1" : NULL, "tail",
			options->tail, "since", options->since, "until", options->until, NULL);
	if (options->attach || options->follow) {
		request->pauses = HTTP_EVER;
		request->over = is_output_over;
		request->state = http_path(http_arena(request), "containers", id, "json", (char *)NULL);
	}
	request->head = logs_on_head;
	request->data = logs_on_data;
	request->done = logs_on_done;
	request->arg = logs;
}

struct logs *logs_open(struct engine *engine, const char *id, const struct logs_options *options,
	const struct logs_listener *listener, struct errors *errors)
{
	struct logs *logs = HEAP_NEW(struct logs);
	*logs = (struct logs){ .engine = engine, .options = *options, .to = *listener };
	lines_init(&logs->lines[0], LINE_MOST);
	lines_init(&logs->lines[1], LINE_MOST);
	logs->request = http_request(engine->http);
	logs_ask(logs, id);
	if (http_send(logs->request, errors) != 0) {
		logs->request = NULL;
		logs_free(logs);
		return NULL;
	}
	return logs;
}

void logs_hold(struct logs *logs, bool held)
{
	if (logs->request)
		http_hold(logs->request, held);
}

/* The last lines of a container */

/* Lives and ends with its request. */
struct tail {
	struct frames frames;
	struct buf text;
	char memory[TAIL_MOST + 1];
	struct logs_tail wanted;
};

static void tail_payload(void *arg, bool standard_error, const char *bytes, size_t len)
{
	struct tail *tail = arg;
	(void)standard_error;
	buf_keep_last(&tail->text, bytes, len);
}

static void tail_data(struct request *request, const char *bytes, size_t len)
{
	struct tail *tail = request->arg;
	frames_feed(&tail->frames, bytes, len, tail_payload, tail);
}

/* Whether the line is one of those that are left out. */
static bool is_unwanted(const struct tail *tail, const char *line, size_t len)
{
	const char *without = tail->wanted.without;
	return without && memmem(line, len, without, strlen(without));
}

/* Begin of the last lines that are wanted, so many as were asked for. */
static const char *first_wanted(const struct tail *tail)
{
	const char *begin = buf_text(&tail->text), *at = begin + tail->text.len;
	unsigned count = 0;
	while (at > begin && count < tail->wanted.count) {
		const char *newline = memrchr(begin, '\n', (size_t)(at - 1 - begin));
		const char *line = newline ? newline + 1 : begin;
		count += !is_unwanted(tail, line, (size_t)(at - line));
		at = line;
	}
	return at;
}

/* Cuts what is too long for a message, line by line. */
static const char *tail_shorten(struct arena *arena, const struct tail *tail)
{
	auto_buf struct buf text;
	buf_init(&text, 2 * TAIL_MOST);
	const char *end = buf_text(&tail->text) + tail->text.len;
	for (const char *line = first_wanted(tail), *next; line < end; line = next) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((newline ? newline : end) - line);
		next = line + len + 1;
		if (is_unwanted(tail, line, len))
			continue;
		if (len && line[len - 1] == '\r')
			len--;
		buf_append(&text, line, len < TAIL_LINE_MOST ? len : TAIL_LINE_MOST);
		buf_puts(&text, len > TAIL_LINE_MOST ? " …\n" : "\n");
	}
	return arena_strndup(arena, buf_text(&text), text.len ? text.len - 1 : 0);
}

static void tail_done(struct request *request)
{
	struct tail *tail = request->arg;
	bool gone = request->fault == HTTP_OK && request->status == 404;
	tail->wanted.got(tail->wanted.arg, gone ? NULL : tail_shorten(http_arena(request), tail));
}

struct request *logs_tail(struct engine *engine, const char *id, const struct logs_tail *wanted)
{
	struct request *request = http_request(engine->http);
	struct arena *arena = http_arena(request);
	struct tail *tail = ARENA_NEW(arena, struct tail);
	struct errors ignored;
	errors_init(&ignored, engine->arena);
	*tail = (struct tail){ .wanted = *wanted, .frames.raw = wanted->tty };
	buf_init_within(&tail->text, tail->memory, sizeof tail->memory);
	request->method = "GET";
	request->path = http_path(arena, "containers", id, "logs", (char *)NULL);
	request->query = arena_printf(arena, "stdout=1&stderr=1&tail=%u%s%s",
		wanted->without ? wanted->count + TAIL_UNWANTED : wanted->count,
		wanted->since && *wanted->since ? "&since=" : "", wanted->since ? wanted->since : "");
	request->timeout = 10000000000;
	request->data = tail_data;
	request->done = tail_done;
	request->arg = tail;
	if (http_send(request, &ignored) == 0)
		return request;
	wanted->got(wanted->arg, "");
	return NULL;
}
