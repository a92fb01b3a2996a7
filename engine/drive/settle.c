#include "engine/drive/settle.h"
#include "base/heap.h"
#include "base/text/text.h"
#include "engine/drive/follow.h"
#include "engine/observe/inspect.h"
#include "engine/observe/observe.h"
#include "engine/stream/last_words.h"
#include "engine/stream/logs.h"
#include "graph/timeline/timeline.h"
#include "graph/up/reconcile.h"

#include <ctype.h>
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

/* The last lines of a container, once they are there. */
struct settle_tail {
	struct arena *arena;
	const char *lines;
};

static void got_settle_tail(void *arg, const char *text)
{
	struct settle_tail *tail = arg;
	tail->lines = arena_strdup(tail->arena, text ? text : "");
}

/* What it has said since its last start. */
static const char *settle_lines(struct drive *drive, const struct look *look)
{
	struct settle_tail tail = { .arena = drive->scratch };
	const struct logs_tail wanted = { .count = LAST_WORDS_LINES,
		.since = look->output_begin,
		.tty = look->tty,
		.got = got_settle_tail,
		.arg = &tail };
	logs_tail(drive->engine, look->id, &wanted);
	while (!tail.lines)
		loop_turn(drive->engine->loop, -1);
	return tail.lines;
}

/* A container that has failed, with its last words while it is there. */
static int container_failed(
	struct drive *drive, const char *id, const char *name, const char *service, int64_t status)
{
	struct arena *arena = drive->scratch;
	struct inspect inspect = { .path = inspect_container_path(arena, id) };
	struct errors unheard;
	struct look look;
	auto_buf struct buf detail;
	buf_init(&detail, 256 << 10);
	errors_init(&unheard, arena);
	error_add(drive->errors, ERROR_TASK, NULL, NULL, "container %s exited with code %lld", name,
		(long long)status);
	const struct dag_vertex *vertex = service ? dag_find(drive->scope->dag, service) : NULL;
	if (vertex && vertex->service->at.file) /* not where its labels alone say what it is */
		error_place(drive->errors, &vertex->service->at,
			arena_printf(arena, "services.%s", vertex->service->key));
	inspect_all(arena, drive->engine, &inspect, 1);
	if (!inspect.text ||
		look_read(arena, inspect.text, inspect.len, drive->engine->api, &look, &unheard) < 0)
		return -1;
	if (look.state == CONTAINER_RUNNING) { /* its restart policy has started it again, for a moment */
		look.state = CONTAINER_EXITED;
		look.exit_code = status;
	}
	const char *lines = settle_lines(drive, &look);
	last_words_put(&detail, &look, lines);
	error_detail(drive->errors, buf_text(&detail));
	return error_hint(drive->errors, "%s", last_words_hint(arena, &look, service, lines));
}

/* What names of containers are made of. (moby, daemon/names: RestrictedNameChars) */
static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_.-", c));
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

/* Whether there is a container of the service that may still fail: one that has ended with 0, and is not
 * started again, is as it should be. */
static bool may_fail(const struct service *service, const struct observed *seen)
{
	bool ended = false;
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		if (container->oneoff || !text_is(container->service, service->key) ||
			!text_is(container->project, service->project->name))
			continue;
		if (container->state != CONTAINER_EXITED || container->exit_code)
			return true;
		ended = true;
	}
	return !ended;
}

/* Whether something started that nothing checks; `seen` is what is there by now. */
static bool is_due(const struct drive *drive, const struct observed *seen)
{
	for (size_t i = 0; i < drive->plan->count; i++) {
		const struct step *step = drive->plan->steps[i];
		if (op_traits[step->op].starts && is_unchecked(drive, step->service) &&
			may_fail(step->service, seen))
			return true;
	}
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		const struct dag_vertex *vertex =
			scope_selected(drive->scope, container->project, container->service);
		if (vertex && is_fresh(container) && is_unchecked(drive, vertex->service))
			return true;
	}
	return false;
}

