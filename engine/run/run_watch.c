#include "base/clock.h"
#include "base/text/json.h"
#include "engine/observe/inspect.h"
#include "engine/run/run_inside.h"
#include "engine/run/run_process.h"

#include <cjson/cJSON.h>
#include <string.h>

#define PATIENCE INT64_C(2000000000) /* ns for the engine to tell an end that the kernel knows already */
#define DOUBT    INT64_C(250000000)  /* ns by which the engine's events may be late */
#define DOUBTS   16                  /* as many are looked at, at most */

struct started *started_find(const struct run *run, const char *id)
{
	size_t at = (size_t)(uintptr_t)map_get(&run->by_id, id);
	return at ? &run->started[at - 1] : NULL;
}

void watch_started(struct run *run, const char *id, const struct step *step)
{
	struct started *started = started_find(run, id);
	if (!started) {
		started = ARENA_PUSH(run->arena, run->started, run->nstarted);
		map_set(&run->by_id, id, (void *)(uintptr_t)run->nstarted);
	}
	*started = (struct started){ .id = id, .step = step };
}

void watch_restarted(struct run *run, const char *id, const struct step *step)
{
	watch_started(run, id, step);
	started_find(run, id)->ends_first = true;
}

/* Whether a step of this plan has set out to end the container. What stands before its start in the plan has
 * ended it for that, as a restart does: the word of that end may come when the start is under way, but before
 * the word of the start. */
static bool ended_by_us(const struct run *run, const struct started *started)
{
	bool behind = false;
	if (started->ends_first && !started->begun)
		return true;
	for (size_t i = 0; i < run->plan->count; i++) {
		const struct step *step = run->plan->steps[i];
		behind |= step == started->step;
		const char *its = op_traits[step->op].ends && step->began ? step_container(step) : NULL;
		if (its && (behind || step->undo || !started->begun) && strcmp(its, started->id) == 0)
			return true;
	}
	return false;
}

static void note_start(struct run *run, const char *id)
{
	struct started *started = started_find(run, id);
	if (started) {
		started->begun = true;
		started->again = started->ended;
	}
	for (struct task *task = run->tasks; task; task = task->next)
		if (task->call.container && strcmp(task->call.container, id) == 0)
			task->call.started = true;
}

static void note_end(struct run *run, const struct engine_event *event)
{
	struct started *started = started_find(run, event->id);
	if (!started || ended_by_us(run, started))
		return;
	started->ended = true;
	started->again = false;
	started->exit_code = event->exit_code;
}

/* A removal that the engine was still at is over. */
static void note_destroy(struct run *run, const char *id)
{
	for (struct task *task = run->tasks; task; task = task->next)
		if (op_traits[task->step->op].removes && task->timer && task->call.container &&
			strcmp(task->call.container, id) == 0) {
			task_drop(task);
			task->over = task->ok = true;
		}
}

static void watch_happened(void *arg, const struct engine_event *event)
{
	struct run *run = arg;
	if (!event->id)
		return;
	if (event->action == ENGINE_START)
		note_start(run, event->id);
	else if (event->action == ENGINE_DIE)
		note_end(run, event);
	else if (event->action == ENGINE_DESTROY)
		note_destroy(run, event->id);
	for (struct task *task = run->tasks; task; task = task->next)
		if (task_listens(task))
			task->row->job->event(task->job, event);
}

static void watch_opened(void *arg)
{
	((struct run *)arg)->watching = true;
}

/* What was missed is looked up by those who wait for it. */
static void flows_again(void *arg, const char *why)
{
	struct run *run = arg;
	if (why)
		event_send(run->options->sink,
			&(struct event){ .kind = EVENT_NOTE,
				.time = clock_unix(),
				.text = arena_printf(run->arena,
					"the engine's events were interrupted (%s): looking at what was missed",
					why) });
	for (struct task *task = run->tasks; task; task = task->next)
		if (task_listens(task) && task->row->job->look)
			task->row->job->look(task->job);
}

static void watch_lost(void *arg, const char *why)
{
	struct run *run = arg;
	run->blind = arena_strdup(run->arena, why ? why : "the engine closed it");
}

bool watch_needed(const struct op_row *row)
{
	return row->watched || (row->job && row->job->event);
}

static bool needs_events(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (watch_needed(op_row(plan->steps[i]->op)))
			return true;
	return false;
}

int watch_open(struct run *run)
{
	const struct run_options *options = run->options;
	const struct events_listener listener = { .open = watch_opened,
		.event = watch_happened,
		.again = flows_again,
		.lost = watch_lost,
		.arg = run };
	if (!options->nprojects || !needs_events(run->plan))
		return 0;
	run->events = events_open(run->engine,
		&(struct events_query){ .projects = options->projects, .nprojects = options->nprojects },
		&listener, run->errors);
	return run->events ? 0 : -1;
}

