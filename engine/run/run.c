#include "engine/run/run.h"
#include "base/trace.h"
#include "engine/connect/endpoint.h"
#include "engine/run/run_inside.h"

#include <signal.h>
#include <string.h>

/* The step that makes the container which is to replace another; NULL: the step is about no such one. */
static const struct step *replacement_of(const struct step *step)
{
	const struct step *makes = step->target ? step->target : op_traits[step->op].creates ? step : NULL;
	return makes && makes->new_name && op_traits[step->op].replacing ? makes : NULL;
}

/* A container that is to replace another is told from it by its words. */
static const char *word_of(const struct step *step, bool done)
{
	const struct op_traits *traits = &op_traits[step->op];
	if (replacement_of(step))
		return done ? traits->replaced : traits->replacing;
	if (!done && step->ending.restarts)
		return traits->restarting;
	return done ? traits->done : traits->doing;
}

static const char *words_of(const struct step *step)
{
	switch (step->state) {
	case STEP_RUNNING:
	case STEP_DONE:
		return word_of(step, step->state == STEP_DONE);
	case STEP_FAILED:
		return step->failure ? step->failure : "Failed";
	case STEP_SKIPPED:
		return step->failure ? step->failure : "Skipped";
	default:
		return "";
	}
}

/* Told by the scheduler of each change: times and events. */
static void run_step_changed(void *arg, struct step *step)
{
	struct run *run = arg;
	if (step->state == STEP_RUNNING)
		step->began = loop_now();
	else if (step->began)
		step->ended = loop_now();
	TRACE("step", "\"number\":%zu,\"op\":\"%s %s\",\"state\":%d", step->number,
		op_traits[step->op].object, op_traits[step->op].verb, (int)step->state);
	struct event event = event_of_step(EVENT_STEP, step, loop_now());
	event.elapsed = step->ended ? event.elapsed : 0;
	const struct step *makes = op_traits[step->op].echo ? replacement_of(step) : NULL;
	if (step->ended && makes) /* a replacement took from its begin to here */
		event.elapsed = step->ended - makes->began;
	event.reason = step->reason;
	event.text = words_of(step);
	event_send(run->options->sink, &event);
}

static void run_interrupted(void *arg, int number)
{
	struct run *run = arg;
	if (number != SIGINT && number != SIGTERM && number != SIGHUP)
		return;
	if (run->signal || run->options->impatient)
		run->at_once = true;
	if (!run->signal)
		run->signal = number;
}

static void deadline_passed(void *arg)
{
	struct run *run = arg;
	run->deadline = NULL;
	run->expired = true;
}

/* Starts are bound by the engine's processors: this many for each keep them busy to the end, within these. */
enum { WIDTH_CPU = 4, WIDTH_LEAST = 8, WIDTH_MOST = 16 };

/* How many requests and starts at once. */
static void set_width(struct run *run)
{
	const struct run_parallel *parallel = &run->options->parallel;
	unsigned width = parallel->requests;
	if (!width) {
		width = WIDTH_CPU * run->engine->ncpu;
		width = width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
	}
	sched_limit(&run->sched, POOL_API, width);
	sched_limit(&run->sched, POOL_START, width);
	if (parallel->pulls)
		sched_limit(&run->sched, POOL_PULL, parallel->pulls);
	if (parallel->builds)
		sched_limit(&run->sched, POOL_BUILD, parallel->builds);
}

static void got_info(struct request *request)
{
	struct run *run = request->arg;
	run->info = NULL;
	engine_info_read(run->engine, request);
	set_width(run);
}

/* The engine's processors matter when more is to be started than the least width; asked for beside the first
 * steps. */
static void ask_info(struct run *run)
{
	size_t starts = 0;
	struct errors unheard;
	for (size_t i = 0; i < run->plan->count; i++)
		starts += op_traits[run->plan->steps[i]->op].pool == POOL_START;
	if (starts <= WIDTH_LEAST || run->options->parallel.requests || run->engine->ncpu)
		return;
	errors_init(&unheard, run->arena);
	run->info = http_request(run->engine->http);
	run->info->method = "GET";
	run->info->path = "/info";
	run->info->done = got_info;
	run->info->arg = run;
	if (http_send(run->info, &unheard) < 0)
		run->info = NULL;
}

/* Ends the steps that are over; returns whether there were any. */
static bool run_reap(struct run *run)
{
	bool any = false;
	for (struct task *task = run->tasks, *next; task; task = next) {
		next = task->next;
		if (!task->over)
			continue;
		task_finish(task);
		any = true;
	}
	return any;
}

static void run_feed(struct run *run)
{
	struct step *step;
	do {
		while ((step = sched_next(&run->sched)))
			task_begin(run, step);
	} while (run_reap(run));
}

/* Without events a job that listens to them would wait for ever: all of them for the same reason. */
static void fail_blind_jobs(struct run *run)
{
	for (struct task *task = run->tasks; run->blind && task; task = task->next) {
		if (!task_listens(task))
			continue;
		task_drop(task);
		error_add(&task->findings, ERROR_ENGINE, NULL, NULL,
			"%s: the engine's events cannot be watched any more: %s", task->step->name,
			run->blind);
		endpoint_ssh_tell(run->engine->ssh, &task->findings);
		task->step->failure = run->blind;
		task->call.common = task->over = true;
	}
}

/* The steps that the engine has been asked for and has not answered yet, or NULL. */
static const char *unfinished(const struct run *run)
{
	const char *list = NULL;
	for (const struct task *task = run->tasks; task; task = task->next)
		if (!task->over)
			list = arena_printf(run->arena, "%s %s%s%s", op_traits[task->step->op].verb,
				step_shown_name(task->step), list ? ", " : "", list ? list : "");
	return list;
}

