#include "engine/gate/gate.h"

#include "base/trace.h"
#include "engine/gate/gate_inside.h"
#include "engine/gate/gate_judge.h"
#include "engine/http/http.h"
#include "engine/loop/backoff.h"
#include "engine/probe/probe_kinds.h"

#include <string.h>

#define LOOK_TAKES (30 * PACE_SECOND) /* an engine that starts many containers may be slow */

/* An engine that probes by itself this soon needs no help. */
#define ENGINE_SOON (200 * PACE_MS)

static const char *const state_names[] = {
	[WATCH_NEW] = "new",
	[WATCH_LOOK] = "look",
	[WATCH_ROUTE] = "route",
	[WATCH_PROBE] = "probe",
	[WATCH_WAIT] = "wait",
	[WATCH_LISTEN] = "listen",
	[WATCH_REPORT] = "report",
	[WATCH_READY] = "ready",
	[WATCH_FAILED] = "failed",
};

static void watch_go(struct watch *watch, enum watch_state to);

static void watch_fail(struct watch *watch, const char *why, const char *hint)
{
	watch->why = arena_strdup(watch->gate->arena, why);
	watch->hint = arena_strdup(watch->gate->arena, hint);
	watch_go(watch, WATCH_REPORT);
}

static void watch_unhealthy(struct watch *watch)
{
	watch_fail(watch, arena_printf(watch->arena, "container %s is unhealthy", gate_name(watch)), NULL);
}

/* ---- the end ---- */

static void gate_deliver(void *arg)
{
	struct gate *gate = arg;
	gate->timer = NULL;
	gate->job.done(gate->job.arg, gate->ok); /* may end the gate */
}

static void gate_decide(struct gate *gate, bool ok)
{
	if (gate->over)
		return;
	gate->over = true;
	gate->ok = ok;
	gate->timer = loop_after(gate->job.engine->loop, 0, gate_deliver, gate);
}

static void watch_on_ready(struct gate *gate)
{
	size_t ready = 0;
	for (size_t i = 0; i < gate->count; i++)
		ready += gate->watches[i].state == WATCH_READY;
	if (ready == gate->count)
		gate_decide(gate, true);
}

static void on_told(struct watch *watch)
{
	struct gate *gate = watch->gate;
	watch_go(watch, WATCH_FAILED);
	/* One is enough: the others are let go. */
	for (size_t i = 0; i < gate->count; i++)
		if (gate->watches[i].state != WATCH_READY && gate->watches[i].state != WATCH_FAILED)
			watch_go(&gate->watches[i], WATCH_FAILED);
	gate_decide(gate, false);
}

/* ---- LOOK ---- */

static void watch_ask(struct watch *watch);

static void look_again(void *arg)
{
	struct watch *watch = arg;
	watch->timer = NULL;
	watch_ask(watch);
}

/* What a look has told decides whether to probe, to wait for an event, or that it is over. */
static void judge_look(struct watch *watch)
{
	struct gate *gate = watch->gate;
	const char *why = NULL, *hint = NULL;
	struct gate_target target = { .condition = gate->job.step->gate.condition,
		.kind = gate_kind(gate),
		.service = watch->service->key,
		.name = gate_name(watch),
		.hook = gate->job.step->gate.hook,
		.look = &watch->look,
		.newly = watch->reviewed,
		.restarts = watch->look.restarts - watch->restarts_before,
		.lasting = gate->job.step->gate.lasting };
	enum gate_verdict verdict = gate_judge(watch->arena, &target, &why, &hint);
	int64_t rest = gate_rest(gate->job.step, loop_now());
	/* It is on its way back already. */
	bool stale = watch->died || (watch->began && verdict == GATE_LISTEN);
	watch->died = watch->began = false;
	if (stale && verdict != GATE_READY) {
		watch_go(watch, WATCH_LOOK);
		return;
	}
	watch->reviewed = true;
	switch (verdict) {
	case GATE_READY:
		if (rest > 0)
			watch->timer = loop_after(gate->job.engine->loop, rest, look_again, watch);
		else
			watch_go(watch, WATCH_READY);
		break;
	case GATE_FAILED:
		if (rest > 0 && gate->job.step->gate.unchecked && watch->look.state == CONTAINER_RUNNING)
			watch->timer = loop_after(gate->job.engine->loop, rest, look_again, watch);
		else
			watch_fail(watch, why, hint);
		break;
	case GATE_LISTEN:
		if (watch->look.state == CONTAINER_RESTARTING)
			gate_note_restart(watch);
		watch_go(watch, WATCH_LISTEN);
		break;
	case GATE_PROBE:
		if (gate_by_engine(gate) && watch->look.probed)
			gate_tell_answer(watch, true);
		watch_go(watch, WATCH_ROUTE);
		break;
	}
}