void watch_close(struct run *run)
{
	if (run->events)
		events_close(run->events);
	run->events = NULL;
}

/* Whether the container may have ended without our having heard of it: it was started last, or so lately that
 * the engine's events may lag behind. */
static bool is_in_doubt(const struct started *started, const struct started *latest)
{
	return started->step->state == STEP_DONE && !started->ended &&
	       (started == latest || started->step->ended > loop_now() - DOUBT);
}

/* The container that was started last and of which no end is known yet, or NULL. */
static const struct started *latest_start(const struct run *run)
{
	const struct started *latest = NULL;
	for (size_t i = 0; i < run->nstarted; i++) {
		const struct started *started = &run->started[i];
		if (started->step->state == STEP_DONE && !started->ended &&
			(!latest || started->step->ended > latest->step->ended))
			latest = started;
	}
	return latest;
}

/* What has become of the container. (Engine API: ContainerInspect) */
static void got_last_look(struct ask *ask, struct request *request)
{
	static const struct json_member members[] = { { "Id", JSON_ID }, { "State.Status", JSON_TEXT },
		{ "State.Running", JSON_BOOL | JSON_OPTIONAL }, { "State.ExitCode", JSON_NUMBER },
		{ "State.Pid", JSON_NUMBER | JSON_OPTIONAL } };
	struct run *run = ask->arg;
	if (!request)
		return;
	if (request->fault != HTTP_OK || (request->status != 200 && request->status != 404)) {
		error_add(run->errors, ERROR_ENGINE, NULL, NULL,
			"cannot see what has become of the containers: %s",
			http_message(http_arena(request), request));
		return;
	}
	struct cJSON *json = request->status == 200 ? http_json(request, JSON_OBJECT, run->errors) : NULL;
	if (!json || json_check(json, members, sizeof members / sizeof *members,
			     http_json_name(http_arena(request), request), run->errors) < 0) {
		cJSON_Delete(json);
		return;
	}
	const char *id = json_text(json, "Id", "");
	struct started *started = started_find(run, id);
	if (started)
		started->begun = true;
	if (strcmp(json_text(json, "State.Status", ""), "exited") == 0)
		note_end(run,
			&(struct engine_event){ .id = id, .exit_code = json_int(json, "State.ExitCode", 0) });
	if (started)
		started->ending = json_bool(json, "State.Running") &&
				  run_process_ended(json_int(json, "State.Pid", 0), id);
	cJSON_Delete(json);
}

static void give_up_ending(void *arg)
{
	((struct run *)arg)->patient = false;
}

static bool some_are_ending(const struct run *run)
{
	for (size_t i = 0; i < run->nstarted; i++) {
		if (run->started[i].ending && !run->started[i].ended)
			return true;
	}
	return false;
}

void watch_last_look(struct run *run)
{
	const struct started *latest = latest_start(run);
	if (!latest)
		return;
	struct ask asks[DOUBTS] = { 0 };
	size_t nasks = 0, open = 0;
	for (size_t i = run->nstarted; i-- > 0 && nasks < DOUBTS;) {
		if (!is_in_doubt(&run->started[i], latest))
			continue;
		asks[nasks] = (struct ask){ .engine = run->engine,
			.path = inspect_container_path(run->arena, run->started[i].id),
			.answered = got_last_look,
			.arg = run,
			.open = &open,
			.errors = run->errors };
		ask_send(&asks[nasks++]);
	}
	while (open && !run->signal)
		loop_turn(run->engine->loop, -1);
	for (size_t i = 0; i < nasks; i++)
		ask_cancel(&asks[i]);
	if (!some_are_ending(run))
		return;
	run->patient = true;
	struct loop_timer *timer = loop_after(run->engine->loop, PATIENCE, give_up_ending, run);
	while (run->patient && some_are_ending(run) && !run->signal)
		loop_turn(run->engine->loop, -1);
	if (run->patient)
		loop_cancel(run->engine->loop, timer);
}

void watch_report(struct run *run, struct run_result *result)
{
	for (size_t i = 0; i < run->nstarted; i++) {
		const struct started *started = &run->started[i];
		const struct step *step = started->step;
		if (!started->ended || step->state != STEP_DONE)
			continue;
		*ARENA_PUSH(run->arena, result->ends, result->nends) = (struct run_end){
			.id = started->id,
			.name = step->name,
			.service = step->service ? step->service->key : NULL,
			.exit_code = started->exit_code,
			.again = started->again,
		};
	}
}