bool settle_due(const struct drive *drive)
{
	return is_due(drive, drive->seen);
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
			result = container_failed(drive, container->id, container->name, container->service,
				container->exit_code);
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
	if (!is_due(drive, seen))
		return 0;
	follow_adopt(settle->follow, seen, false);
	if (drive->timeline)
		drive->timeline->watched = true;
	settle->timer = loop_after(drive->engine->loop, WINDOW, window_over, settle);
	while (settle->timer && !failed_one(settle))
		loop_turn(drive->engine->loop, -1);
	const struct follow_one *one = failed_one(settle);
	if (one) /* even when its restart policy has started it again: that is a crash loop */
		return container_failed(drive, one->id, one->name, one->service, one->exit_code);
	/* The engine's list lags behind its events: an end before the subscription shows only now. */
	return check_failed(drive, &seen);
}

int settle_now(struct drive *drive)
{
	int failed = 0;
	for (size_t i = 0; i < drive->result.nends; i++) {
		const struct run_end *end = &drive->result.ends[i];
		if (end->exit_code && !end->again)
			failed = container_failed(drive, end->id, end->name, end->service, end->exit_code);
	}
	return failed;
}

/* Whether the text has the name as a word. */
static bool has_name(const char *text, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = text; (at = strstr(at, name)); at += len)
		if ((at == text || !is_name_byte(at[-1])) && !is_name_byte(at[len]))
			return true;
	return false;
}

/* Whether a finding names the container, or has its last words. */
static bool is_told(const struct errors *errors, const char *name)
{
	for (const struct error *error = errors->first; error; error = error->next)
		if (has_name(error->message, name) ||
			(error->detail && last_words_are_of(error->detail, name)))
			return true;
	return false;
}

static bool is_taken_back(const struct plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		const char *its = op_traits[step->op].removes && step->began ? step_container(step) : NULL;
		if (its && strcmp(its, id) == 0)
			return true;
	}
	return false;
}

void settle_rest(struct drive *drive)
{
	for (size_t i = 0; i < drive->result.nends; i++) {
		const struct run_end *end = &drive->result.ends[i];
		if (end->exit_code && !end->again && !is_told(drive->errors, end->name) &&
			!is_taken_back(drive->plan, end->id))
			container_failed(drive, end->id, end->name, end->service, end->exit_code);
	}
}

int settle_faults(const struct drive *drive)
{
	int result = 0;
	for (size_t i = 0; i < drive->plan->nfaults; i++) {
		const struct plan_fault *fault = &drive->plan->faults[i];
		if (fault->mild)
			error_warn(drive->errors, &fault->at, fault->path, "%s", fault->text);
		else
			result = error_add(
				drive->errors, ERROR_GATE, &fault->at, fault->path, "%s", fault->text);
		error_hint(drive->errors, "%s", fault->hint);
	}
	return result;
}

/* What has become, while the plan ran, of the containers that were there, and of those it has started. Who
 * listens to them hears of their ends. */
static int settle_look(struct drive *drive, struct settle *settle)
{
	struct observed *seen = drive->seen;
	if (seen->ncontainers && !(seen = drive_containers(drive, drive->errors)))
		return -1;
	observe_health(drive->scratch, drive->engine, seen);
	reconcile_faults(drive->scratch, drive->scope->dag, seen, drive->plan);
	if (drive->follow)
		return 0;
	return settle ? settle_window(settle) : settle_now(drive);
}

int settle_check(struct drive *drive, struct settle *settle)
{
	if ((drive->plan->count || settle) && settle_look(drive, settle) < 0)
		return -1;
	return settle_faults(drive);
}

void settle_close(struct settle *settle)
{
	if (!settle)
		return;
	loop_cancel(settle->drive->engine->loop, settle->timer);
	follow_close(settle->follow);
	free(settle);
}