static bool repeat_look(struct watch *watch, const struct request *request)
{
	int64_t pause = http_transient_look(request) ? backoff_next(&backoff_request, &watch->repeats) : -1;
	if (pause < 0)
		return false;
	watch->timer = loop_after(watch->gate->job.engine->loop, pause, look_again, watch);
	return true;
}

/* Takes the answer of a look: the container is gone, cannot be read, or is judged as it stands. */
static void on_look(struct request *request)
{
	struct watch *watch = request->arg;
	struct gate *gate = watch->gate;
	struct arena *arena = http_arena(request);
	struct errors errors;
	errors_init(&errors, arena);
	watch->request = NULL;
	if (repeat_look(watch, request))
		return;
	if (request->fault == HTTP_OK && request->status == 404) {
		watch->removed = true;
		const char *name = gate_name(watch);
		if (watch->completed && gate->job.step->gate.condition == CONDITION_COMPLETED)
			watch_go(watch, WATCH_READY);
		else
			watch_fail(watch, arena_printf(arena, "container %s was removed", name), NULL);
		return;
	}
	struct look look;
	if (request->fault != HTTP_OK || request->status != 200) {
		watch_fail(watch,
			arena_printf(arena, "container %.12s: %s", watch->id, http_message(arena, request)),
			NULL);
		return;
	}
	struct arena *seen = arena_child(gate->arena);
	if (look_read(seen, buf_text(&request->answer), request->answer.len, gate->job.engine->api, &look,
		    &errors) != 0) {
		watch_fail(watch, errors.first->message, NULL);
		return;
	}
	if (!watch->looked && !gate->job.step->gate.lasting)
		watch->restarts_before = gate_restarts_before(&look);
	arena_destroy(watch->arena);
	watch->arena = seen;
	watch->look = look;
	watch->looked = true;
	judge_look(watch);
}

static void watch_ask(struct watch *watch)
{
	struct gate *gate = watch->gate;
	struct errors errors;
	errors_init(&errors, gate->arena);
	struct request *request = http_request(gate->job.engine->http);
	request->method = "GET";
	request->path = http_path(http_arena(request), "containers", watch->id, "json", (char *)NULL);
	request->done = on_look;
	request->takes = LOOK_TAKES;
	request->arg = watch;
	if (http_send(request, &errors) == 0)
		watch->request = request;
	else
		watch_fail(watch, errors.first ? errors.first->message : "the engine cannot be asked", NULL);
}

static void enter_look(struct watch *watch)
{
	watch->died = watch->began = false;
	watch->repeats = 0;
	watch_ask(watch);
}

/* ---- PROBE ---- */

static void on_tried(void *arg, bool ready)
{
	struct watch *watch = arg;
	struct gate *gate = watch->gate;
	int64_t now = loop_now();
	gate_tell_answer(watch, false);
	if (ready) {
		watch_go(watch, WATCH_READY);
		return;
	}
	int64_t spent = watch->try.by->lasting ? now - watch->try_began : 0;
	/* An early try of the engine's check proves nothing by failing: the engine decides. */
	bool failed = watch->try.hopeless || pace_failed(&watch->pace, now, spent);
	if (failed && (!gate_by_engine(gate) || gate_in_review(watch)))
		watch_unhealthy(watch);
	else
		watch_go(watch, WATCH_WAIT);
}

