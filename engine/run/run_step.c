#include "base/text/text.h"
#include "engine/run/run_inside.h"
#include "engine/loop/backoff.h"

#include <string.h>

#define MS INT64_C(1000000)

static void task_send(struct task *task);

static void task_end(struct task *task, bool ok)
{
	loop_cancel(task->run->engine->loop, task->grace);
	task->grace = NULL;
	task->over = true;
	task->ok = ok;
}

/* A failure that has left its finding: its first line becomes the step's. */
static void task_fail(struct task *task, const struct errors *errors)
{
	if (!task->step->failure && errors->last)
		task->step->failure = errors->last->message;
	task_end(task, false);
}

/* The same reason is told once. */
static void tell_retry(struct task *task, const char *why)
{
	if (text_is(task->told, why))
		return;
	task->told = why;
	struct event event = event_of_step(EVENT_RETRY, task->step, loop_now());
	event.text = why;
	event_send(task->run->options->sink, &event);
}

static void task_due(void *arg)
{
	struct task *task = arg;
	task->timer = NULL;
	task_send(task);
}

static void again_after(struct task *task, int64_t ns)
{
	task->timer = loop_after(task->run->engine->loop, ns, task_due, task);
}

static bool task_repeat(struct task *task, const struct request *request)
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

/* Somebody else has started it, and perhaps in a namespace that was about to go. */
static void start_again(struct task *task)
{
	task->call.part = START_AGAIN;
	watch_restarted(task->run, task->call.container, task->step);
	task_send(task);
}

/* What an answer means for the task: its end, another request, a pause, or a failure to explain. */
static void task_answered(struct request *request)
{
	struct op_call *call = request->arg;
	struct task *task = call->task;
	task->request = NULL;
	switch (op_got(&task->call, request)) {
	case OP_DONE:
		if (namespace_doubted(task, request))
			start_again(task);
		else
			task_end(task, true);
		return;
	case OP_NEXT:
		task_send(task);
		return;
	case OP_REPEAT:
		if (task_repeat(task, request))
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
	if (users_keep(call)) {
		task_end(task, true);
		return;
	}
	if (namespace_blame(task, request))
		return;
	op_explain(&task->call, request);
	task_end(task, false);
}

static void task_send(struct task *task)
{
	struct request *request = http_request(task->run->engine->http);
	request->done = task_answered;
	request->arg = &task->call;
	if (op_ask(&task->call, request) < 0) {
		http_free(request);
		task_fail(task, task->call.errors);
		return;
	}
	task->request = request;
	if (http_send(request, task->call.errors) < 0) {
		task->request = NULL;
		task_fail(task, task->call.errors);
	}
}

/* Told from the loop. */
static void job_ended(void *arg, bool ok)
{
	task_end(arg, ok);
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

/* Makes an operation ready that asks the engine. */
static void prepare_request(struct task *task)
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
		.projects = run->options->projects,
		.nprojects = run->options->nprojects,
		.hook_said = run->options->hook_said,
		.hook_arg = run->options->arg,
		.errors = &task->findings,
	};
	if (works_on_container(step) && !task->call.container) {
		error_add(&task->findings, ERROR_ENGINE, NULL, NULL,
			"cannot %s container %s: it was not made", op_traits[step->op].verb,
			step_shown_name(step));
		task_fail(task, &task->findings);
		return;
	}
	if (op_traits[step->op].starts && !step_of_hook(step))
		watch_started(run, task->call.container, step);
}

/* Whether it can do without events, or they flow, or never will; and a start's output is attached to. */
static bool may_begin(const struct task *task)
{
	const struct run *run = task->run;
	const struct run_options *options = run->options;
	if (watch_needed(task->row) && run->events && !run->watching && !run->blind)
		return false;
	return !op_traits[task->step->op].starts || !options->before_start ||
	       options->before_start(options->arg, task->step, task->call.container);
}

