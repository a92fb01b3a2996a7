#include "cmd/up/attach.h"
#include "base/text/text.h"
#include "cmd/open/connect.h"
#include "cmd/open/follow.h"
#include "cmd/screen/show.h"

#include <signal.h>
#include <string.h>

struct attach {
	struct up *up;
	struct sink *sink;
	struct show_log *log;
	struct follow *follow;
	int signal;                      /* first one received, or 0 */
	bool ready;                      /* the run is over: ends are no longer part of the start */
	const struct follow_one *abort;  /* the container whose end stops everything */
	const struct follow_one *wanted; /* the ended container of --exit-code-from */
};

static const struct dag_vertex *vertex_of(
	const struct attach *attach, const char *project, const char *service)
{
	const struct dag_vertex *vertex = service ? dag_find(attach->up->scope.dag, service) : NULL;
	if (!vertex || !vertex->selected || !project || strcmp(vertex->service->project->name, project) != 0)
		return NULL;
	return vertex;
}

/* Services asked for by name speak; dependencies only when wanted. */
static bool wants(void *arg, const char *project, const char *service)
{
	const struct attach *attach = arg;
	const struct up_options *options = attach->up->options;
	const struct dag_vertex *vertex = vertex_of(attach, project, service);
	if (!vertex || text_among(service, options->no_attach.items, options->no_attach.count))
		return false;
	if (options->attach.count)
		return text_among(service, options->attach.items, options->attach.count);
	if (vertex->service->attach == TRI_NO)
		return false;
	return vertex->named || options->attach_dependencies;
}

static bool counts(void *arg, const char *project, const char *service)
{
	const struct attach *attach = arg;
	const struct dag_vertex *vertex = vertex_of(attach, project, service);
	const char *from = attach->up->options->exit_code_from;
	return vertex && (vertex->named || text_is(from, service));
}

/* Whether this end stops everything. An init container that others wait for may end well at any time. */
static bool aborts(const struct attach *attach, const struct follow_one *one)
{
	const struct up_options *options = attach->up->options;
	const struct dag_vertex *vertex = dag_find(attach->up->scope.dag, one->service);
	if (vertex && vertex->awaited && one->exit_code == 0)
		return false;
	if (options->abort_on_exit)
		return true;
	if (options->exit_code_from && strcmp(options->exit_code_from, one->service) == 0)
		return true;
	return (options->abort_on_failure || options->exit_code_from) && one->exit_code != 0;
}

static void ended(void *arg, const struct follow_one *one)
{
	struct attach *attach = arg;
	const char *from = attach->up->options->exit_code_from;
	if (text_is(from, one->service))
		attach->wanted = one;
	if (!attach->abort && one->service && aborts(attach, one))
		attach->abort = one;
}

static void got_signal(void *arg, int number)
{
	struct attach *attach = arg;
	if (!attach->signal && (number == SIGINT || number == SIGTERM || number == SIGHUP))
		attach->signal = number;
}

/* Widths of the names that will speak, so that the first line is aligned with the last. */
static void expect_names(struct attach *attach)
{
	const struct dag *dag = attach->up->scope.dag;
	struct arena *arena = attach->up->ctx->arena;
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		if (!wants(attach, service->project->name, service->key))
			continue;
		int64_t scale = reconcile_scale(attach->up->how.scale, service);
		for (int64_t n = 1; n <= scale && n <= 1000; n++) {
			const char *name = service_container_name(arena, service, n);
			show_log_expect(attach->log, follow_label(service->project->name, name));
		}
	}
}

struct attach *attach_open(struct up *up, struct sink *sink, struct show_log *log)
{
	struct ctx *ctx = up->ctx;
	struct attach *attach = ARENA_NEW(ctx->arena, struct attach);
	*attach = (struct attach){ .up = up, .sink = sink, .log = log };
	struct follow_options options = {
		.scope = &up->scope,
		.sink = sink,
		.log = log,
		.logs = { .timestamps = up->options->timestamps },
		.new_ones = true,
		.exits = true,
		.wants = wants,
		.counts = counts,
		.ended = ended,
		.arg = attach,
	};
	loop_signals(ctx->loop, got_signal, attach);
	attach->follow = follow_open(ctx, &options);
	if (!attach->follow)
		return NULL;
	expect_names(attach);
	return attach;
}

void attach_hook(struct attach *attach, struct run_options *options)
{
	options->before_start = follow_before_start;
	options->arg = attach->follow;
}

int attach_signal(const struct attach *attach)
{
	return attach->signal;
}

static bool over(void *arg)
{
	const struct attach *attach = arg;
	return attach->signal || attach->abort || attach->log->broken;
}

