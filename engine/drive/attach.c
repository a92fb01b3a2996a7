#include "engine/drive/attach.h"
#include "base/text/text.h"
#include "engine/drive/drive_down.h"

#include <signal.h>
#include <string.h>

#define DRAIN     2000000000          /* ns for the last output of what was stopped */
#define JUDGEMENT INT64_C(1000000000) /* ns for a gate to look at what has ended */

/* Services asked for by name speak; dependencies only when wanted. */
static bool attach_wants(void *arg, const char *project, const char *service)
{
	const struct attach *attach = arg;
	const struct dag_vertex *vertex = scope_selected(attach->drive->scope, project, service);
	if (!vertex || text_among(service, attach->hidden, attach->nhidden))
		return false;
	if (attach->nshown)
		return text_among(service, attach->shown, attach->nshown);
	if (vertex->service->attach == TRI_NO)
		return false;
	return vertex->named || attach->dependencies;
}

static bool counts_end(void *arg, const char *project, const char *service)
{
	const struct attach *attach = arg;
	const struct dag_vertex *vertex = scope_selected(attach->drive->scope, project, service);
	return vertex && (vertex->named || text_is(attach->exit_code_from, service));
}

/* Whether the output of any service that was asked for is shown. */
static bool shows_any(const struct attach *attach)
{
	const struct dag *dag = attach->drive->scope->dag;
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		if (dag->vertices[i]->named &&
			attach_wants((void *)attach, service->project->name, service->key))
			return true;
	}
	return false;
}

/* As docker compose has it, what is not shown is not waited for, unless it was named. */
static bool awaits_end(void *arg, const char *project, const char *service)
{
	const struct attach *attach = arg;
	return attach->named || text_is(attach->exit_code_from, service) ||
	       attach_wants(arg, project, service) || !shows_any(attach);
}

/* Whether this end stops everything. A task that others wait for may end well at any time, unless it is the
 * one whose status was asked for. */
static bool stops_everything(const struct attach *attach, const char *service, int64_t exit_code)
{
	const struct dag_vertex *vertex = dag_find(attach->drive->scope->dag, service);
	if (text_is(attach->exit_code_from, service))
		return true;
	if (vertex && vertex->awaited && exit_code == 0 && !attach->as_compose)
		return false;
	return attach->abort_on_exit ||
	       ((attach->abort_on_failure || attach->exit_code_from) && exit_code != 0);
}

static void take_end(struct attach *attach, const char *service, int64_t exit_code)
{
	if (!attach->wanted && text_is(attach->exit_code_from, service)) {
		attach->wanted = true;
		attach->wanted_code = exit_code;
	}
	if (!attach->abort && service && stops_everything(attach, service, exit_code)) {
		attach->abort = true;
		attach->abort_code = exit_code;
		attach->abort_service = service;
		attach->abort_at = loop_now();
	}
}

/* One that is replaced goes on in the other. */
static void one_ended(void *arg, const struct follow_one *one)
{
	struct attach *attach = arg;
	if (!text_is(attach->changed, one->service) && !follow_succeeded(one->follow, one))
		take_end(attach, one->service, one->exit_code);
}

static void got_interrupt(void *arg, int number)
{
	struct attach *attach = arg;
	if (!attach->signal && (number == SIGINT || number == SIGTERM || number == SIGHUP))
		attach->signal = number;
}

/* Widths of the names that will speak, so that the first line is aligned with the last. */
static void expect_names(struct attach *attach)
{
	const struct dag *dag = attach->drive->scope->dag;
	struct texts labels = { 0 };
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		if (!attach_wants(attach, service->project->name, service->key))
			continue;
		int64_t scale = reconcile_scale(attach->scale, service);
		for (int64_t n = 1; n <= scale && n <= 1000; n++) {
			const char *name = service_container_name(attach->drive->arena, service, n);
			texts_add(attach->drive->arena, &labels,
				follow_label(service->project->name, service->key, name));
			attach->expect(attach->arg, labels.items[labels.count - 1]);
		}
	}
	if (attach->begun)
		attach->begun(attach->arg, &labels);
}

/* A gate that watches the one that has ended tells why the run fails: it is given the time to look. */
static bool is_judged(const struct attach *attach)
{
	const struct plan *plan = attach->drive->plan;
	bool judged = true;
	for (size_t i = 0; attach->abort_code && plan && i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (step->op == OP_GATE && step->state == STEP_RUNNING)
			judged &= !text_is(step->service->key, attach->abort_service);
	}
	return judged || loop_now() - attach->abort_at > JUDGEMENT;
}

