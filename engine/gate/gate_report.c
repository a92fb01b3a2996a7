/* What a gate says: notes on the way, and the finding when it failed. */
#include "base/clock.h"
#include "engine/gate/gate_inside.h"
#include "engine/probe/probe_http.h"
#include "engine/stream/last_words.h"
#include "engine/stream/logs.h"
#include "graph/plan/taken_back.h"

#include <string.h>

struct report {
	struct watch *watch;
	void (*told)(struct watch *watch);
};

const char *gate_name(const struct watch *watch)
{
	const char *replica = watch->gate->job.step->gate.replica;
	if (replica)
		return replica;
	return watch->looked ? watch->look.name : arena_strndup(watch->gate->arena, watch->id, 12);
}

static void gate_say(struct watch *watch, enum event_kind kind, const char *text)
{
	const struct gate *gate = watch->gate;
	struct event event = {
		.kind = kind,
		.time = clock_unix(),
		.step = kind == EVENT_RETRY ? gate->job.step : NULL,
		.object = "container",
		.name = gate_name(watch),
		.service = watch->service->key,
		.text = text,
	};
	event_send(gate->job.sink, &event);
}

void gate_note_way(struct watch *watch)
{
	struct engine *engine = watch->gate->job.engine;
	const struct prober *by = watch->try.by;
	const char *place = by->lasting ? "in its output" : "in the container";
	if (by->ported)
		place = arena_printf(watch->arena, "by %s", route_words(watch->arena, &watch->route));
	if (engine->verbose)
		gate_say(watch, EVENT_NOTE,
			arena_printf(watch->arena, "probe %s %s", watch->try.kind->name, place));
}

void gate_note_restart(struct watch *watch)
{
	gate_say(watch, EVENT_RETRY,
		arena_printf(watch->arena, "exited (%lld), the engine restarts it",
			(long long)watch->look.exit_code));
}

/* The last line of the text that holds anything; *ret_len is its length. */
static const char *last_line(const char *text, size_t *ret_len)
{
	size_t end = strlen(text);
	while (end && strchr(" \t\r\n", text[end - 1]))
		end--;
	const char *before = end ? memrchr(text, '\n', end) : NULL;
	const char *line = before ? before + 1 : text;
	*ret_len = (size_t)(text + end - line);
	return line;
}

void gate_tell_answer(struct watch *watch, bool theirs)
{
	const struct gate *gate = watch->gate;
	const struct look *look = &watch->look;
	const struct probe_try *try = &watch->try;
	bool ready = !theirs && try->ready, several = gate->count > 1;
	char code[32], answer[GATE_ANSWER_MOST];
	if (ready && !several) /* the row says so itself */
		return;
	snprintf(code, sizeof code, "exit code %lld", (long long)look->health_code);
	size_t len;
	const char *line = last_line(theirs ? look->health_output : buf_text(&try->output), &len);
	snprintf(answer, sizeof answer, "%s%s%s%s%.*s", several ? gate_name(watch) : "", several ? ": " : "",
		ready    ? "ready"
		: theirs ? code
			 : try->why,
		len && !ready ? ": " : "", ready ? 0 : (int)len, line);
	if (strcmp(answer, watch->answer) == 0)
		return;
	memcpy(watch->answer, answer, sizeof answer);
	struct event event = event_of_step(EVENT_PROBE, gate->job.step, loop_now());
	event.text = answer;
	event_send(gate->job.sink, &event);
}

/* The last words of whatever probed, as a paragraph. */
static void put_probe(struct buf *to, const struct watch *watch)
{
	const struct look *look = &watch->look;
	const char *output = buf_text(&watch->try.output);
	bool tries = look->state == CONTAINER_RUNNING && look->health == HEALTH_STARTING && look->health_code;
	bool theirs = !*output && (look->health == HEALTH_UNHEALTHY || tries);
	if (watch->try.why && !watch->try.ready && watch->try.by->ported)
		buf_printf(to, "last probe (%s by %s): %s\n", watch->try.kind->name,
			route_words(watch->arena, &watch->route), watch->try.why);
	else if (watch->try.why && !watch->try.ready)
		buf_printf(to, "last probe: %s\n", watch->try.why);
	else if (theirs && look->probed)
		buf_printf(to, "last probe: exit code %lld\n", (long long)look->health_code);
	if (theirs)
		output = look->health_output;
	size_t len = strlen(output);
	while (len && (output[len - 1] == '\n' || output[len - 1] == '\r'))
		len--;
	if (len)
		buf_printf(to, "its output: %.*s\n", (int)len, output);
}