/* Makes the try for what the container is now, with the command and the pace of its kind. */
static void begin_probing(struct watch *watch)
{
	static const struct probe unset;
	struct gate *gate = watch->gate;
	struct probe_try *try = &watch->try;
	const struct prober *kind = prober_of(gate_kind(gate));
	probe_finish(try);
	*try = (struct probe_try){
		.engine = gate->job.engine,
		.kind = kind,
		.by = prober_by(kind, &watch->route),
		.probe = gate->job.step->gate.probe ? gate->job.step->gate.probe : &unset,
		.look = &watch->look,
		.service = gate->job.step->service,
		.route = &watch->route,
		.done = on_tried,
		.arg = watch,
	};
	if (try->by == &prober_exec)
		gate_set_command(watch);
	gate_set_pace(watch);
	gate_note_way(watch);
	watch_go(watch, WATCH_PROBE);
}

static void on_settled(void *arg)
{
	begin_probing(arg);
}

/* Decides how to probe, if at all. */
static void enter_route(struct watch *watch)
{
	struct gate *gate = watch->gate;
	const struct probe *probe = gate->job.step->gate.probe;
	const struct prober *kind = prober_of(gate_kind(gate));
	bool theirs = (probe && probe->early == TRI_NO) || !watch->look.ntest;
	if (gate_in_review(watch) && theirs) {
		watch_unhealthy(watch);
		return;
	}
	if (gate_by_engine(gate) && !gate_in_review(watch) &&
		(theirs || watch->look.check_first <= ENGINE_SOON)) {
		watch_go(watch, WATCH_LISTEN);
		return;
	}
	route_finish(&watch->route);
	watch->route = (struct route){ 0 };
	if (!kind->ported) {
		begin_probing(watch);
		return;
	}
	struct errors errors;
	errors_init(&errors, watch->arena);
	if (route_plan(&watch->route, gate->job.engine, gate->job.step->service, probe, &watch->look,
		    kind->port, &errors) != 0)
		watch_fail(watch, errors.first->message, errors.first->hint);
	else if (route_settle(&watch->route, on_settled, watch))
		begin_probing(watch);
}

static void enter_probe(struct watch *watch)
{
	struct pace *pace = &watch->pace;
	int64_t now = loop_now(), timeout = pace->timeout;
	watch->try_began = now;
	if (watch->try.by == &prober_helper) {
		timeout = timeout > pace->interval ? timeout : pace->interval;
	} else if (watch->try.by->lasting) {
		timeout = pace_left(pace, now);
		timeout = timeout > pace->interval ? timeout : pace->interval;
	}
	probe_begin(&watch->try, timeout, pace->interval);
}

static void on_pause_over(void *arg)
{
	struct watch *watch = arg;
	watch->timer = NULL;
	watch_go(watch, WATCH_PROBE);
}

/* ---- the machine ---- */

/* Lets go of what a state had under way. */
static void watch_leave(struct watch *watch)
{
	http_cancel(watch->request);
	watch->request = NULL;
	loop_cancel(watch->gate->job.engine->loop, watch->timer);
	watch->timer = NULL;
	if (watch->state == WATCH_ROUTE)
		route_finish(&watch->route);
	if (watch->state == WATCH_PROBE)
		probe_cancel(&watch->try);
}

/* Leaves a state, with all that it had under way, and enters another. */
static void watch_go(struct watch *watch, enum watch_state to)
{
	struct gate *gate = watch->gate;
	TRACE("gate", "\"step\":%zu,\"container\":\"%.12s\",\"from\":\"%s\",\"to\":\"%s\"",
		gate->job.step->number, watch->id, state_names[watch->state], state_names[to]);
	watch_leave(watch);
	watch->state = to;
	switch (to) {
	case WATCH_LOOK:
		enter_look(watch);
		break;
	case WATCH_ROUTE:
		enter_route(watch);
		break;
	case WATCH_PROBE:
		enter_probe(watch);
		break;
	case WATCH_WAIT:
		watch->timer =
			loop_after(gate->job.engine->loop, pace_next(&watch->pace), on_pause_over, watch);
		break;
	case WATCH_REPORT:
		gate_report(watch, on_told);
		break;
	case WATCH_READY:
		watch_on_ready(gate);
		break;
	case WATCH_NEW:
	case WATCH_LISTEN:
	case WATCH_FAILED:
		break;
	}
}

static void add_watch(struct gate *gate, const char *id, const struct service *service)
{
	if (id)
		*ARENA_PUSH(gate->arena, gate->watches, gate->count) = (struct watch){
			.gate = gate, .id = arena_strdup(gate->arena, id), .service = service
		};
}

