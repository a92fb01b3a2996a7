#include "cmd/up/settle.h"
#include "cmd/open/follow.h"

#include <string.h>

#define WINDOW 1000000000 /* ns */

struct settle {
	struct up *up;
	struct follow *follow;
	struct loop_timer *timer;
};

static bool wants(void *arg, const char *project, const char *service)
{
	(void)arg;
	(void)project;
	(void)service;
	return false;
}

static bool counts(void *arg, const char *project, const char *service)
{
	const struct settle *settle = arg;
	const struct dag_vertex *vertex = service ? dag_find(settle->up->scope.dag, service) : NULL;
	return vertex && vertex->selected && project && strcmp(vertex->service->project->name, project) == 0;
}

struct settle *settle_open(struct up *up, struct sink *sink)
{
	struct settle *settle = ARENA_NEW(up->ctx->arena, struct settle);
	settle->up = up;
	struct follow_options options = {
		.scope = &up->scope,
		.sink = sink,
		.new_ones = true,
		.wants = wants,
		.counts = counts,
		.arg = settle,
	};
	settle->follow = follow_open(up->ctx, &options);
	return settle->follow ? settle : NULL;
}

static int fail(struct ctx *ctx, const char *name, int64_t status)
{
	return error_add(&ctx->errors, ERROR_TASK, NULL, NULL, "container %s exited with code %lld", name,
		(long long)status);
}

static bool is_unchecked(const struct up *up, const struct service *service)
{
	return service && dag_probe(up->ctx->arena, service, false)->kind == PROBE_UNSET;
}

bool settle_due(const struct up *up)
{
	for (size_t i = 0; i < up->plan->count; i++)
		if (up->plan->steps[i]->op == OP_CONTAINER_START &&
			is_unchecked(up, up->plan->steps[i]->service))
			return true;
	for (size_t i = 0; i < up->seen->ncontainers; i++) {
		const struct observed_container *container = up->seen->containers[i];
		const char *service = container->service ? container->service : "";
		const struct dag_vertex *vertex = dag_find(up->scope.dag, service);
		bool fresh = container->status && (strstr(container->status, "Less than a second") ||
							  strstr(container->status, "Up 1 second"));
		if (vertex && vertex->selected && fresh && is_unchecked(up, vertex->service))
			return true;
	}
	return false;
}

static void window_over(void *arg)
{
	struct settle *settle = arg;
	settle->timer = NULL;
}

/* A container that has failed, or NULL. */
static const struct follow_one *failed_one(const struct settle *settle)
{
	size_t count;
	struct follow_one *const *ones = follow_all(settle->follow, &count);
	for (size_t i = 0; i < count; i++)
		if (ones[i]->ends && ones[i]->exit_code)
			return ones[i];
	return NULL;
}

/* What is there now, since the last events may not have come yet. */
static struct observed *look(struct up *up)
{
	struct ctx *ctx = up->ctx;
	struct texts names = scope_names(ctx->arena, &up->scope);
	struct observe_query query = { .projects = names.items, .nprojects = names.count };
	struct observed *seen;
	return observe(ctx->engine, &query, &seen, &ctx->errors) < 0 ? NULL : seen;
}

static bool is_selected(const struct up *up, const struct observed_container *container)
{
	const struct dag_vertex *vertex =
		container->service ? dag_find(up->scope.dag, container->service) : NULL;
	return vertex && vertex->selected && !container->oneoff && container->project &&
	       strcmp(vertex->service->project->name, container->project) == 0;
}

static bool has_failed(const struct observed_container *container)
{
	return container->state == CONTAINER_EXITED && container->exit_code != 0;
}

/* Reports the selected containers that have failed; *ret_seen (may be NULL) is what is there. */
static int check_failed(struct up *up, struct observed **ret_seen)
{
	struct ctx *ctx = up->ctx;
	struct observed *seen = look(up);
	int result = seen ? 0 : -1;
	for (size_t i = 0; seen && i < seen->ncontainers; i++)
		if (has_failed(seen->containers[i]) && is_selected(up, seen->containers[i]))
			result = fail(ctx, seen->containers[i]->name, seen->containers[i]->exit_code);
	if (ret_seen)
		*ret_seen = seen;
	return result;
}

static int check_window(struct settle *settle)
{
	struct up *up = settle->up;
	struct ctx *ctx = up->ctx;
	struct observed *seen;
	if (check_failed(up, &seen) < 0)
		return -1;
	if (!settle_due(up))
		return 0;
	follow_adopt(settle->follow, seen, false);
	settle->timer = loop_after(ctx->loop, WINDOW, window_over, settle);
	while (settle->timer && !failed_one(settle))
		loop_turn(ctx->loop, -1);
	const struct follow_one *one = failed_one(settle);
	if (one) /* even when its restart policy has started it again: that is a crash loop */
		return fail(ctx, one->name, one->exit_code);
	/* The engine's list lags behind its events: an end before the subscription shows only now. */
	return check_failed(up, NULL);
}

/* Whether a step of the plan has started the container of that name. */
static bool started(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->steps[i]->op == OP_CONTAINER_START && strcmp(plan->steps[i]->name, name) == 0)
			return true;
	return false;
}

static int check_now(struct up *up, const struct run_result *result)
{
	struct ctx *ctx = up->ctx;
	if (!up->plan->count)
		return 0;
	struct observed *seen = look(up);
	int failed = seen ? 0 : -1;
	for (size_t i = 0; seen && i < seen->ncontainers; i++)
		if (has_failed(seen->containers[i]) && started(up->plan, seen->containers[i]->name))
			failed = fail(ctx, seen->containers[i]->name, seen->containers[i]->exit_code);
	for (size_t i = 0; !failed && i < result->nends; i++)
		if (result->ends[i].exit_code && !result->ends[i].again)
			failed = fail(ctx, result->ends[i].name, result->ends[i].exit_code);
	return failed;
}

int settle_check(struct up *up, struct settle *settle, const struct run_result *result)
{
	if (up->options->no_start)
		return 0;
	return settle ? check_window(settle) : check_now(up, result);
}

void settle_close(struct settle *settle)
{
	if (!settle)
		return;
	loop_cancel(settle->up->ctx->loop, settle->timer);
	follow_close(settle->follow);
}