/* What can be done about it. */
static const char *finding_hint(const struct watch *watch, enum taken_back taken, const char *lines)
{
	const struct step *step = watch->gate->job.step;
	struct arena *arena = watch->gate->arena;
	if (watch->hint)
		return watch->hint;
	if (taken != TAKEN_NOT)
		return last_words_gone_hint(arena, watch->service->key);
	if (step->gate.lasting && step->last && step->gate.otherwise)
		return "--rollback=false leaves what is new in its place";
	if (watch->removed)
		return "somebody else removed it: run the command again";
	if (step->gate.hook)
		return arena_printf(arena,
			"container %s stays until the next up or down: `docker logs %s` shows all of its output",
			watch->look.name, watch->look.name);
	return watch->looked ? last_words_hint(arena, &watch->look, watch->service->key, lines) : NULL;
}

/* Why the gate failed, who waited, and what becomes of the container. */
static const char *finding_message(const struct watch *watch, enum taken_back taken)
{
	const struct step_gate *gate = &watch->gate->job.step->gate;
	const char *words = gate->otherwise ? gate->otherwise : taken_back_words(taken);
	/* Without a dependent it is `--wait` that waits. */
	bool dependency = gate->condition != CONDITION_COMPLETED && gate->edge && strstr(gate->edge, " -> ");
	return arena_printf(watch->gate->arena, "%s%s%s%s%s%s",
		dependency ? "dependency failed to start: " : "", watch->why, gate->edge ? ": " : "",
		gate->edge ? gate->edge : "",
		!words       ? ""
		: gate->edge ? "; "
			     : ": ",
		words ? words : "");
}

/* The finding of a failed gate: who waited, why it failed, the last probe, the last lines. */
static void leave_finding(struct watch *watch, const char *lines)
{
	struct gate *gate = watch->gate;
	const struct service *service = watch->service;
	const struct probe *probe = gate->job.step->gate.probe;
	struct arena *arena = gate->arena;
	const struct mark *at = probe && probe->at.line ? &probe->at : &service->at;
	const char *hook = gate->job.step->gate.hook;
	const char *path =
		arena_printf(arena, "services.%s%s%s", service->key, hook ? "." : "", hook ? hook : "");
	enum taken_back taken = taken_back(gate->job.step, watch->id);
	const char *message = finding_message(watch, taken), *hint = finding_hint(watch, taken, lines);
	gate->job.step->failure = arena_strdup(gate->job.errors->arena, watch->why);
	if (step_tolerated(gate->job.step))
		error_warn(gate->job.errors, at, path, "%s", message);
	else
		error_add(gate->job.errors, ERROR_GATE, at, path, "%s", message);
	if (hint)
		error_hint(gate->job.errors, "%s", hint);
	auto_buf struct buf detail;
	buf_init(&detail, 256 << 10);
	put_probe(&detail, watch);
	struct look look = watch->look;
	look.name = gate_name(watch);
	if (watch->looked && (*lines || !watch->removed))
		last_words_put(&detail, &look, lines);
	if (detail.len)
		error_detail(gate->job.errors, buf_text(&detail));
}

const char *gate_missing(const struct watch *watch, const char *after)
{
	const struct gate *gate = watch->gate;
	const char *name = gate_name(watch), *why = watch->try.why;
	if (gate->job.step->gate.condition == CONDITION_COMPLETED)
		return arena_printf(gate->arena, "container %s has not completed after %s", name, after);
	if (watch->looked && watch->look.state == CONTAINER_RESTARTING)
		why = "the engine restarts it";
	return arena_printf(gate->arena, "container %s is not ready after %s%s%s", name, after,
		why ? ": " : "", why ? why : "");
}

static void on_tail(void *arg, const char *text)
{
	struct report *report = arg;
	struct watch *watch = report->watch;
	watch->request = NULL;
	if (!text) { /* killed by who removed it: the exit code is not its own */
		struct arena *arena = watch->gate->arena;
		watch->removed = true;
		watch->why = arena_printf(arena, "container %s was removed", gate_name(watch));
		watch->hint = NULL;
	}
	leave_finding(watch, text ? text : "");
	report->told(watch);
}

void gate_report(struct watch *watch, void (*told)(struct watch *watch))
{
	struct engine *engine = watch->gate->job.engine;
	struct report *report = ARENA_NEW(watch->gate->arena, struct report);
	*report = (struct report){ watch, told };
	if (watch->removed || !watch->looked) {
		leave_finding(watch, "");
		told(watch);
		return;
	}
	/* An earlier run may have failed otherwise. */
	const struct logs_tail tail = { .count = LAST_WORDS_LINES,
		.since = watch->look.output_begin,
		.without = gate_kind(watch->gate) == PROBE_HTTP ? PROBE_AGENT : NULL,
		.tty = watch->look.tty,
		.got = on_tail,
		.arg = report };
	watch->request = logs_tail(engine, watch->id, &tail);
}
