#include "engine/run/run_inside.h"

#include <string.h>

static struct started *find(const struct run *run, const char *id)
{
	size_t at = (size_t)(uintptr_t)map_get(&run->by_id, id);
	return at ? &run->started[at - 1] : NULL;
}

void watch_started(struct run *run, const char *id, const struct step *step)
{
	struct started *started = find(run, id);
	if (!started) {
		started = ARENA_PUSH(run->arena, run->started, run->nstarted);
		map_set(&run->by_id, id, (void *)(uintptr_t)run->nstarted);
	}
	*started = (struct started){ .id = id, .step = step };
}

/* Whether a step of this plan has set out to end the container. */
static bool ended_by_us(const struct run *run, const char *id)
{
	for (size_t i = 0; i < run->plan->count; i++) {
		const struct step *step = run->plan->steps[i];
		const char *its = op_traits[step->op].ends && step->began ? step_container(step) : NULL;
		if (its && strcmp(its, id) == 0)
			return true;
	}
	return false;
}

static void note_start(struct run *run, const char *id)
{
	struct started *started = find(run, id);
	if (started)
		started->again = started->ended;
	for (struct task *task = run->tasks; task; task = task->next)
		if (task->call.container && strcmp(task->call.container, id) == 0)
			task->call.started = true;
}

static void note_end(struct run *run, const struct engine_event *event)
{
	struct started *started = find(run, event->id);
	if (!started || ended_by_us(run, event->id))
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

static void happened(void *arg, const struct engine_event *event)
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

static void opened(void *arg)
{
	((struct run *)arg)->watching = true;
}

static void lost(void *arg, const char *why)
{
	struct run *run = arg;
	run->blind = arena_strdup(run->arena, why ? why : "the engine closed it");
}

static bool needs_events(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct op_row *row = op_row(plan->steps[i]->op);
		if (row->watched || (row->job && row->job->event))
			return true;
	}
	return false;
}

static void rested(void *arg)
{
	*(bool *)arg = true;
}

/* One try to subscribe; `blind` says why it failed. */
static int try_open(struct run *run, int64_t rest)
{
	const struct run_options *options = run->options;
	struct loop *loop = run->engine->loop;
	bool waited = false;
	struct loop_timer *timer = rest ? loop_after(loop, rest, rested, &waited) : NULL;
	while (timer && !waited && !run->signal)
		loop_turn(loop, -1);
	if (timer && !waited)
		loop_cancel(loop, timer);
	run->blind = NULL;
	const struct events_listener listener = {
		.open = opened, .event = happened, .lost = lost, .arg = run
	};
	run->events = events_open(run->engine, options->projects, options->nprojects, &listener, run->errors);
	if (!run->events)
		return -1;
	while (!run->watching && !run->blind && !run->signal)
		loop_turn(loop, -1);
	return 0;
}

int watch_open(struct run *run)
{
	static const int64_t rests[] = { 0, 50000000, 200000000, 800000000 };
	if (!run->options->nprojects || !needs_events(run->plan))
		return 0;
	for (size_t i = 0; i < sizeof rests / sizeof *rests; i++) {
		if (try_open(run, rests[i]) < 0)
			return -1;
		if (!run->blind)
			return 0;
		watch_close(run);
	}
	return error_add(run->errors, ERROR_ENGINE, NULL, NULL, "the engine's events cannot be watched: %s",
		run->blind);
}

void watch_close(struct run *run)
{
	if (run->events)
		events_close(run->events);
	run->events = NULL;
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