static struct job *gate_begin(const struct job *given)
{
	const struct step *step = given->step;
	struct arena *arena = arena_child(given->engine->arena);
	struct gate *gate = ARENA_NEW(arena, struct gate);
	gate->arena = arena;
	gate->job = *given;
	for (size_t i = 0; i < step->gate.nwatched; i++)
		add_watch(gate, step->gate.watched[i]->id, step->service);
	for (size_t i = 0; i < step->gate.nstarts; i++)
		add_watch(gate, step_container(step->gate.starts[i]), step->gate.starts[i]->service);
	for (size_t i = 0; i < gate->count; i++)
		watch_go(&gate->watches[i], WATCH_LOOK);
	if (gate->count == 0)
		gate_decide(gate, true);
	return &gate->job;
}

/* Bad news is looked at before it counts; what comes while a look is under way is noted for its answer. */
static void watch_on_event(struct watch *watch, const struct engine_event *event)
{
	struct gate *gate = watch->gate;
	bool completes = gate->job.step->gate.condition == CONDITION_COMPLETED;
	bool looking = watch->state == WATCH_LOOK;
	switch (event->action) {
	case ENGINE_HEALTH:
		if (completes || !gate_by_engine(gate))
			return;
		if (event->health == HEALTH_HEALTHY)
			watch_go(watch, WATCH_READY);
		else if (event->health == HEALTH_UNHEALTHY && !looking)
			watch_go(watch, WATCH_LOOK);
		watch->died |= looking && event->health == HEALTH_UNHEALTHY;
		return;
	case ENGINE_DIE:
		watch->completed |= event->exit_code == 0;
		if (completes && event->exit_code == 0)
			watch_go(watch, WATCH_READY);
		else if (!looking)
			watch_go(watch, WATCH_LOOK);
		watch->died |= looking;
		return;
	case ENGINE_START:
		/* The news of a start that was seen already says nothing. */
		watch->began |= looking;
		if (watch->state == WATCH_LISTEN)
			watch_go(watch, WATCH_LOOK);
		return;
	case ENGINE_DESTROY:
		if (!looking)
			watch_go(watch, WATCH_LOOK);
		watch->died |= looking;
		return;
	case ENGINE_CREATE:
	case ENGINE_KILL:
	case ENGINE_STOP:
	case ENGINE_OTHER:
		return;
	}
}

static void gate_event(struct job *job, const struct engine_event *event)
{
	struct gate *gate = (struct gate *)job;
	for (size_t i = 0; i < gate->count && !gate->over; i++) {
		struct watch *watch = &gate->watches[i];
		bool open = watch->state >= WATCH_LOOK && watch->state <= WATCH_LISTEN;
		if (open && event->id && strcmp(event->id, watch->id) == 0)
			watch_on_event(watch, event);
	}
}

static void gate_look(struct job *job)
{
	struct gate *gate = (struct gate *)job;
	for (size_t i = 0; i < gate->count && !gate->over; i++) {
		struct watch *watch = &gate->watches[i];
		if (watch->state == WATCH_LISTEN || watch->state == WATCH_WAIT)
			watch_go(watch, WATCH_LOOK);
	}
}

/* The first that is not ready tells for all. */
static bool gate_give_up(struct job *job, const char *after)
{
	struct gate *gate = (struct gate *)job;
	for (size_t i = 0; i < gate->count && !gate->over; i++) {
		struct watch *watch = &gate->watches[i];
		if (watch->state == WATCH_REPORT)
			return true;
		if (watch->state == WATCH_READY || watch->state == WATCH_FAILED)
			continue;
		watch_fail(watch, gate_missing(watch, after), NULL);
		return true;
	}
	return false;
}

static void gate_cancel(struct job *job)
{
	struct gate *gate = (struct gate *)job;
	loop_cancel(gate->job.engine->loop, gate->timer);
	for (size_t i = 0; i < gate->count; i++) {
		struct watch *watch = &gate->watches[i];
		watch_leave(watch);
		route_finish(&watch->route);
		probe_finish(&watch->try);
	}
	arena_destroy(gate->arena);
}

const struct job_row gate_job = { .begin = gate_begin,
	.cancel = gate_cancel,
	.event = gate_event,
	.look = gate_look,
	.give_up = gate_give_up };
