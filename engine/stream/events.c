#include "engine/stream/events.h"

#include "base/clock.h"
#include "base/heap.h"
#include "base/text/json.h"
#include "base/trace.h"
#include "engine/loop/backoff.h"
#include "engine/stream/lines.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENT_MOST ((size_t)1 << 20)   /* bytes of one event */
#define SEEN_MOST  256                 /* events remembered, to tell repeated ones */
#define OVERLAP    INT64_C(1000000000) /* ns that a reopened stream begins before the last event */

/* To open a lost stream again: within about 6 seconds. */
static const struct backoff reopening = { .first = 100000000, .factor = 2, .repeats = 6 };

struct seen {
	int64_t time;
	size_t hash;
};

struct events {
	struct engine *engine;
	struct arena *arena; /* the question; and texts of one event, reset after it */
	struct arena_mark mark;
	const char *const *projects;
	size_t nprojects;
	const char *filters;
	struct request *request;
	struct loop_timer *timer;
	struct lines lines;
	int64_t last; /* time of the newest event, or of the opening: Unix ns */
	int64_t edge; /* what is older may be a repetition: `last` when the stream was opened again */
	struct seen seen[SEEN_MOST];
	size_t nseen;
	unsigned repeats;
	bool opened, busy, dead;
	struct events_listener to;
	struct errors *errors;
};

static int events_send(struct events *events);

static void events_free(struct events *events)
{
	http_cancel(events->request);
	loop_cancel(events->engine->loop, events->timer);
	lines_finish(&events->lines);
	arena_destroy(events->arena);
	free(events);
}

void events_close(struct events *events)
{
	if (!events)
		return;
	if (events->busy) { /* in one of its callbacks: freed when that has returned */
		events->dead = events->lines.stop = true;
		return;
	}
	events_free(events);
}

static void events_leave(struct events *events)
{
	events->busy = false;
	if (events->dead)
		events_free(events);
}

/* One event */

/* Exact time of the event: as a double it would lose its last digits. The member's name cannot stand
 * elsewhere: inside of a text its quotes would be escaped, and a label's value is a text. */
static int64_t exact_time(const char *text)
{
	int64_t time = 0;
	for (const char *at = text; (at = strstr(at, "\"timeNano\":")); at++)
		if (at[11] >= '0' && at[11] <= '9')
			time = strtoll(at + 11, NULL, 10);
	return time;
}

static enum engine_action event_action(const char *word, enum health *ret_health)
{
	static const struct {
		const char *word;
		enum engine_action action;
		enum health health;
	} words[] = {
		{ "start", ENGINE_START, HEALTH_NONE },
		{ "die", ENGINE_DIE, HEALTH_NONE },
		{ "destroy", ENGINE_DESTROY, HEALTH_NONE },
		{ "health_status: healthy", ENGINE_HEALTH, HEALTH_HEALTHY },
		{ "health_status: unhealthy", ENGINE_HEALTH, HEALTH_UNHEALTHY },
		{ "health_status: starting", ENGINE_HEALTH, HEALTH_STARTING },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i].word, word) == 0) {
			*ret_health = words[i].health;
			return words[i].action;
		}
	}
	return ENGINE_OTHER;
}

static const char *event_attribute(const cJSON *attributes, const char *key)
{
	const cJSON *item = json_get(attributes, key);
	return cJSON_IsString(item) ? item->valuestring : NULL;
}

static int64_t number_of(const char *text)
{
	return text ? strtoll(text, NULL, 10) : 0;
}

static bool is_event_wanted(const struct events *events, const char *project)
{
	for (size_t i = 0; project && i < events->nprojects; i++)
		if (strcmp(events->projects[i], project) == 0)
			return true;
	return false;
}

/* Remembers the event; returns whether it was told before. Events of one instant may come in any order, so
 * only a stream that was opened again can repeat one. */
static bool is_event_repeated(struct events *events, const struct engine_event *event)
{
	struct seen now = { .time = event->time, .hash = 5381 };
	for (const char *at = event->id; *at; at++)
		now.hash = now.hash * 33 + (unsigned char)*at;
	for (const char *at = event->word; *at; at++)
		now.hash = now.hash * 33 + (unsigned char)*at;
	size_t known = events->nseen < SEEN_MOST ? events->nseen : SEEN_MOST;
	for (size_t i = 0; event->time <= events->edge && i < known; i++)
		if (events->seen[i].time == now.time && events->seen[i].hash == now.hash)
			return true;
	events->seen[events->nseen++ % SEEN_MOST] = now;
	if (event->time > events->last)
		events->last = event->time;
	return false;
}