static bool is_ended(void *arg)
{
	const struct attach *attach = arg;
	return (attach->abort && is_judged(attach)) || *attach->broken;
}

/* Whether everything is to be stopped. */
static bool is_stopping(const struct attach *attach)
{
	return attach->signal || attach->abort || *attach->broken;
}

/* The engine ends no container whose last output nobody takes. */
static bool is_full(void *arg)
{
	const struct attach *attach = arg;
	return attach->full && !is_stopping(attach) && attach->full(attach->arg);
}

int attach_open(struct attach *attach, struct drive *drive)
{
	struct follow_options options = {
		.engine = drive->engine,
		.errors = drive->errors,
		.scope = drive->scope,
		.sink = drive->sink,
		.expect = attach->expect,
		.expect_arg = attach->arg,
		.logs = { .timestamps = attach->timestamps },
		.new_ones = true,
		.exits = true,
		.attaches = !attach->timestamps, /* which only logs have */
		.forgets = attach->changes,
		.wants = attach_wants,
		.counts = counts_end,
		.awaits = awaits_end,
		.full = is_full,
		.ended = one_ended,
		.arg = attach,
	};
	attach->drive = drive;
	loop_signals(drive->engine->loop, got_interrupt, attach);
	attach->follow = follow_open(drive->arena, &options);
	if (!attach->follow)
		return -1;
	drive->follow = attach->follow;
	drive->signal = &attach->signal;
	drive->halted = is_ended;
	drive->halted_arg = attach;
	expect_names(attach);
	return 0;
}

void attach_join(struct attach *attach, struct drive *drive)
{
	drive->sink = attach->drive->sink;
	drive->follow = attach->follow;
	drive->signal = &attach->signal;
	drive->halted = is_ended;
	drive->halted_arg = attach;
}

bool attach_over(const struct attach *attach)
{
	return attach->left || is_stopping(attach);
}

void attach_leave(struct attach *attach)
{
	attach->left = true;
}

/* An interrupt stops what was asked for by name, or all where nothing was: what that needs may have run
 * before. Applications are shared with others. */
static bool attach_stops(const struct attach *attach, const struct dag_vertex *vertex)
{
	bool all = attach->abort && !attach->signal && !attach->as_compose;
	return vertex->selected && (vertex->named || all) && !vertex->service->application;
}

/* Stops or kills what this run is to leave stopped. */
static int halt(struct attach *attach, bool kill, int *ret_interrupted)
{
	const struct drive *drive = attach->drive;
	const struct dag *dag = drive->scope->dag;
	struct scope scope = {
		.name = drive->scope->name, .project = drive->scope->project, .dag = drive->scope->dag
	};
	struct texts services = { 0 };
	struct errors errors; /* what the run has found is no failure of the stop */
	errors_init(&errors, drive->arena);
	for (size_t i = 0; i < dag->count; i++)
		if (attach_stops(attach, dag->vertices[i]))
			texts_add(drive->arena, &services, dag->vertices[i]->service->key);
	*ret_interrupted = 0;
	if (!services.count || !drive->scope->project)
		return 0;
	struct drive_down down = {
		.drive = { .engine = drive->engine,
			.arena = drive->arena,
			.errors = &errors,
			.scope = &scope,
			.sink = drive->sink,
			.follow = attach->follow,
			.parallel = drive->parallel,
			.impatient = attach->signal != 0,
			.unlocked = true },
		.services = services,
		.how = { .extent = TEARDOWN_PROCESSES, .kill = kill, .timeout = attach->timeout },
	};
	drive_down_init(&down);
	int result = drive_look(&down.drive) < 0 ? -1 : drive_run(&down.drive);
	errors_append(drive->errors, &errors);
	*ret_interrupted = down.drive.interrupted;
	return result;
}

/* Whether there is anything to stop, as far as is known before the engine is asked. */
static bool anything_runs(const struct attach *attach)
{
	size_t count;
	struct follow_one *const *ones = follow_all(attach->follow, &count);
	for (size_t i = 0; i < count; i++)
		if (ones[i]->runs)
			return true;
	return false;
}

