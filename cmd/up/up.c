#include "cmd/up/up.h"
#include "cmd/up/attach.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/up/print_plan.h"
#include "cmd/line/report.h"
#include "cmd/up/settle.h"
#include "cmd/screen/show.h"
#include "cmd/screen/show_log.h"
#include "engine/run/lock.h"
#include "engine/run/run.h"

#include <string.h>
#include <unistd.h>

#define AT(member) offsetof(struct up_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "abort-on-container-exit", 0, AT(abort_on_exit), NULL,
		"Stop everything when any container ends; its status is ours",
		.excludes = "detach,wait,abort-on-container-failure,no-start" },
	{ OPT_FLAG, "abort-on-container-failure", 0, AT(abort_on_failure), NULL,
		"Stop everything when any container fails; its status is ours",
		.excludes = "detach,wait,no-start" },
	{ OPT_FLAG, "always-recreate-deps", 0, AT(always_recreate_deps), NULL,
		"Recreate dependencies, changed or not", .excludes = "no-recreate" },
	{ OPT_TEXTS, "app", 0, AT(applications), "ID",
		"Start an application of the registry with its upstream; can be repeated",
		.value = VALUE_APPLICATION },
	{ OPT_TEXTS, "attach", 0, AT(attach), "SERVICE",
		"Show the output of these services only; can be repeated", .excludes = "detach,wait",
		.value = VALUE_SERVICE },
	{ OPT_FLAG, "attach-dependencies", 0, AT(attach_dependencies), NULL,
		"Show the output of dependencies, too", .excludes = "attach,detach,wait" },
	{ OPT_FLAG, "build", 0, AT(build), NULL, "Build images before containers start",
		.excludes = "no-build" },
	{ OPT_FLAG, "detach", 'd', AT(detach), NULL, "Return when everything is started" },
	{ OPT_TEXT, "exit-code-from", 0, AT(exit_code_from), "SERVICE",
		"Return the status of this service's container, and stop everything when it ends or another fails",
		.excludes = "detach,wait,no-start", .value = VALUE_SERVICE },
	{ OPT_FLAG, "fail-fast", 0, AT(fail_fast), NULL,
		"Begin nothing new after a failure; otherwise independent branches go on" },
	{ OPT_FLAG, "force-recreate", 0, AT(force_recreate), NULL, "Recreate containers, changed or not",
		.excludes = "no-recreate" },
	{ OPT_FLAG, "ignore-orphans", 0, AT(ignore_orphans), NULL,
		"Do not mention containers of services that are not in the file",
		.env = "COMPOSE_IGNORE_ORPHANS" },
	{ OPT_TEXTS, "no-attach", 0, AT(no_attach), "SERVICE",
		"Do not show the output of these services; can be repeated", .value = VALUE_SERVICE },
	{ OPT_FLAG, "no-build", 0, AT(no_build), NULL, "Never build, even when an image is missing" },
	{ OPT_FLAG, "no-color", 0, AT(no_color), NULL, "Do not colour the names in front of output" },
	{ OPT_FLAG, "no-deps", 0, AT(no_deps), NULL, "Leave dependencies alone" },
	{ OPT_FLAG, "no-log-prefix", 0, AT(no_log_prefix), NULL, "Show output without names in front" },
	{ OPT_FLAG, "no-recreate", 0, AT(no_recreate), NULL, "Keep existing containers, changed or not" },
	{ OPT_FLAG, "no-start", 0, AT(no_start), NULL, "Create containers without starting them",
		.excludes = "wait" },
	{ OPT_TEXT, "pull", 0, AT(pull), "POLICY", "When to pull images",
		.choices = "always|missing|never|policy", .value = VALUE_CHOICE },
	{ OPT_FLAG, "quiet-pull", 0, AT(quiet_pull), NULL, "Do not show how far pulls are" },
	{ OPT_FLAG, "remove-orphans", 0, AT(remove_orphans), NULL,
		"Remove containers of services that are not in the file", .env = "COMPOSE_REMOVE_ORPHANS" },
	{ OPT_FLAG, "renew-anon-volumes", 'V', AT(renew_anon_volumes), NULL,
		"Give recreated containers new anonymous volumes" },
	{ OPT_TEXTS, "scale", 0, AT(scale), "SERVICE=N", "Number of containers; can be repeated",
		.value = VALUE_SCALE },
	{ OPT_SECONDS, "timeout", 't', AT(timeout), "TIME", "Grace of a stop before the kill (10, 1m30s)" },
	{ OPT_FLAG, "timestamps", 0, AT(timestamps), NULL, "Show the time of each line of output" },
	{ OPT_FLAG, "wait", 0, AT(wait), NULL, "Return when everything is ready; implies --detach" },
	{ OPT_SECONDS, "wait-timeout", 0, AT(wait_timeout), "TIME", "Give up waiting after this time" },
	{ OPT_FLAG, "yes", 'y', AT(yes), NULL, "Accepted for scripts: docker flow asks nothing" },
	{ 0 },
};