/* The deadline has passed: what is waited for says what it lacks. */
static void run_give_up(struct run *run)
{
	const char *after = arena_printf(run->arena, "%.3gs", (double)run->options->deadline / 1e9);
	bool told = false;
	for (struct task *task = run->tasks; task; task = task->next) {
		bool waits = task->job && !task->over && task->row->job->give_up;
		task->gives_up = waits && task->row->job->give_up(task->job, after);
		told |= task->gives_up;
	}
	const char *list = told ? NULL : unfinished(run);
	if (!told)
		error_add(run->errors, ERROR_GATE, NULL, NULL, "not ready after %s%s%s", after,
			list ? "; under way: " : "", list ? list : "");
	sched_stop(&run->sched, "not ready in time");
}

/* Nothing that needs the events has begun, and nothing new does. */
static void give_up_blind(struct run *run)
{
	error_add(run->errors, ERROR_ENGINE, NULL, NULL, "the engine's events cannot be watched: %s",
		run->blind);
	sched_stop(&run->sched, "the engine's events cannot be watched");
}

/* What goes on although an interrupt has come: it may take its time, a stop has its grace. */
static void tell_unfinished(const struct run *run)
{
	const char *list = unfinished(run);
	if (list)
		event_send(run->options->sink, &(struct event){ .kind = EVENT_NOTE,
						       .text = arena_printf(run->arena,
							       "interrupted; finishing what has begun: %s; "
							       "Ctrl-C again leaves it unfinished",
							       list) });
}

/* Waits for the next thing to happen, and heeds interrupts and the deadline. */
static void run_turn(struct run *run, int64_t *ticked)
{
	enum { TICK = 100000000 };
	struct sink *sink = run->options->sink;
	bool ticks = sink && sink->tick && sink->wants_tick;
	loop_turn(run->engine->loop, ticks ? TICK : -1);
	if (ticks && loop_now() - *ticked >= TICK) {
		*ticked = loop_now();
		sink->tick(sink);
	}
	bool interrupted = run->signal && !run->sched.stopped;
	if (interrupted)
		sched_stop(&run->sched, "interrupted");
	if (run->options->halted && !run->sched.stopped && run->options->halted(run->options->halted_arg))
		sched_stop(&run->sched, "everything is to be stopped");
	if (run->expired && !run->sched.stopped)
		run_give_up(run);
	if (run->blind && !run->watching && !run->sched.stopped)
		give_up_blind(run);
	for (struct task *task = run->tasks; run->sched.stopped && task; task = task->next)
		task_interrupt(task);
	if (interrupted && !run->at_once)
		tell_unfinished(run);
	fail_blind_jobs(run);
	for (struct task *task = run->tasks; task; task = task->next)
		task_held(task);
}

/* Feeds and turns until every step is at its end; what is left after a second interrupt is dropped. */
static void run_work(struct run *run)
{
	int64_t ticked = loop_now();
	run_feed(run);
	while (!sched_finished(&run->sched) && !run->at_once) {
		if (!run->tasks) {
			error_add(run->errors, ERROR_ENGINE, NULL, NULL,
				"the plan has steps that wait for each other; this is a mistake of docker flow");
			break;
		}
		run_turn(run, &ticked);
		run_reap(run);
		run_feed(run);
	}
	run->left = unfinished(run);
	while (run->tasks) {
		struct task *task = run->tasks;
		task_drop(task);
		task->quiet = true;
		task->ok = false;
		task->step->failure = "interrupted";
		task_finish(task);
	}
	if (run->info)
		http_cancel(run->info);
}

static void run_count(const struct plan *plan, struct run_result *result)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		result->done += step->state == STEP_DONE;
		result->failed += step->state == STEP_FAILED && !step_tolerated(step);
		result->skipped += step->state == STEP_SKIPPED;
	}
}

int run_plan(struct engine *engine, struct plan *plan, const struct run_options *options,
	struct run_result *ret_result, struct errors *errors)
{
	struct run run = { .engine = engine, .plan = plan, .options = options, .errors = errors };
	struct run_result result = { .interrupted = 0 };
	struct loop *loop = engine->loop;
	struct pair *proxies = NULL;
	*ret_result = result;
	run.arena = plan->arena;
	map_init(&run.by_id, run.arena);
	map_init(&run.common, run.arena);
	if (sched_init(&run.sched, plan, run_step_changed, &run) < 0)
		return error_add(errors, ERROR_ENGINE, NULL, NULL,
			"the plan has steps that wait for each other; this is a mistake of docker flow");
	run.sched.fail_fast = options->fail_fast;
	payload_proxies(run.arena, engine, &proxies, &run.nproxies);
	run.proxies = proxies;
	struct loop_taker before = loop_signals_push(loop, run_interrupted, &run);
	set_width(&run);
	int failed = watch_open(&run);
	if (!failed) {
		if (options->deadline)
			run.deadline = loop_after(loop, options->deadline, deadline_passed, &run);
		ask_info(&run);
		run_work(&run);
		loop_cancel(loop, run.deadline);
		if (options->last_look && !run.signal)
			watch_last_look(&run);
	}
	watch_close(&run);
	loop_signals_pop(loop, before);
	run_count(plan, &result);
	watch_report(&run, &result);
	result.interrupted = run.signal;
	result.left = run.left;
	*ret_result = result;
	return failed || result.failed || run.signal || run.sched.stopped || !sched_finished(&run.sched) ? -1
													 : 0;
}