/* Gracefully at the first interrupt, at once at the second. */
static int stop_everything(struct attach *attach, bool interrupted)
{
	struct drive *drive = attach->drive;
	int signal;
	drive->sink->title = "stop";
	drive->sink->interrupted = interrupted;
	if (anything_runs(attach))
		drive_note(drive, !interrupted ? "stopping the others"
				  : attach->signal && attach->signal != SIGINT
					  ? "stopping; another signal kills"
					  : "stopping; Ctrl-C again kills");
	follow_take_ends(attach->follow);
	int stopped = halt(attach, false, &signal);
	if (signal) {
		if (!attach->signal)
			attach->signal = signal;
		errors_init(drive->errors, drive->arena);
		stopped = halt(attach, true, &signal);
	}
	/* The engine's word that the last has ended may come after its answer to the stop. */
	if (stopped == 0)
		follow_review(attach->follow);
	follow_drain(attach->follow, DRAIN);
	event_end(drive->sink, stopped == 0);
	return stopped;
}

/* Any container that failed on its own, and was not stopped, fails the command. */
static int check_failures(struct attach *attach)
{
	struct errors *errors = attach->drive->errors;
	size_t count;
	struct follow_one *const *ones = follow_all(attach->follow, &count);
	for (size_t i = 0; i < count; i++)
		if (ones[i]->counted && !ones[i]->runs && ones[i]->exit_code && !ones[i]->stopped &&
			!follow_succeeded(attach->follow, ones[i]))
			error_add(errors, ERROR_TASK, NULL, NULL, "container %s exited with code %lld",
				ones[i]->name, (long long)ones[i]->exit_code);
	return errors->count ? -1 : 0;
}

/* The status of the container that was asked for, or of the one that ended everything. */
static void take_status(struct attach *attach)
{
	attach->status = container_exit_status(attach->wanted ? attach->wanted_code : attach->abort_code);
	attach->has_status = true;
}

/* The container whose status was asked for may have ended before anybody listened to it. */
static int look_for_end(struct attach *attach)
{
	const struct drive *drive = attach->drive;
	if (!attach->exit_code_from || attach->wanted)
		return 0;
	const struct observed *seen = drive_containers(drive, drive->errors);
	for (size_t i = 0; seen && i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		if (container->state == CONTAINER_EXITED && !container->oneoff &&
			text_is(attach->exit_code_from, container->service) &&
			counts_end(attach, container->project, container->service))
			take_end(attach, container->service, container->exit_code);
	}
	return seen ? 0 : -1;
}

/* What was changed meanwhile may not have been told yet by the engine's events. */
static int catch_up(struct attach *attach)
{
	follow_review(attach->follow);
	attach->changed = NULL;
	return follow_look(attach->follow, false);
}

static int wait_until_over(struct attach *attach)
{
	while (!attach_over(attach) && follow_goes_on(attach->follow)) {
		if (!attach->meanwhile || !attach->meanwhile(attach->meanwhile_arg))
			loop_turn(attach->drive->engine->loop, -1);
		else if (!attach_over(attach) && catch_up(attach) < 0)
			return -1;
	}
	return 0;
}

/* Passes output on until something ends it; what runs by now counts, whoever has started it. */
static int wait_for_end(struct attach *attach)
{
	if (follow_look(attach->follow, false) < 0 || look_for_end(attach) < 0)
		return -1;
	int result = wait_until_over(attach);
	if (attach->meanwhile_over)
		attach->meanwhile_over(attach->meanwhile_arg);
	return result;
}

static bool ends_count(const struct attach *attach)
{
	return attach->abort_on_exit || attach->abort_on_failure || attach->exit_code_from;
}

int attach_follow(struct attach *attach, int result)
{
	struct drive *drive = attach->drive;
	if (drive->interrupted && !attach->signal)
		attach->signal = drive->interrupted;
	if (result < 0 && !attach_over(attach) && ends_count(attach))
		follow_review(attach->follow); /* a gate may have heard of an end before we do */
	if (result < 0 && !attach_over(attach)) {
		follow_drain(attach->follow, DRAIN / 10);
		return -1;
	}
	if (!attach_over(attach) && wait_for_end(attach) < 0)
		return -1;
	if (!attach_over(attach)) {
		follow_drain(attach->follow, DRAIN);
		return check_failures(attach);
	}
	if (!is_stopping(attach)) {
		drive_note(drive, "left: the containers run on");
		return 0;
	}
	int stopped = stop_everything(attach, attach->signal != 0);
	drive->interrupted = attach->signal;
	if (stopped == 0 && attach->abort && !attach->signal)
		take_status(attach);
	return stopped;
}

void attach_close(struct attach *attach)
{
	follow_close(attach->follow);
	loop_signals(attach->drive->engine->loop, NULL, NULL);
}
