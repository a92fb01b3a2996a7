#include "engine/run/run_inside.h"
#include "engine/loop/backoff.h"

#include <string.h>

#define MS INT64_C(1000000)

static void send(struct task *task);

static void end(struct task *task, bool ok)
{
	task->over = true;
	task->ok = ok;
}

/* A failure that has left its finding: its first line becomes the step's. */
static void fail(struct task *task, const struct errors *errors)
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
	send(task);
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

static void answered(struct request *request)
{
	struct task *task = request->arg;
	task->request = NULL;
	switch (op_got(&task->call, request)) {
	case OP_DONE:
		end(task, true);
		return;
	case OP_NEXT:
		send(task);
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
		send(task);
		return;
	}
	op_explain(&task->call, request);
	end(task, false);
}

/* Whether the engine answers at once: not while it waits for a container to stop, a command to end or bytes
 * to come. */
static bool is_prompt(enum op op)
{
	return op_words[op].pool != POOL_STOP && op != OP_CONTAINER_UPLOAD;
}

static void send(struct task *task)
{
	struct request *request = http_request(task->run->engine->http);
	request->done = answered;
	request->arg = task;
	if (op_ask(&task->call, request) < 0) {
		http_free(request);
		fail(task, task->call.errors);
		return;
	}
	request->prompt = is_prompt(task->step->op);
	task->request = request;
	if (http_send(request, task->call.errors) < 0) {
		task->request = NULL;
		fail(task, task->call.errors);
	}
}

/* Gates, pulls, builds: told from the loop. */
static void told(void *arg, bool ok)
{
	end(arg, ok);
}

static void begin_gate(struct task *task)
{
	struct step *step = task->step;
	struct run *run = task->run;
	const char **ids = NULL;
	size_t nids = 0;
	for (size_t i = 0; i < step->nwatched; i++)
		*ARENA_PUSH(run->arena, ids, nids) = step->watched[i]->id;
	for (size_t i = 0; i < step->nstarts; i++) {
		const char *id = step_container(step->starts[i]);
		if (id)
			*ARENA_PUSH(run->arena, ids, nids) = id;
	}
	task->gate =
		gate_begin(run->engine, step, ids, nids, run->options->sink, told, task, &task->findings);
	if (!task->gate)
		fail(task, &task->findings);
}

static void begin_image(struct task *task)
{
	struct run *run = task->run;
	bool pull = task->step->op == OP_IMAGE_PULL;
	task->job = (pull ? pull_begin : build_begin)(
		run->engine, task->step, run->options->sink, told, task, &task->findings);
	if (!task->job)
		fail(task, &task->findings);
}

static bool makes_container(const struct step *step)
{
	return step->container || step->target;
}

static void begin_op(struct task *task)
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
		.engine = run->engine,
		.arena = run->arena,
		.step = step,
		.context = &task->context,
		.container = step_container(step),
		.network = peer_network(run, step),
		.errors = &task->findings,
	};
	if (makes_container(step) && !task->call.container) {
		error_add(&task->findings, ERROR_ENGINE, NULL, NULL,
			"cannot %s container %s: it was not made", op_words[step->op].verb,
			step_shown_name(step));
		fail(task, &task->findings);
		return;
	}
	if (step->op == OP_CONTAINER_START)
		watch_started(run, task->call.container, step);
	if (step->op == OP_CONTAINER_START && run->options->before_start)
		task->held = true;
	else
		send(task);
	task_held(task);
}

void task_held(struct task *task)
{
	const struct run_options *options = task->run->options;
	if (!task->held || task->over ||
		!options->before_start(options->arg, task->step, task->call.container))
		return;
	task->held = false;
	send(task);
}

void task_begin(struct run *run, struct step *step)
{
	struct task *task = ARENA_NEW(run->arena, struct task);
	task->run = run;
	task->step = step;
	task->next = run->tasks;
	run->tasks = task;
	errors_init(&task->findings, run->arena);
	if (step->op == OP_GATE)
		begin_gate(task);
	else if (step->op == OP_IMAGE_PULL || step->op == OP_IMAGE_BUILD)
		begin_image(task);
	else
		begin_op(task);
}

void task_drop(struct task *task)
{
	http_cancel(task->request);
	loop_cancel(task->run->engine->loop, task->timer);
	gate_end(task->gate);
	image_job_end(task->job);
	task->request = NULL;
	task->timer = NULL;
	task->gate = NULL;
	task->job = NULL;
}

void task_interrupt(struct task *task)
{
	if (task->over || (!task->gate && !task->job && !task->held))
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
	/* The build makes up for it: the step's line on the screen says enough. */
	if (task->step->may_fail && task->step->op == OP_IMAGE_PULL && !task->ok)
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