/* A stop goes on in the engine when its asker is gone: somebody may want to know. */
static void tell_stop(const struct task *task)
{
	const struct run_options *options = task->run->options;
	if (options->stops && task->row->graceful && !op_traits[task->step->op].starts)
		options->stops(options->stops_arg, task->step, task->call.container, op_grace(&task->call));
}

/* So does a container whose hooks after its start are lost with us. */
static void tell_start(const struct task *task)
{
	const struct run_options *options = task->run->options;
	const struct step *step = task->step;
	bool once = step->target && step->target->create.oneoff;
	if (options->starts && op_traits[step->op].starts && !once && step->service &&
		step->service->npost_start)
		options->starts(options->stops_arg, step, task->call.container);
}

void task_held(struct task *task)
{
	if (!task->held || task->over || !may_begin(task))
		return;
	task->held = false;
	tell_stop(task);
	tell_start(task);
	if (task->row->job)
		begin_job(task);
	else
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
	if (!task->row->job)
		prepare_request(task);
	task->held = true;
	task_held(task);
}

bool task_listens(const struct task *task)
{
	return task->job && !task->over && task->row->job->event;
}

void task_drop(struct task *task)
{
	http_cancel(task->request);
	loop_cancel(task->run->engine->loop, task->timer);
	loop_cancel(task->run->engine->loop, task->grace);
	if (task->job)
		task->row->job->cancel(task->job);
	task->request = NULL;
	task->timer = task->grace = NULL;
	task->job = NULL;
}

static void grace_over(void *arg)
{
	struct task *task = arg;
	task->grace = NULL;
	task_drop(task);
	task->quiet = task->step->cut = true;
	task->step->failure = "interrupted; its command may still run";
	task_end(task, false);
}

/* One that lasts as long as a command likes is given the grace of a stop. */
static void bound_endless(struct task *task)
{
	int64_t grace = !task->over && task->row->endless && !task->grace ? op_grace(&task->call) : -1;
	if (grace >= 0)
		task->grace = loop_after(task->run->engine->loop, grace, grace_over, task);
}

void task_interrupt(struct task *task)
{
	const struct step *follows = task->step->follows;
	bound_endless(task);
	if (task->over || task->gives_up || (!task->job && !task->held) ||
		(task->row->job && follows && follows->state == STEP_DONE))
		return;
	task_drop(task);
	task->quiet = task->step->cut = true;
	task->step->failure = task->run->sched.why;
	task_end(task, false);
}

/* What the engine fails for, whatever is asked of it, is told once: further steps are added to the first
 * finding. Returns whether it was one of those. */
static bool is_told(struct task *task)
{
	struct run *run = task->run;
	const struct step *step = task->step;
	struct error *first;
	if (task->ok || !task->call.common || !step->failure)
		return false;
	first = map_get(&run->common, step->failure);
	if (!first)
		return false;
	const char *also = arena_printf(run->errors->arena, "the same: %s %s %s", op_traits[step->op].verb,
		op_traits[step->op].object, step_shown_name(step));
	first->detail =
		first->detail ? arena_printf(run->errors->arena, "%s\n%s", first->detail, also) : also;
	return true;
}

/* Findings of the step become findings of the run; warnings when others make up for the failure. */
static void move_findings(struct task *task)
{
	struct errors *to = task->run->errors;
	bool mild = step_tolerated(task->step);
	if (!task->ok && step_made_up(task->step)) /* its line on the screen says enough */
		return;
	if (!mild && is_told(task))
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
		if (from->source)
			error_source(to, from->source);
	}
	if (!mild && task->call.common && to->latest)
		map_set(&task->run->common, task->step->failure, to->latest);
}

static void tell_kept(const struct task *task)
{
	const struct step *step = task->step;
	event_send(task->run->options->sink,
		&(struct event){ .kind = EVENT_NOTE,
			.text = arena_printf(task->run->arena, "%s %s stays: %s", op_traits[step->op].object,
				step->name, step->kept) });
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
	if (task->step->kept)
		tell_kept(task);
	if (!task->ok && !task->step->failure)
		task->step->failure = task->findings.last ? task->findings.last->message : "failed";
	sched_done(&run->sched, task->step, task->ok);
}