/* Stops or kills what this `up` has selected, applications excepted: others share them. */
static int halt(struct attach *attach, bool kill, struct run_result *ret_result)
{
	struct up *up = attach->up;
	struct ctx *ctx = up->ctx;
	const struct dag *dag = up->scope.dag;
	struct texts services = { 0 };
	for (size_t i = 0; i < dag->count; i++)
		if (dag->vertices[i]->selected && !dag->vertices[i]->service->application)
			texts_add(ctx->arena, &services, dag->vertices[i]->service->key);
	*ret_result = (struct run_result){ 0 };
	if (!services.count || !up->scope.project)
		return 0;
	struct observe_query query = { .projects = &up->scope.project->name, .nprojects = 1 };
	struct teardown_options how = { .keep = true, .kill = kill, .timeout = up->options->timeout };
	struct run_options options = {
		.sink = attach->sink, .impatient = attach->signal != 0, .parallel = connect_parallel(ctx)
	};
	if (observe(ctx->engine, &query, &up->seen, &ctx->errors) < 0)
		return -1;
	struct teardown_scope scope = { .dag = dag,
		.project = up->scope.project->name,
		.seen = up->seen,
		.names = services.items,
		.nnames = services.count };
	struct plan *plan = reconcile_down(ctx->arena, &scope, &how);
	options.seen = up->seen;
	return run_plan(ctx->engine, plan, &options, ret_result, &ctx->errors);
}

static void note(struct attach *attach, const char *text)
{
	event_send(attach->sink, &(struct event){ .kind = EVENT_NOTE, .text = text });
}

/* Gracefully at the first interrupt, at once at the second. */
static int stop_everything(struct attach *attach, bool interrupted)
{
	struct run_result result;
	attach->sink->title = "stop";
	attach->sink->interrupted = interrupted;
	note(attach, interrupted ? "stopping; Ctrl-C again kills" : "stopping the others");
	int stopped = halt(attach, false, &result);
	if (result.interrupted) {
		if (!attach->signal)
			attach->signal = result.interrupted;
		errors_init(&attach->up->ctx->errors, attach->up->ctx->arena);
		stopped = halt(attach, true, &result);
	}
	follow_drain(attach->follow, 2000000000);
	show_end(attach->sink, stopped == 0);
	return stopped;
}

/* Any container that failed on its own fails the command. */
static int check_failures(struct attach *attach)
{
	struct ctx *ctx = attach->up->ctx;
	size_t count;
	struct follow_one *const *ones = follow_all(attach->follow, &count);
	for (size_t i = 0; i < count; i++)
		if (ones[i]->counted && !ones[i]->runs && ones[i]->exit_code)
			error_add(&ctx->errors, ERROR_TASK, NULL, NULL, "container %s exited with code %lld",
				ones[i]->name, (long long)ones[i]->exit_code);
	return ctx->errors.count ? -1 : 0;
}

/* The status of the container that was asked for, or of the one that ended everything. */
static void take_status(struct attach *attach)
{
	struct ctx *ctx = attach->up->ctx;
	const struct follow_one *one = attach->up->options->exit_code_from ? attach->wanted : attach->abort;
	if (!one)
		one = attach->abort;
	ctx->status = (int)one->exit_code & 0xff;
	ctx->task_status = true;
}

/* Takes in what runs now, whoever has started it. */
static int adopt(struct attach *attach)
{
	struct ctx *ctx = attach->up->ctx;
	struct texts names = scope_names(ctx->arena, &attach->up->scope);
	struct observe_query query = { .projects = names.items, .nprojects = names.count };
	struct observed *seen;
	if (observe(ctx->engine, &query, &seen, &ctx->errors) < 0)
		return -1;
	follow_adopt(attach->follow, seen, false);
	return 0;
}

int attach_follow(struct attach *attach, int result)
{
	struct ctx *ctx = attach->up->ctx;
	if (ctx->interrupted && !attach->signal)
		attach->signal = ctx->interrupted;
	if (result < 0 && !attach->signal) {
		follow_drain(attach->follow, 200000000);
		return -1;
	}
	if (!attach->signal) {
		if (adopt(attach) < 0)
			return -1;
		follow_wait(attach->follow, over, attach);
	}
	if (attach->signal || attach->abort || attach->log->broken) {
		int stopped = stop_everything(attach, attach->signal != 0);
		ctx->interrupted = attach->signal;
		if (stopped < 0)
			return -1;
		if (attach->abort && !attach->signal)
			take_status(attach);
		return 0;
	}
	follow_drain(attach->follow, 2000000000);
	return check_failures(attach);
}

void attach_close(struct attach *attach)
{
	follow_close(attach->follow);
	loop_signals(attach->up->ctx->loop, NULL, NULL);
}
