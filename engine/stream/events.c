#include "engine/stream/events.h"

#include "base/clock.h"
#include "base/heap.h"
#include "base/text/json.h"
#include "base/trace.h"
#include "base/text/text.h"
#include "engine/loop/backoff.h"
#include "engine/stream/lines.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENT_MOST ((size_t)1 << 20)   /* bytes of one event */
#define SEEN_MOST  256                 /* events remembered, to tell repeated ones */
#define OVERLAP    INT64_C(1000000000) /* ns that a reopened stream begins before the last event */

#define LASTING                                                                                              \
	INT64_C(5000000000) /* ns that a stream lasts, if it is not one that ends at once again and again */

/* To open a lost stream again: within about 6 seconds, if it is not silence that it is lost by. */
static const struct backoff reopening = { .first = 100000000, .factor = 2, .repeats = 6 };

struct seen {
	int64_t time;
	size_t hash;
};

struct events {
	struct engine *engine;
	struct arena *arena; /* the question; and texts of one event, reset after it */
	struct arena_mark mark;
	struct events_query query;
	const char *filters;
	struct request *request;
	struct loop_timer *timer;
	struct lines lines;
	int64_t last;  /* time of the newest event, or of the opening: Unix ns */
	int64_t edge;  /* what is older may be a repetition: `last` when the stream was opened again */
	int64_t floor; /* what is older happened before the first opening; 0: all is wanted */
	struct seen seen[SEEN_MOST];
	size_t nseen;
	unsigned repeats;
	int64_t flows;      /* since when; 0: it does not */
	char why[256];      /* the stream was lost, until it flows again; or what is wrong with it */
	bool opened, quiet; /* quiet: it was only silent for long */
	bool broken;        /* what has come is no event */
	bool busy, dead;
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

/* A kind of event by its word; of those of health *ret_health says which. */
static enum engine_action event_action(const char *word, enum health *ret_health)
{
	static const struct {
		const char *word;
		enum engine_action action;
		enum health health;
	} words[] = {
		{ "create", ENGINE_CREATE, HEALTH_NONE },
		{ "start", ENGINE_START, HEALTH_NONE },
		{ "kill", ENGINE_KILL, HEALTH_NONE },
		{ "die", ENGINE_DIE, HEALTH_NONE },
		{ "stop", ENGINE_STOP, HEALTH_NONE },
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
	return text_among(project, events->query.projects, events->query.nprojects);
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
	if (!events->nseen && !events->edge && !events->query.since)
		events->floor = event->time;
	events->seen[events->nseen++ % SEEN_MOST] = now;
	if (event->time > events->last)
		events->last = event->time;
	return false;
}

/* Engine API: EventMessage. */
static const cJSON *event_check(struct events *events, const cJSON *json, struct errors *strange)
{
	static const struct json_member members[] = { { "", JSON_OBJECT },
		{ "Action", JSON_TEXT | JSON_OPTIONAL }, { "Actor", JSON_OBJECT | JSON_OPTIONAL },
		{ "Actor.ID", JSON_ID | JSON_OPTIONAL },
		{ "Actor.Attributes", JSON_OBJECT | JSON_OPTIONAL } };
	if (json && json_check(json, members, sizeof members / sizeof *members, "an event of the engine",
			    strange) == 0)
		return json;
	events->broken = events->lines.stop = true;
	snprintf(events->why, sizeof events->why, "%s", strange->first->message);
	return NULL;
}

/* One line of the stream. The callback may free `events`: that waits until the stream is out of here. */
static void got_event(void *arg, const char *text, size_t len)
{
	struct events *events = arg;
	struct errors strange;
	events->mark = arena_mark(events->arena);
	errors_init(&strange, events->arena);
	const char *line = arena_strndup(events->arena, text, len);
	cJSON *json = len > 1 ? json_parse(line, len, "an event of the engine", &strange) : NULL;
	if (len > 1 && !event_check(events, json, &strange)) {
		cJSON_Delete(json);
		arena_reset(events->arena, events->mark);
		return;
	}
	const cJSON *attributes = json_at(json, "Actor.Attributes");
	const char *word = json_text(json, "Action", json_text(json, "status", ""));
	const char *oneoff = event_attribute(attributes, "com.docker.compose.oneoff");
	const char *hook = event_attribute(attributes, "com.docker.compose.hook");
	struct engine_event event = {
		.word = word,
		.id = json_text(json, "Actor.ID", json_text(json, "id", "")),
		.name = event_attribute(attributes, "name"),
		.project = event_attribute(attributes, "com.docker.compose.project"),
		.service = event_attribute(attributes, "com.docker.compose.service"),
		.number = number_of(event_attribute(attributes, "com.docker.compose.container-number")),
		.oneoff = text_is(oneoff, "True") || hook,
		.stranger =
			!oneoff && !hook && !event_attribute(attributes, "com.docker.compose.config-hash"),
		.exit_code = number_of(event_attribute(attributes, "exitCode")),
		.time = exact_time(line),
		.attributes = attributes,
	};
	event.action = event_action(word, &event.health);
	bool old = events->edge && event.time < events->floor;
	if (json && *event.id && !old && is_event_wanted(events, event.project) &&
		!is_event_repeated(events, &event)) {
		events->repeats = 0;
		if (trace_level)
			trace_text("event", event.word, event.name);
		events->to.event(events->to.arg, &event);
	}
	cJSON_Delete(json);
	if (!events->dead)
		arena_reset(events->arena, events->mark);
}

/* The stream */

/* Tells that it flows, and whether something may have been missed before. */
static void events_tell_open(struct events *events)
{
	bool first = !events->opened, interrupted = *events->why || events->quiet;
	events->opened = true;
	events->busy = true;
	if (first && events->to.open)
		events->to.open(events->to.arg);
	if (interrupted && !events->dead && events->to.again)
		events->to.again(events->to.arg, events->quiet ? NULL : events->why);
	events->why[0] = '\0';
	events->quiet = false;
	events_leave(events);
}

static void events_on_head(struct request *request)
{
	struct events *events = request->arg;
	struct tm date = { 0 };
	if (request->status != 200)
		return;
	const char *text = http_header(request, "Date");
	events->flows = loop_now();
	if (!events->opened && text && strptime(text, "%a, %d %b %Y %H:%M:%S", &date)) {
		events->last = (int64_t)timegm(&date) * 1000000000;
		events->floor = events->query.since ? 0 : events->last;
	}
	events_tell_open(events);
}

static void events_end(struct events *events, const char *why, bool refused);

static void events_on_data(struct request *request, const char *bytes, size_t len)
{
	struct events *events = request->arg;
	events->busy = true;
	lines_feed(&events->lines, bytes, len, got_event, events);
	events->busy = false;
	if (events->broken && !events->dead) {
		http_cancel(request);
		events_end(events, events->why, false);
	} else {
		events_leave(events);
	}
}

static void events_tell_lost(struct events *events, const char *why)
{
	events->busy = true;
	events->to.lost(events->to.arg, why);
	events_leave(events);
}

static void events_again(void *arg)
{
	struct events *events = arg;
	events->timer = NULL;
	if (events_send(events) < 0)
		events_tell_lost(events, "libcurl refuses the request");
}

/* The stream has ended: it is opened again, after a pause. */
static void events_end(struct events *events, const char *why, bool refused)
{
	bool lasted = events->flows && loop_now() - events->flows > LASTING;
	events->request = NULL;
	events->flows = 0;
	events->broken = events->lines.stop = false;
	buf_reset(&events->lines.part);
	if (lasted)
		events->repeats = 0;
	if (why != events->why && !events->quiet)
		snprintf(events->why, sizeof events->why, "%s", why);
	int64_t pause = events->quiet ? 0 : refused ? -1 : backoff_next(&reopening, &events->repeats);
	if (pause < 0) {
		events_tell_lost(events, events->why);
		return;
	}
	TRACE("events-again", "\"try\":%u", events->repeats);
	events->timer = loop_after(events->engine->loop, pause, events_again, events);
}

/* Whether there is a time at which the stream ends, and it has come. */
static bool is_end_reached(const struct events *events)
{
	const char *until = events->query.until;
	return until && strtod(until, NULL) <= (double)clock_unix() / 1e9;
}

static void events_on_done(struct request *request)
{
	enum { SILENT_HEADS = 3 }; /* repeats that a try counts which nothing came of for long */
	struct events *events = request->arg;
	const char *why = request->fault == HTTP_OK && request->status == 200
				  ? "the engine closed the stream of events"
				  : http_message(http_arena(request), request);
	bool silent = request->fault == HTTP_SILENT;
	bool given_up = request->fault == HTTP_TIMEOUT || request->fault == HTTP_CANCELLED;
	bool refused = request->fault == HTTP_OK && request->status != 200 && !http_transient_look(request);
	bool over = request->fault == HTTP_OK && request->status == 200 && is_end_reached(events);
	if (over) {
		events->request = NULL;
		events_tell_lost(events, NULL);
		return;
	}
	events->quiet = silent && events->flows;
	if (silent && !events->flows)
		events->repeats += SILENT_HEADS - 1;
	events_end(events, why, refused || given_up);
}

/* Nothing has come for a while. Nobody knows whether nothing has happened, or the stream is lost. */
static bool is_stream_doubtful(struct request *request, const struct request *state)
{
	(void)request, (void)state;
	return true;
}

/* Asks for the stream: from now on, or from before the last event when it was lost. */
static int events_send(struct events *events)
{
	struct request *request = events->request = http_request(events->engine->http);
	const char *since = events->query.since;
	char again[CLOCK_STAMP];
	if (events->opened && events->last) {
		events->edge = events->last;
		clock_stamp(again, events->last - OVERLAP);
		since = again;
	}
	request->method = "GET";
	request->path = "/events";
	request->query = http_query(http_arena(request), "since", since, "until", events->query.until,
		"filters", events->filters, NULL);
	request->pauses = HTTP_EVER;
	request->over = is_stream_doubtful;
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
static const char *filters_for(struct arena *arena, const struct events_query *query)
{
	static const char *const words[] = { "create", "start", "die", "stop", "kill", "oom", "restart",
		"pause", "unpause", "rename", "update", "destroy", "health_status" };
	cJSON *json = cJSON_CreateObject();
	cJSON *types = cJSON_AddArrayToObject(json, "type");
	cJSON *labels = cJSON_AddArrayToObject(json, "label");
	cJSON_AddItemToArray(types, cJSON_CreateString("container"));
	cJSON_AddItemToArray(labels,
		cJSON_CreateString(
			query->nprojects == 1
				? arena_printf(arena, "com.docker.compose.project=%s", query->projects[0])
				: "com.docker.compose.project"));
	if (!query->all)
		cJSON_AddItemToObject(
			json, "event", cJSON_CreateStringArray(words, (int)(sizeof words / sizeof *words)));
	return json_print(arena, json);
}

struct events *events_open(struct engine *engine, const struct events_query *query,
	const struct events_listener *listener, struct errors *errors)
{
	struct events *events = HEAP_NEW(struct events);
	*events = (struct events){
		.engine = engine, .arena = arena_create(), .query = *query, .to = *listener, .errors = errors
	};
	const char **copies = ARENA_ARRAY(events->arena, const char *, query->nprojects);
	for (size_t i = 0; i < query->nprojects; i++)
		copies[i] = arena_strdup(events->arena, query->projects[i]);
	events->query.projects = copies;
	events->query.since = arena_strdup(events->arena, query->since);
	events->query.until = arena_strdup(events->arena, query->until);
	events->filters = filters_for(events->arena, query);
	lines_init(&events->lines, EVENT_MOST);
	if (events_send(events) != 0) {
		events_free(events);
		return NULL;
	}
	return events;
}
