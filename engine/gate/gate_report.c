/* What a gate says: notes on the way, and the finding when it failed. */
#include "base/clock.h"
#include "engine/gate/gate_inside.h"
#include "engine/stream/logs.h"

#include <string.h>

#define LINES 20

struct report {
	struct watch *watch;
	void (*told)(struct watch *watch);
};

static void gate_say(struct watch *watch, enum event_kind kind, const char *text)
{
	const struct gate *gate = watch->gate;
	struct event event = {
		.kind = kind,
		.time = clock_unix(),
		.step = kind == EVENT_RETRY ? gate->job.step : NULL,
		.object = "container",
		.name = watch->look.name,
		.service = gate->job.step->service->key,
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

/* The last words of whatever probed, as a paragraph. */
static void put_probe(struct buf *to, const struct watch *watch)
{
	const struct look *look = &watch->look;
	const char *output = buf_text(&watch->try.output);
	bool theirs = !*output && look->health == HEALTH_UNHEALTHY;
	if (watch->try.why && !watch->try.ready)
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

/* The finding of a failed gate: who waited, why it failed, the last probe, the last lines. */
static void leave_finding(struct watch *watch, const char *lines)
{
	struct gate *gate = watch->gate;
	const struct service *service = gate->job.step->service;
	const struct probe *probe = gate->job.step->gate.probe;
	struct arena *arena = gate->arena;
	const struct mark *at = probe && probe->at.line ? &probe->at : &service->at;
	const char *path = arena_printf(arena, "services.%s", service->key);
	const char *edge = gate->job.step->gate.edge ? gate->job.step->gate.edge : service->key;
	/* Without a dependent it is `--wait` that waits. */
	bool dependency = gate->job.step->gate.condition != CONDITION_COMPLETED && strstr(edge, " -> ");
	const char *message = arena_printf(
		arena, "%s%s: %s", dependency ? "dependency failed to start: " : "", watch->why, edge);
	gate->job.step->failure = arena_strdup(gate->job.errors->arena, watch->why);
	if (step_tolerated(gate->job.step))
		error_warn(gate->job.errors, at, path, "%s", message);
	else
		error_add(gate->job.errors, ERROR_GATE, at, path, "%s", message);
	if (watch->hint)
		error_hint(gate->job.errors, "%s", watch->hint);
	else if (watch->removed)
		error_hint(gate->job.errors, "somebody else removed it: run the command again");
	else
		error_hint(gate->job.errors, "`docker flow logs %s` shows all of its output", service->key);
	auto_buf struct buf detail;
	buf_init(&detail, 256 << 10);
	put_probe(&detail, watch);
	if (*lines)
		buf_printf(&detail, "last lines of %s:\n%s", watch->look.name, lines);
	else if (!watch->removed)
		buf_printf(&detail, "%s has printed nothing\n", watch->look.name);
	if (detail.len)
		error_detail(gate->job.errors, buf_text(&detail));
}

const char *gate_waiting(const struct job *job)
{
	const struct gate *gate = (const struct gate *)job;
	for (size_t i = 0; i < gate->count; i++) {
		const struct watch *watch = &gate->watches[i];
		const char *name = watch->looked ? watch->look.name : watch->id;
		const char *why = watch->try.why;
		if (watch->state == WATCH_READY)
			continue;
		if (watch->looked && watch->look.state == CONTAINER_RESTARTING)
			why = "the engine restarts it";
		if (gate->job.step->gate.condition == CONDITION_COMPLETED)
			return arena_printf(gate->arena, "container %s has not completed yet", name);
		return arena_printf(gate->arena, "container %s is not ready yet%s%s", name, why ? ": " : "",
			why ? why : "");
	}
	return NULL;
}

static void on_tail(void *arg, const char *text)
{
	struct report *report = arg;
	struct watch *watch = report->watch;
	watch->request = NULL;
	if (!text) { /* killed by who removed it: the exit code is not its own */
		struct arena *arena = watch->gate->arena;
		watch->removed = true;
		watch->why = arena_printf(arena, "container %s was removed", watch->look.name);
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
	/* Only what it said since its start: an earlier run may have failed otherwise. */
	watch->request =
		logs_tail(engine, watch->id, LINES, watch->look.started, watch->look.tty, on_tail, report);
}
