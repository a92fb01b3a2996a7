#include "graph/timeline/timeline.h"

#include "base/quote.h"
#include "base/text/json.h"
#include "base/text/svg.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

/* Of a text in a record: the words of an engine may be many. */
enum { TEXT_MOST = 300 };

/* A run has images, containers, and those again that somebody else has changed meanwhile. */
enum { ROUNDS_MOST = 16 };

#define INTERVAL_OF_OURS   INT64_C(1000000000)  /* x-flow.healthcheck without one */
#define INTERVAL_OF_ENGINE INT64_C(30000000000) /* healthcheck without one (Engine API: Health.Interval) */

struct timeline *timeline_create(
	struct arena *arena, const char *project, const char *command, int64_t time, int64_t clock)
{
	struct timeline *timeline = ARENA_NEW(arena, struct timeline);
	timeline->arena = arena;
	timeline->project = arena_strdup(arena, project);
	timeline->command = arena_strdup(arena, command);
	timeline->time = time;
	timeline->clock = clock;
	timeline->service_name = "docker-flow";
	return timeline;
}

static const char *keep_text(const struct timeline *timeline, const char *text)
{
	if (!text)
		return NULL;
	text = arena_strndup(timeline->arena, text, strcspn(text, "\n"));
	return svg_cut(timeline->arena, text, TEXT_MOST);
}

static const char *const check_words[] = { [PROBE_CONTAINER] = "container",
	[PROBE_NONE] = NULL,
#define CHECK_WORD(NAME, name) [PROBE_##NAME] = #name,
	PROBE_KINDS(CHECK_WORD)
#undef CHECK_WORD
};

/* How a gate looks, and how often at the longest. */
static void take_gate(struct timeline_step *to, const struct step *step)
{
	const struct probe *probe = step->gate.probe;
	const struct healthcheck *check = step->service ? step->service->healthcheck : NULL;
	if (!op_traits[step->op].waits || step->gate.condition != CONDITION_HEALTHY || !probe)
		return;
	to->check = check_words[probe->kind];
	if (probe->kind == PROBE_CONTAINER) {
		to->by_engine = probe->early == TRI_NO;
		to->interval = check && check->interval.set && check->interval.value ? check->interval.value
										     : INTERVAL_OF_ENGINE;
	} else {
		to->interval = probe->interval.set ? probe->interval.value : INTERVAL_OF_OURS;
	}
}

static void take_step(struct timeline *timeline, const struct step *step, size_t round)
{
	struct timeline_step *to = ARENA_PUSH(timeline->arena, timeline->steps, timeline->nsteps);
	bool begun = step->began && step->ended;
	*to = (struct timeline_step){
		.op = step->op,
		.round = round,
		.name = keep_text(timeline, step_shown_name(step)),
		.argument = keep_text(timeline, step_argument(step)),
		.service = keep_text(timeline, step->service ? step->service->key : NULL),
		.reason = keep_text(timeline, step->reason),
		.failure = keep_text(timeline, step->state == STEP_DONE ? NULL : step->failure),
		.state = step->state,
		.last = step->last,
		.undo = step->undo,
		.began = begun ? step->began - timeline->clock : -1,
		.ended = begun ? step->ended - timeline->clock : -1,
	};
	take_gate(to, step);
}

/* Whether the step has come to an end that is worth a word. */
static bool is_taken(const struct step *step)
{
	return step->state == STEP_DONE || step->state == STEP_FAILED || step->state == STEP_SKIPPED;
}

void timeline_take(
	struct timeline *timeline, const struct plan *plan, const char *name, int64_t began, int64_t ended)
{
	struct arena *arena = timeline->arena;
	size_t round = timeline->nrounds, at = timeline->nsteps;
	struct arena *scratch = arena_child(arena);
	size_t *index = ARENA_ARRAY(scratch, size_t, plan->count + 1); /* by number; 0: left out */
	*ARENA_PUSH(arena, timeline->rounds, timeline->nrounds) =
		(struct timeline_round){ arena_strdup(arena, name), began - timeline->clock,
			ended - timeline->clock };
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (!is_taken(step))
			continue;
		take_step(timeline, step, round);
		if (step->number <= plan->count)
			index[step->number] = timeline->nsteps;
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (!is_taken(step))
			continue;
		struct timeline_step *to = &timeline->steps[at++];
		for (size_t n = 0; n < step->nneeds; n++) {
			size_t number = step->needs[n].on->number;
			if (number <= plan->count && index[number])
				*ARENA_PUSH(arena, to->needs, to->nneeds) = index[number] - 1;
		}
	}
	arena_destroy(scratch);
}