/* A run of the plans, with everything that is released at its end. */
struct running {
	struct up *up;
	struct sink *sink;
	struct show_log *log;
	struct attach *attach; /* NULL: detached */
	struct settle *settle; /* only with --wait */
	int locks[2];
	size_t nlocks;
};

static bool is_attached(const struct up_options *options)
{
	return !options->detach && !options->wait && !options->no_start;
}

static int take_locks(struct running *running)
{
	struct up *up = running->up;
	struct ctx *ctx = up->ctx;
	for (size_t i = running->nlocks; i < up->scope.nprojects; i++) {
		int lock = lock_take(ctx->engine, up->scope.projects[i]->name, running->sink, &ctx->errors);
		if (lock < 0)
			return -1;
		running->locks[running->nlocks++] = lock;
	}
	return 0;
}

/* Takes the locks that nobody has before the first look: then there is no need for a second one. */
static void try_locks(struct running *running)
{
	const struct up *up = running->up;
	for (size_t i = 0; i < up->scope.nprojects; i++) {
		int lock = lock_try(up->ctx->engine, up->scope.projects[i]->name);
		if (lock < 0)
			return;
		running->locks[running->nlocks++] = lock;
	}
}

static void release_locks(struct running *running)
{
	while (running->nlocks)
		close(running->locks[--running->nlocks]);
}

static int run_one(
	struct running *running, struct plan *plan, struct run_result *ret_result, struct errors *errors)
{
	struct up *up = running->up;
	struct ctx *ctx = up->ctx;
	struct texts names = scope_names(ctx->arena, &up->scope);
	struct run_options options = {
		.sink = running->sink,
		.seen = up->seen,
		.shared_files = up->how.shared_files,
		.fail_fast = up->options->fail_fast,
		.parallel = connect_parallel(ctx),
		.projects = names.items,
		.nprojects = names.count,
		.deadline = up->options->wait_timeout.set ? up->options->wait_timeout.value : 0,
	};
	if (running->attach) {
		ctx->interrupted = attach_signal(running->attach);
		attach_hook(running->attach, &options);
	}
	if (ctx->interrupted)
		return -1;
	int result = run_plan(ctx->engine, plan, &options, ret_result, errors);
	ctx->interrupted = ret_result->interrupted;
	return result;
}

/* Says what an interrupted run leaves behind. */
static void tell_what_is_up(struct running *running)
{
	struct up *up = running->up;
	struct ctx *ctx = up->ctx;
	struct texts names = scope_names(ctx->arena, &up->scope);
	struct observe_query query = { .projects = names.items, .nprojects = names.count };
	struct observed *seen;
	const char *list = NULL;
	struct errors unheard;
	errors_init(&unheard, ctx->arena);
	bool known = observe(ctx->engine, &query, &seen, &unheard) == 0;
	for (size_t i = 0; known && i < seen->ncontainers; i++)
		if (seen->containers[i]->state == CONTAINER_RUNNING)
			list = list ? arena_printf(ctx->arena, "%s, %s", list, seen->containers[i]->name)
				    : seen->containers[i]->name;
	list = arena_printf(ctx->arena, "interrupted; still running: %s",
		list    ? list
		: known ? "nothing"
			: "unknown, the engine does not answer");
	event_send(running->sink, &(struct event){ .kind = EVENT_NOTE, .text = list });
}

/* Services whose image could not be had, and what requires them, are out; the others go on. */
static void drop_failed(struct up *up)
{
	const struct dag *dag = up->scope.dag;
	for (size_t i = 0; i < up->image_plan->count; i++) {
		const struct step *step = up->image_plan->steps[i];
		if (step->may_fail || (step->state != STEP_FAILED && step->state != STEP_SKIPPED))
			continue;
		for (size_t v = 0; v < dag->count; v++)
			if (strcmp(service_image(up->ctx->arena, dag->vertices[v]->service), step->name) == 0)
				dag_drop(dag, dag->vertices[v]);
	}
}

/* Says what is left out for want of an image. */
static void tell_dropped(const struct running *running)
{
	const struct dag *dag = running->up->scope.dag;
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->sorted[i];
		const char *text = "left out: its image is not there";
		for (size_t e = 0; e < vertex->nedges; e++)
			if (vertex->edges[e].required && vertex->edges[e].to->dropped)
				text = arena_printf(running->up->ctx->arena, "left out: it needs %s",
					vertex->edges[e].to->service->key);
		if (vertex->dropped)
			event_send(running->sink, &(struct event){ .kind = EVENT_NOTE,
							  .object = "service",
							  .name = vertex->service->key,
							  .text = text });
	}
}

