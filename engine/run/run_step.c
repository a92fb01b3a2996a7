#include "engine/run/run_inside.h"
#include "engine/loop/backoff.h"

#include <string.h>

#define MS INT64_C(1000000)

static void task_send(struct task *task);

static void end(struct task *task, bool ok)
{
	task->over = true;
	task->ok = ok;
}

/* A failure that has left its finding: its first line becomes the step's. */
static void task_fail(struct task *task, const struct errors *errors)
{
	if (!task->step->failure && errors->last)
		task->step->failure = errors->last->message;
	end(task, false);
}

static void tell_retry(struct task *task, const char *why)
{
	struct event event = event_of_step(EVENT_RETRY, task->step, loop_now());
	event.text = why;
	event_send(task->run->options->sink, &event);
}

static void due(void *arg)
{
	struct task *task = arg;
	task->timer = NULL;
	task_send(task);
}

static void again_after(struct task *task, int64_t ns)
{
	task->timer = loop_after(task->run->engine->loop, ns, due, task);
}

static bool repeat(struct task *task, const struct request *request)
{
	int64_t pause = backoff_next(&backoff_request, &task->repeats);
	if (pause < 0)
		return false;
	tell_retry(task, op_message(&task->call, request));
	again_after(task, pause);
	return true;
}

/* The engine is still at it: 50 ms at first, then half a second, half a minute in all. */
static bool wait_more(struct task *task)
{
	enum { WAITS = 64 };
	if (++task->waits >= WAITS)
		return false;
	again_after(task, task->waits < 10 ? 50 * MS * task->waits : 500 * MS);
	return true;
}

/* What an answer means for the task: its end, another request, a pause, or a failure to explain. */
static void answered(struct request *request)
{
	struct op_call *call = request->arg;
	struct task *task = call->task;
	task->request = NULL;
	switch (op_got(&task->call, request)) {
	case OP_DONE:
		end(task, true);
		return;
	case OP_NEXT:
		task_send(task);
		return;
	case OP_REPEAT:
		if (repeat(task, request))
			return;
		break;
	case OP_WAIT:
		if (wait_more(task))
			return;
		break;
	case OP_FAIL:
		break;
	}
	if (op_blame(&task->call, request, task->run->options->seen)) {
		task_send(task);
		return;
	}
	op_explain(&task->call, request);
	end(task, false);
}

static void task_send(struct task *task)
{
	struct request *request = http_request(task->run->engine->http);
	request->done = answered;
	request->arg = &task->call;
	if (op_ask(&task->call, request) < 0) {
		http_free(request);
		task_fail(task, task->call.errors);
		return;
	}
	request->prompt = !task->row->slow;
	task->request = request;
	if (http_send(request, task->call.errors) < 0) {
		task->request = NULL;
		task_fail(task, task->call.errors);
	}
}

/* Told from the loop. */
static void job_ended(void *arg, bool ok)
{
	end(arg, ok);
}

static void begin_job(struct task *task)
{
	struct run *run = task->run;
	const struct job given = {
		.engine = run->engine,
		.step = task->step,
		.sink = run->options->sink,
		.errors = &task->findings,
		.done = job_ended,
		.arg = task,
	};
	task->job = task->row->job->begin(&given);
}

static bool works_on_container(const struct step *step)
{
	return step->container || step->target;
}

/* Begins an operation that asks the engine; a start may be held until its output is attached to. */
static void begin_request(struct task *task)
{
	struct run *run = task->run;
	struct step *step = task->step;
	task->context = (struct payload_context){
		.engine = run->engine,
		.container_of = peer_first,
		.peers_of = peer_all,
		.arg = task,
		.seen = run->options->seen,
		.proxies = run->proxies,
		.nproxies = run->nproxies,
		.shared_files = run->options->shared_files,
	};
	task->call = (struct op_call){
		.task = task,
		.engine = run->engine,
		.arena = run->arena,
		.step = step,
		.context = &task->context,
		.container = step_container(step),
		.network = peer_network(run, step),
		.errors = &task->findings,
	};
	if (works_on_container(step) && !task->call.container) {
		error_add(&task->findings, ERROR_ENGINE, NULL, NULL,
			"cannot %s container %s: it was not made", op_traits[step->op].verb,
			step_shown_name(step));
		task_fail(task, &task->findings);
		return;
	}
	if (op_traits[step->op].starts)
		watch_started(run, task->call.container, step);
	if (op_traits[step->op].starts && run->options->before_start)
		task->held = true;
	else
		task_send(task);
	task_held(task);
}

void task_held(struct task *task)
{
	const struct run_options *options = task->run->options;
	if (!task->held || task->over ||
		!options->before_start(options->arg, task->step, task->call.container))
		return;
	task->held = false;
	task_send(task);
}

void task_begin(struct run *run, struct step *step)
{
	struct task *task = ARENA_NEW(run->arena, struct task);
	task->run = run;
	task->step = step;
	task->row = op_row(step->op);
	task->next = run->tasks;
	run->tasks = task;
	errors_init(&task->findings, run->arena);
	if (task->row->job)
		begin_job(task);
	else
		begin_request(task);
}

bool task_listens(const struct task *task)
{
	return task->job && !task->over && task->row->job->event;
}

void task_drop(struct task *task)
{
	http_cancel(task->request);
	loop_cancel(task->run->engine->loop, task->timer);
	if (task->job)
		task->row->job->cancel(task->job);
	task->request = NULL;
	task->timer = NULL;
	task->job = NULL;
}

void task_interrupt(struct task *task)
{
	if (task->over || (!task->job && !task->held))
		return;
	task_drop(task);
	task->quiet = true;
	task->step->failure = "interrupted";
	end(task, false);
}

/* Findings of the step become findings of the run; warnings when others make up for the failure. */
static void move_findings(struct task *task)
{
	struct errors *to = task->run->errors;
	bool mild = step_tolerated(task->step);
	/* Another step makes up for it: the step's line on the screen says enough. */
	if (task->step->may_fail && op_traits[task->step->op].fallback && !task->ok)
		return;
	for (const struct error *from = task->findings.first; from; from = from->next) {
		if (from->warning || mild)
			error_warn(to, &from->at, from->path, "%s", from->message);
		else
			error_add(to, from->code, &from->at, from->path, "%s", from->message);
		if (from->hint)
			error_hint(to, "%s", from->hint);
		if (from->detail)
			error_detail(to, from->detail);
	}
}

void task_finish(struct task *task)
{
	struct run *run = task->run;
	for (struct task **at = &run->tasks; *at; at = &(*at)->next)
		if (*at == task) {
			*at = task->next;
			break;
		}
	task_drop(task);
	if (!task->quiet)
		move_findings(task);
	if (!task->ok && !task->step->failure)
		task->step->failure = task->findings.last ? task->findings.last->message : "failed";
	sched_done(&run->sched, task->step, task->ok);
}