void timeline_end(struct timeline *timeline, bool ok, int64_t clock)
{
	timeline->ok = ok;
	timeline->took = clock - timeline->clock;
	timeline_measure(timeline);
}

static const char *const state_words[] = {
	[STEP_DONE] = "done", [STEP_FAILED] = "failed", [STEP_SKIPPED] = "skipped"
};

static void put_seconds(struct buf *to, const char *key, int64_t ns)
{
	buf_printf(to, ",\"%s\":%.6f", key, (double)ns / 1e9);
}

/* The members of a step; those of a measured one where `measured`. */
static void put_step(struct buf *to, const struct timeline_step *step)
{
	static const struct op_traits unknown = { "step", "run", "", "", POOL_NONE };
	const struct op_traits *traits = step->op < OP_COUNT ? &op_traits[step->op] : &unknown;
	buf_printf(to, "{\"round\":%zu,\"object\":\"%s\",\"verb\":\"%s\",\"state\":\"%s\"", step->round,
		traits->object, traits->verb, state_words[step->state]);
	quote_member(to, "name", step->name);
	quote_member(to, "argument", step->argument);
	quote_member(to, "service", step->service);
	quote_member(to, "reason", step->reason);
	quote_member(to, "failure", step->failure);
	if (step->began >= 0) {
		put_seconds(to, "ready", step->ready);
		put_seconds(to, "began", step->began);
		put_seconds(to, "ended", step->ended);
	}
	quote_member(to, "check", step->check);
	if (step->interval)
		put_seconds(to, "interval", step->interval);
	if (step->by_engine)
		buf_puts(to, ",\"by_engine\":true");
	if (step->last)
		buf_puts(to, ",\"last\":true");
	if (step->undo)
		buf_puts(to, ",\"undo\":true");
	if (step->critical)
		buf_puts(to, ",\"critical\":true");
	buf_puts(to, ",\"needs\":[");
	for (size_t n = 0; n < step->nneeds; n++)
		buf_printf(to, "%s%zu", n ? "," : "", step->needs[n]);
	buf_puts(to, "]}");
}

void timeline_write(const struct timeline *timeline, struct buf *to)
{
	buf_puts(to, "{\"version\":1");
	quote_member(to, "project", timeline->project);
	quote_member(to, "command", timeline->command);
	buf_printf(to, ",\"time\":%" PRId64 ".%09" PRId64 ",\"ok\":%s", timeline->time / 1000000000,
		timeline->time % 1000000000, timeline->ok ? "true" : "false");
	put_seconds(to, "took", timeline->took);
	if (timeline->watched)
		buf_puts(to, ",\"watched\":true");
	buf_puts(to, ",\"rounds\":[");
	for (size_t i = 0; i < timeline->nrounds; i++) {
		buf_puts(to, i ? ",{\"name\":" : "{\"name\":");
		quote_json(to, timeline->rounds[i].name);
		put_seconds(to, "began", timeline->rounds[i].began);
		put_seconds(to, "ended", timeline->rounds[i].ended);
		buf_putc(to, '}');
	}
	buf_puts(to, "],\"steps\":[\n");
	for (size_t i = 0; i < timeline->nsteps; i++) {
		if (i)
			buf_puts(to, ",\n");
		put_step(to, &timeline->steps[i]);
	}
	buf_puts(to, "]}\n");
}

/* Seconds of a record as ns; `fallback` when they are absent or beyond a year. */
static int64_t read_seconds(const cJSON *json, const char *key, int64_t fallback)
{
	const cJSON *item = json_get(json, key);
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < 4e7))
		return fallback;
	return (int64_t)(item->valuedouble * 1e9 + 0.5);
}