/* Pulls and builds; returns 0 when it is worth going on. */
static int run_images(struct running *running)
{
	struct up *up = running->up;
	struct run_result result = { 0 };
	if (!up->image_plan || !up->image_plan->count)
		return 0;
	if (run_one(running, up->image_plan, &result, &up->ctx->errors) < 0) {
		if (result.interrupted || up->options->fail_fast)
			return -1;
		drop_failed(up);
		tell_dropped(running);
	}
	return up_look_again(up);
}

/* Runs the plan of containers. The lock does not keep other hosts away: when the engine turns out to be
 * changed by somebody else, there is a new plan, twice at most. */
static int run_rest(struct running *running, struct run_result *ret_result)
{
	enum { TRIES = 3 };
	struct up *up = running->up;
	struct ctx *ctx = up->ctx;
	int result = 0;
	for (int tries = 1; up->plan->count; tries++) {
		struct errors errors;
		errors_init(&errors, ctx->arena);
		result = run_one(running, up->plan, ret_result, &errors);
		if (!result || ctx->interrupted || tries == TRIES || !plan_conflict(up->plan)) {
			errors_append(&ctx->errors, &errors);
			break;
		}
		event_send(running->sink,
			&(struct event){ .kind = EVENT_NOTE,
				.text = "somebody else changes the same containers or networks: looking "
					"again" });
		if (up_look_anew(up) < 0)
			return -1;
		result = 0;
	}
	return result;
}

/* Images, then the rest. */
static int run_rounds(struct running *running)
{
	struct up *up = running->up;
	struct ctx *ctx = up->ctx;
	struct run_result result = { 0 };
	if (run_images(running) < 0)
		return -1;
	show_notes(running->sink, up->plan);
	report_warnings(ctx);
	if (run_rest(running, &result) < 0)
		return -1;
	if (!running->attach && settle_check(up, running->settle, &result) < 0)
		return -1;
	return ctx->errors.count ? -1 : 0;
}

/* Everything from the lock to the end. */
static int run_locked(struct running *running)
{
	struct up *up = running->up;
	if (up_idle(up) && !(running->settle && settle_due(up))) {
		release_locks(running);
		show_notes(running->sink, up->plan);
		event_send(running->sink, &(struct event){ .kind = EVENT_NOTE,
						  .text = "nothing to do: everything is as the file says" });
		return 0;
	}
	/* Somebody else may have been at it while we looked and waited for the lock. */
	if (running->nlocks < up->scope.nprojects && (take_locks(running) < 0 || up_look(up) < 0))
		return -1;
	int result = run_rounds(running);
	release_locks(running);
	return result;
}

static int run_up(struct running *running)
{
	struct up *up = running->up;
	struct ctx *ctx = up->ctx;
	if (is_attached(up->options)) {
		running->log = show_log_create(ctx, up->options->no_log_prefix, up->options->no_color);
		running->sink = show_create(ctx, "up", running->log, up->options->quiet_pull);
		running->attach = attach_open(up, running->sink, running->log);
		if (!running->attach)
			return -1;
	} else {
		running->sink = show_create(ctx, "up", NULL, up->options->quiet_pull);
	}
	if (up->options->wait && !(running->settle = settle_open(up, running->sink)))
		return -1;
	int result = run_locked(running);
	if (ctx->interrupted && !running->attach)
		tell_what_is_up(running);
	settle_close(running->settle);
	running->sink->interrupted = ctx->interrupted != 0;
	show_end(running->sink, result == 0 || ctx->interrupted);
	if (running->attach) {
		result = attach_follow(running->attach, result);
		attach_close(running->attach);
	}
	return result;
}

static int run(struct ctx *ctx, const void *options)
{
	struct up up;
	struct running running = { .up = &up };
	if (up_open(ctx, options, &up) < 0 || connect_engine(ctx) < 0)
		return -1;
	if (!ctx->globals.dry_run)
		try_locks(&running);
	if (up_look(&up) < 0) {
		release_locks(&running);
		return -1;
	}
	if (ctx->globals.dry_run)
		return print_plans(stdout, &up, false);
	report_warnings(ctx);
	int result = run_up(&running);
	release_locks(&running);
	return result;
}

const struct cmd cmd_up = {
	.name = "up",
	.args = "[SERVICE...]",
	.brief = "Create and start what the compose file says, dependencies first",
	.text = "Compares the file with what the engine has, and changes only what differs. A service starts when "
		"what it depends on meets its condition; independent branches do not wait for each other.\n"
		"Without --detach the output of the containers is shown until all have ended; Ctrl-C stops them, "
		"a second Ctrl-C kills them.",
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct up_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = run,
};