/* One line of the stream. The callback may free `events`: that waits until the stream is out of here. */
static void got_event(void *arg, const char *text, size_t len)
{
	struct events *events = arg;
	struct errors ignored;
	events->mark = arena_mark(events->arena);
	errors_init(&ignored, events->arena);
	const char *line = arena_strndup(events->arena, text, len);
	cJSON *json = len > 1 ? json_parse(line, len, "event", &ignored) : NULL;
	const cJSON *attributes = json_at(json, "Actor.Attributes");
	const char *word = json_text(json, "Action", json_text(json, "status", ""));
	struct engine_event event = {
		.word = word,
		.id = json_text(json, "Actor.ID", json_text(json, "id", "")),
		.name = event_attribute(attributes, "name"),
		.project = event_attribute(attributes, "com.docker.compose.project"),
		.service = event_attribute(attributes, "com.docker.compose.service"),
		.number = number_of(event_attribute(attributes, "com.docker.compose.container-number")),
		.exit_code = number_of(event_attribute(attributes, "exitCode")),
		.time = exact_time(line),
	};
	event.action = event_action(word, &event.health);
	if (json && *event.id && is_event_wanted(events, event.project) &&
		!is_event_repeated(events, &event)) {
		if (trace_level)
			trace_text("event", event.word, event.name);
		events->to.event(events->to.arg, &event);
	}
	cJSON_Delete(json);
	if (!events->dead)
		arena_reset(events->arena, events->mark);
}

/* The stream */

static void events_on_head(struct request *request)
{
	struct events *events = request->arg;
	struct tm date = { 0 };
	if (request->status != 200)
		return;
	const char *text = http_header(request, "Date");
	events->repeats = 0;
	if (events->opened)
		return;
	events->opened = true;
	if (text && strptime(text, "%a, %d %b %Y %H:%M:%S", &date))
		events->last = (int64_t)timegm(&date) * 1000000000;
	events->busy = true;
	if (events->to.open)
		events->to.open(events->to.arg);
	events_leave(events);
}

static void events_on_data(struct request *request, const char *bytes, size_t len)
{
	struct events *events = request->arg;
	events->busy = true;
	lines_feed(&events->lines, bytes, len, got_event, events);
	events_leave(events);
}

static void events_again(void *arg)
{
	struct events *events = arg;
	events->timer = NULL;
	if (events_send(events) == 0)
		return;
	events->busy = true;
	events->to.lost(events->to.arg, "libcurl refuses the request");
	events_leave(events);
}

/* The stream has ended; the engine never ends it by itself. */
static void events_on_done(struct request *request)
{
	struct events *events = request->arg;
	const char *why = request->fault == HTTP_OK && request->status == 200
				  ? "the engine closed the stream of events"
				  : http_message(http_arena(request), request);
	bool refused = request->fault == HTTP_OK && request->status != 200 && !http_transient(request);
	events->request = NULL;
	buf_reset(&events->lines.part);
	int64_t pause = events->opened && !refused ? backoff_next(&reopening, &events->repeats) : -1;
	if (pause < 0) {
		events->busy = true;
		events->to.lost(events->to.arg, why);
		events_leave(events);
		return;
	}
	TRACE("events-again", "\"try\":%u", events->repeats);
	events->timer = loop_after(events->engine->loop, pause, events_again, events);
}

static int events_send(struct events *events)
{
	struct request *request = events->request = http_request(events->engine->http);
	char since[CLOCK_STAMP] = "";
	if (events->opened && events->last) {
		events->edge = events->last;
		clock_stamp(since, events->last - OVERLAP);
	}
	request->method = "GET";
	request->path = "/events";
	request->query = http_query(
		http_arena(request), "since", *since ? since : NULL, "filters", events->filters, NULL);
	request->prompt = true;
	request->head = events_on_head;
	request->data = events_on_data;
	request->done = events_on_done;
	request->arg = events;
	if (http_send(request, events->errors) == 0)
		return 0;
	events->request = NULL;
	return -1;
}

/* The engine joins several labels by "and": with more projects than one, ours are picked here. Health probes
 * tell of three execs each: not asked for. */
static const char *filters_for(struct arena *arena, const char *const *projects, size_t nprojects)
{
	static const char *const words[] = { "create", "start", "die", "stop", "kill", "oom", "restart",
		"pause", "unpause", "rename", "update", "destroy", "health_status" };
	cJSON *json = cJSON_CreateObject();
	cJSON *types = cJSON_AddArrayToObject(json, "type");
	cJSON *labels = cJSON_AddArrayToObject(json, "label");
	cJSON_AddItemToArray(types, cJSON_CreateString("container"));
	cJSON_AddItemToArray(labels,
		cJSON_CreateString(nprojects == 1
					   ? arena_printf(arena, "com.docker.compose.project=%s", projects[0])
					   : "com.docker.compose.project"));
	cJSON_AddItemToObject(
		json, "event", cJSON_CreateStringArray(words, (int)(sizeof words / sizeof *words)));
	return json_print(arena, json);
}

struct events *events_open(struct engine *engine, const char *const *projects, size_t nprojects,
	const struct events_listener *listener, struct errors *errors)
{
	struct events *events = HEAP_NEW(struct events);
	*events = (struct events){ .engine = engine,
		.arena = arena_create(),
		.nprojects = nprojects,
		.to = *listener,
		.errors = errors };
	const char **copies = ARENA_ARRAY(events->arena, const char *, nprojects);
	for (size_t i = 0; i < nprojects; i++)
		copies[i] = arena_strdup(events->arena, projects[i]);
	events->projects = copies;
	events->filters = filters_for(events->arena, copies, nprojects);
	lines_init(&events->lines, EVENT_MOST);
	if (events_send(events) != 0) {
		events_free(events);
		return NULL;
	}
	return events;
}