static enum op read_op(const cJSON *json)
{
	const char *object = json_text(json, "object", ""), *verb = json_text(json, "verb", "");
	for (int op = 0; op < OP_COUNT; op++)
		if (strcmp(op_traits[op].object, object) == 0 && strcmp(op_traits[op].verb, verb) == 0)
			return (enum op)op;
	return OP_COUNT;
}

static const char *read_text(struct arena *arena, const cJSON *json, const char *key)
{
	return arena_strdup(arena, json_text(json, key, NULL));
}

/* A step of a record; what it needs comes when all are there. */
static struct timeline_step read_step(struct timeline *timeline, const cJSON *json)
{
	struct arena *arena = timeline->arena;
	const char *state = json_text(json, "state", ""), *name = read_text(arena, json, "name");
	int64_t round = json_int(json, "round", 0);
	struct timeline_step step = {
		.op = read_op(json),
		.round = round > 0 && (size_t)round < timeline->nrounds ? (size_t)round : 0,
		.name = name ? name : "",
		.argument = read_text(arena, json, "argument"),
		.service = read_text(arena, json, "service"),
		.reason = read_text(arena, json, "reason"),
		.failure = read_text(arena, json, "failure"),
		.state = strcmp(state, "failed") == 0    ? STEP_FAILED
			 : strcmp(state, "skipped") == 0 ? STEP_SKIPPED
							 : STEP_DONE,
		.last = json_bool(json, "last"),
		.undo = json_bool(json, "undo"),
		.began = read_seconds(json, "began", -1),
		.ended = read_seconds(json, "ended", -1),
		.check = read_text(arena, json, "check"),
		.interval = read_seconds(json, "interval", 0),
		.by_engine = json_bool(json, "by_engine"),
	};
	if (step.began < 0 || step.ended < step.began)
		step.began = step.ended = -1;
	return step;
}

static void read_needs(struct timeline *timeline, struct timeline_step *step, const cJSON *json)
{
	const cJSON *need;
	cJSON_ArrayForEach(need, json_get(json, "needs"))
	{
		if (!cJSON_IsNumber(need) || !(need->valuedouble >= 0) ||
			!(need->valuedouble < (double)timeline->nsteps))
			continue;
		size_t index = (size_t)need->valuedouble;
		if (timeline->steps[index].round == step->round)
			*ARENA_PUSH(timeline->arena, step->needs, step->nneeds) = index;
	}
}

struct timeline *timeline_read(
	struct arena *arena, const struct cJSON *json, const char *what, struct errors *errors)
{
	static const struct json_member members[] = { { "project", JSON_TEXT }, { "command", JSON_TEXT },
		{ "time", JSON_NUMBER }, { "took", JSON_NUMBER }, { "rounds", JSON_LIST },
		{ "steps", JSON_LIST } };
	if (json_check(json, members, sizeof members / sizeof *members, what, errors) < 0)
		return NULL;
	const cJSON *item, *time = json_get(json, "time");
	double seconds = time->valuedouble > 0 && time->valuedouble < 9e9 ? time->valuedouble : 0;
	struct timeline *timeline = timeline_create(arena, json_text(json, "project", ""),
		json_text(json, "command", ""), (int64_t)(seconds * 1e9), 0);
	timeline->took = read_seconds(json, "took", 0);
	timeline->ok = json_bool(json, "ok");
	timeline->watched = json_bool(json, "watched");
	cJSON_ArrayForEach(item, json_get(json, "rounds"))
	{
		const char *name = read_text(arena, item, "name");
		if (timeline->nrounds == ROUNDS_MOST)
			break;
		*ARENA_PUSH(arena, timeline->rounds, timeline->nrounds) =
			(struct timeline_round){ name ? name : "", read_seconds(item, "began", 0),
				read_seconds(item, "ended", 0) };
	}
	cJSON_ArrayForEach(item, json_get(json, "steps"))
	{
		struct timeline_step step = read_step(timeline, item);
		*ARENA_PUSH(arena, timeline->steps, timeline->nsteps) = step;
	}
	size_t at = 0;
	cJSON_ArrayForEach(item, json_get(json, "steps")) read_needs(timeline, &timeline->steps[at++], item);
	timeline_measure(timeline);
	return timeline;
}
