#include "engine/drive/settle.h"
#include "base/heap.h"
#include "engine/drive/follow.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW 1000000000 /* ns */

struct settle {
	struct drive *drive;
	struct follow *follow;
	struct loop_timer *timer;
};

static bool settle_wants(void *arg, const char *project, const char *service)
{
	(void)arg;
	(void)project;
	(void)service;
	return false;
}

static bool is_selected(void *arg, const char *project, const char *service)
{
	const struct settle *settle = arg;
	return scope_selected(settle->drive->scope, project, service) != NULL;
}

struct settle *settle_open(struct drive *drive)
{
	struct settle *settle = HEAP_NEW(struct settle);
	settle->drive = drive;
	struct follow_options options = {
		.engine = drive->engine,
		.errors = drive->errors,
		.scope = drive->scope,
		.sink = drive->sink,
		.new_ones = true,
		.wants = settle_wants,
		.counts = is_selected,
		.arg = settle,
	};
	settle->follow = follow_open(drive->arena, &options);
	if (settle->follow)
		return settle;
	free(settle);
	return NULL;
}

static int container_failed(struct drive *drive, const char *name, int64_t status)
{
	return error_add(drive->errors, ERROR_TASK, NULL, NULL, "container %s exited with code %lld", name,
		(long long)status);
}

static bool is_unchecked(const struct drive *drive, const struct service *service)
{
	return service && dag_probe(drive->scratch, service, false)->kind == PROBE_UNSET;
}

/* The engine's list says in words how long a container has been up. */
static bool is_fresh(const struct observed_container *container)
{
	return container->status &&
	       (strstr(container->status, "Less than a second") || strstr(container->status, "Up 1 second"));
}

bool settle_due(const struct drive *drive)
{
	for (size_t i = 0; i < drive->plan->count; i++)
		if (op_traits[drive->plan->steps[i]->op].starts &&
			is_unchecked(drive, drive->plan->steps[i]->service))
			return true;
	for (size_t i = 0; i < drive->seen->ncontainers; i++) {
		const struct observed_container *container = drive->seen->containers[i];
		const struct dag_vertex *vertex =
			scope_selected(drive->scope, container->project, container->service);
		if (vertex && is_fresh(container) && is_unchecked(drive, vertex->service))
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

static bool has_failed(const struct observed_container *container)
{
	return container->state == CONTAINER_EXITED && container->exit_code != 0;
}

/* Reports the selected containers that have failed, since the last events may not have come yet; *ret_seen is
 * what is there. */
static int check_failed(struct drive *drive, struct observed **ret_seen)
{
	struct observed *seen = drive_containers(drive, drive->errors);
	int result = seen ? 0 : -1;
	for (size_t i = 0; seen && i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		if (has_failed(container) && !container->oneoff &&
			scope_selected(drive->scope, container->project, container->service))
			result = container_failed(drive, container->name, container->exit_code);
	}
	*ret_seen = seen;
	return result;
}

int settle_window(struct settle *settle)
{
	struct drive *drive = settle->drive;
	struct observed *seen;
	if (check_failed(drive, &seen) < 0)
		return -1;
	if (!settle_due(drive))
		return 0;
	follow_adopt(settle->follow, seen, false);
	settle->timer = loop_after(drive->engine->loop, WINDOW, window_over, settle);
	while (settle->timer && !failed_one(settle))
		loop_turn(drive->engine->loop, -1);
	const struct follow_one *one = failed_one(settle);
	if (one) /* even when its restart policy has started it again: that is a crash loop */
		return container_failed(drive, one->name, one->exit_code);
	/* The engine's list lags behind its events: an end before the subscription shows only now. */
	return check_failed(drive, &seen);
}

/* Whether a step of the plan has started the container of that name. */
static bool was_started(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (op_traits[plan->steps[i]->op].starts && strcmp(plan->steps[i]->name, name) == 0)
			return true;
	return false;
}

int settle_now(struct drive *drive)
{
	if (!drive->plan->count)
		return 0;
	struct observed *seen = drive_containers(drive, drive->errors);
	int failed = seen ? 0 : -1;
	for (size_t i = 0; seen && i < seen->ncontainers; i++)
		if (has_failed(seen->containers[i]) && was_started(drive->plan, seen->containers[i]->name))
			failed = container_failed(
				drive, seen->containers[i]->name, seen->containers[i]->exit_code);
	for (size_t i = 0; !failed && i < drive->result.nends; i++)
		if (drive->result.ends[i].exit_code && !drive->result.ends[i].again)
			failed = container_failed(
				drive, drive->result.ends[i].name, drive->result.ends[i].exit_code);
	return failed;
}

void settle_close(struct settle *settle)
{
	if (!settle)
		return;
	loop_cancel(settle->drive->engine->loop, settle->timer);
	follow_close(settle->follow);
	free(settle);
}
