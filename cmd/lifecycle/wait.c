#include "base/text/text.h"
#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/screen/show_screen.h"
#include "engine/drive/drive_down.h"
#include "engine/drive/follow.h"

#include <signal.h>

struct wait_options {
	bool down_project;
};

#define AT(member) offsetof(struct wait_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "down-project", 0, AT(down_project), NULL,
		"When all have ended, stop and remove the project" },
	{ 0 },
};

struct waiting {
	struct ctx *ctx;
	struct scope scope;
	int signal;
	size_t count; /* of the containers that count, so far */
};

static bool wait_counts(void *arg, const char *project, const char *service)
{
	const struct waiting *waiting = arg;
	return text_is(waiting->scope.name, project) && scope_means(&waiting->scope, service);
}

static bool wait_shows(void *arg, const char *project, const char *service)
{
	(void)arg;
	(void)project;
	(void)service;
	return false;
}

/* The words are docker compose's. */
static void tell_status(struct waiting *waiting, const char *id, int64_t status)
{
	fprintf(waiting->ctx->output.stream, "container \"%s\" exited with status code %lld\n", id,
		(long long)status);
	output_flush(&waiting->ctx->output);
	waiting->ctx->status = container_exit_status(status);
}

static void wait_ended(void *arg, const struct follow_one *one)
{
	tell_status(arg, one->id, one->exit_code);
}

static void wait_signal(void *arg, int number)
{
	struct waiting *waiting = arg;
	if (number == SIGINT || number == SIGTERM || number == SIGHUP)
		waiting->signal = number;
}

static bool is_cut_short(void *arg)
{
	return ((struct waiting *)arg)->signal != 0;
}

/* What has ended already has a status as well. Nobody knows in which order: a failure counts. */
static void tell_ended(struct waiting *waiting, const struct observed *seen)
{
	int failure = 0;
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		bool ended = container->state == CONTAINER_EXITED || container->state == CONTAINER_DEAD;
		if (container->oneoff || !wait_counts(waiting, container->project, container->service))
			continue;
		waiting->count += ended || container_state_runs(container->state);
		if (!ended)
			continue;
		tell_status(waiting, container->id, container->exit_code);
		failure = failure ? failure : waiting->ctx->status;
	}
	waiting->ctx->status = failure;
}

static int wait_for_all(struct waiting *waiting, struct follow *follow, struct drive *drive)
{
	drive->scratch = drive->arena;
	const struct observed *seen = drive_containers(drive, drive->errors);
	if (!seen)
		return -1;
	tell_ended(waiting, seen);
	if (!waiting->count) {
		error_add(drive->errors, ERROR_ENGINE, NULL, NULL, "no containers for project \"%s\"",
			waiting->scope.name);
		return error_hint(drive->errors, "none of these services has one that runs or has ended");
	}
	follow_adopt(follow, seen, false);
	follow_wait(follow, is_cut_short, waiting);
	return waiting->signal || follow_broken(follow) ? -1 : 0;
}

static int wait_down(struct ctx *ctx, const struct scope *scope)
{
	struct drive_down down = {
		.drive = lifecycle_drive(ctx, scope),
		.how = { .remove_orphans = true },
	};
	drive_down_init(&down);
	return lifecycle_run(ctx, &down.drive, drive_run);
}

/* Listens before it looks, so that no end is missed; a signal ends the waiting. */
static int wait_run(struct ctx *ctx, const void *data)
{
	const struct wait_options *options = data;
	struct waiting waiting = { .ctx = ctx };
	if (lifecycle_open(ctx, false, &waiting.scope) < 0)
		return -1;
	struct drive drive = lifecycle_drive(ctx, &waiting.scope);
	const struct show_look look = { 0 };
	struct follow_options wish = {
		.engine = ctx->engine,
		.errors = &ctx->errors,
		.scope = &waiting.scope,
		.sink = show_quiet_create(ctx->arena, &look),
		.wants = wait_shows,
		.counts = wait_counts,
		.ended = wait_ended,
		.first_end = true,
		.arg = &waiting,
	};
	loop_signals(ctx->loop, wait_signal, &waiting);
	struct follow *follow = follow_open(ctx->arena, &wish);
	int result = follow ? wait_for_all(&waiting, follow, &drive) : -1;
	if (follow)
		follow_close(follow);
	loop_signals(ctx->loop, NULL, NULL);
	ctx->interrupted = waiting.signal;
	if (result == 0 && options->down_project)
		result = wait_down(ctx, &waiting.scope);
	ctx->task_status = result == 0;
	return result;
}

const struct cmd cmd_wait = {
	.name = "wait",
	.args = "SERVICE...",
	.brief = "Wait until the containers of services have ended",
	.text = "Prints each with its exit status as it ends; our status is that of the last. One that had ended before "
		"counts, too, and so does the end of one that is started again.",
	.examples = (const struct cmd_example[]){ { "wait migrate", "its status is ours" },
		{ "wait --down-project test", "and take everything down then" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct wait_options),
	.min_args = 1,
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = wait_run,
};
