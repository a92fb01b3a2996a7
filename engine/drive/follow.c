#include "engine/drive/follow_inside.h"
#include "base/clock.h"
#include "base/text/text.h"
#include "engine/observe/observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ns that lines wait for older ones of containers that have just spoken. */
#define PATIENCE   INT64_C(200000000)
#define ROOM_AGAIN INT64_C(50000000) /* ns until it is asked again whether lines may come */

static bool follow_wants(const struct follow *follow, const char *project, const char *service)
{
	return follow->options.wants(follow->options.arg, project, service);
}

static void new_index(struct follow *follow)
{
	follow->index = arena_child(follow->arena);
	map_init(&follow->by_id, follow->index);
	follow->ones = NULL;
	follow->count = follow->removed = 0;
}

static void index_one(struct follow *follow, struct follow_one *one)
{
	map_set(&follow->by_id, one->id, one);
	*ARENA_PUSH(follow->index, follow->ones, follow->count) = one;
	follow->removed += one->removed;
}

static void name_one(struct follow_one *one, const char *name)
{
	one->name = arena_strdup(one->arena, name);
	one->label = follow_label(one->project, one->service, one->name);
}

static struct follow_one *add_one(
	struct follow *follow, const char *id, const char *name, const char *project, const char *service)
{
	struct follow_one *one = map_get(&follow->by_id, id);
	if (one)
		return one;
	struct arena *arena = arena_child(follow->arena);
	one = ARENA_NEW(arena, struct follow_one);
	one->arena = arena;
	one->follow = follow;
	one->id = arena_strdup(arena, id);
	one->project = arena_strdup(arena, project);
	one->service = arena_strdup(arena, service);
	name_one(one, name);
	one->counted = follow->options.counts(follow->options.arg, project, service);
	one->awaited = one->counted && (!follow->options.awaits ||
					       follow->options.awaits(follow->options.arg, project, service));
	index_one(follow, one);
	return one;
}

/* Nothing comes from it or about it any more. */
static bool is_silent(const struct follow_one *one)
{
	return !one->runs && !one->logs && !one->closing && !follow_one_pends(one) && !one->tell_exit &&
	       !one->replaces && !merge_pends(one->lane);
}

/* Frees the removed ones once they are the greater part: so one costs no more, however many there are. */
static void forget_removed(struct follow *follow)
{
	enum { FEW = 16 };
	struct follow_one **ones = follow->ones;
	struct arena *before = follow->index;
	size_t count = follow->count;
	if (!follow->options.forgets || follow->removed < FEW || follow->removed < count / 2)
		return;
	new_index(follow);
	for (size_t i = 0; i < count; i++) {
		if (ones[i]->removed && is_silent(ones[i])) {
			merge_leave(ones[i]->lane);
			arena_destroy(ones[i]->arena);
		} else
			index_one(follow, ones[i]);
	}
	arena_destroy(before);
}

/* Whether the container of an event is a new one that is to be followed. */
static bool is_new(const struct follow *follow, const struct engine_event *event)
{
	const struct follow_options *options = &follow->options;
	return options->new_ones && !event->oneoff && !event->stranger &&
	       (!options->number || options->number == event->number) &&
	       (follow_wants(follow, event->project, event->service) ||
		       options->counts(options->arg, event->project, event->service));
}

/* Whether it has this place in the service. */
static bool has_place(const struct follow_one *one, const char *project, const char *service, int64_t number)
{
	return one->number == number && text_is(one->service, service) && text_is(one->project, project);
}

/* A container that runs and has the same place in its service, or NULL. */
static struct follow_one *running_twin(const struct follow *follow, const struct engine_event *event)
{
	for (size_t i = 0; i < follow->count; i++) {
		struct follow_one *one = follow->ones[i];
		if (one->runs && has_place(one, event->project, event->service, event->number))
			return one;
	}
	return NULL;
}

static struct follow_one *add_new(struct follow *follow, const struct engine_event *event)
{
	struct follow_one *one = add_one(follow, event->id, event->name, event->project, event->service);
	one->number = event->number;
	one->since = follow->began; /* its first words may be older than the event */
	return one;
}

/* The container that it replaces ends before it is started: what is followed has not come to its end then. */
static void on_create(struct follow *follow, const struct engine_event *event)
{
	if (is_new(follow, event) && running_twin(follow, event))
		add_new(follow, event)->replaces = true;
}

/* What had its place does not come back: its end is told before the first words of the new one. */
static void decide_others(struct follow *follow, const struct follow_one *one)
{
	for (size_t i = 0; i < follow->count; i++) {
		struct follow_one *other = follow->ones[i];
		if (other != one && has_place(other, one->project, one->service, one->number))
			follow_one_decide(other);
	}
}

static void on_start(struct follow *follow, const struct engine_event *event)
{
	struct follow_one *one = map_get(&follow->by_id, event->id);
	if (!one && !is_new(follow, event))
		return;
	if (!one)
		one = add_new(follow, event);
	if (one->replaces) /* it had another name */
		name_one(one, event->name);
	one->replaces = false;
	decide_others(follow, one);
	follow_one_started(one, follow_wants(follow, event->project, event->service));
}

static void on_destroy(struct follow_one *one)
{
	struct follow *follow = one->follow;
	follow->removed += !one->removed;
	one->removed = true;
	one->replaces = false;
	follow_one_decide(one);
	follow_one_gone(one);
	forget_removed(follow);
}

static void follow_on_event(void *arg, const struct engine_event *event)
{
	struct follow *follow = arg;
	struct follow_one *one = event->id ? map_get(&follow->by_id, event->id) : NULL;
	if (event->id && event->action == ENGINE_CREATE)
		on_create(follow, event);
	else if (event->id && event->action == ENGINE_START)
		on_start(follow, event);
	else if (one && event->action == ENGINE_DIE)
		follow_one_ended(one, event);
	else if (one && event->action == ENGINE_DESTROY)
		on_destroy(one);
	else if (one && event->action == ENGINE_KILL)
		one->killed = true;
	else if (one && event->action == ENGINE_STOP)
		follow_one_stopped(one);
}

static void follow_on_open(void *arg)
{
	((struct follow *)arg)->subscribed = true;
}

static void look_at_running(struct follow *follow)
{
	for (size_t i = 0; i < follow->count; i++)
		if (follow->ones[i]->runs)
			follow_one_look(follow->ones[i]);
}

/* Ends and starts may have been missed: those that ran are asked for. */
static void follow_on_again(void *arg, const char *why)
{
	struct follow *follow = arg;
	char text[400];
	if (!why)
		return;
	snprintf(text, sizeof text, "the engine's events were interrupted (%s): looking at what was missed",
		why);
	event_send(follow->options.sink,
		&(struct event){ .kind = EVENT_NOTE, .time = clock_unix(), .text = text });
	look_at_running(follow);
}

static void on_lost(void *arg, const char *why)
{
	struct follow *follow = arg;
	follow->blind = true;
	error_add(follow->errors, ERROR_ENGINE, NULL, NULL,
		"the engine's events cannot be watched any more: %s", why ? why : "it closed them");
}

static bool is_subscribed(void *arg)
{
	const struct follow *follow = arg;
	return follow->subscribed || follow->blind;
}

static void emit_merged(void *arg, const struct event *event)
{
	event_send(((struct follow *)arg)->options.sink, event);
}

struct follow *follow_open(struct arena *parent, const struct follow_options *options)
{
	struct arena *arena = arena_child(parent);
	struct follow *follow = ARENA_NEW(arena, struct follow);
	struct texts names = scope_names(arena, options->scope);
	*follow = (struct follow){ .arena = arena,
		.engine = options->engine,
		.errors = options->errors,
		.options = *options,
		.began = clock_unix() };
	new_index(follow);
	if (options->merged)
		follow->merge = merge_create(&(struct merge_options){ .loop = follow->engine->loop,
			.patience = options->logs.follow ? PATIENCE : 0,
			.emit = emit_merged,
			.arg = follow });
	const struct events_listener listener = {
		.open = follow_on_open,
		.event = follow_on_event,
		.again = follow_on_again,
		.lost = on_lost,
		.arg = follow,
	};
	follow->events = events_open(follow->engine,
		&(struct events_query){ .projects = names.items, .nprojects = names.count }, &listener,
		follow->errors);
	if (follow->events)
		loop_run(follow->engine->loop, is_subscribed, follow);
	if (follow->events && !follow->blind)
		return follow;
	follow_close(follow);
	return NULL;
}

static void ask_for_room(void *arg)
{
	struct follow *follow = arg;
	follow->held = NULL;
	if (follow->options.full(follow->options.arg)) {
		follow_hold(follow);
		return;
	}
	for (size_t i = 0; i < follow->count; i++)
		if (follow->ones[i]->logs)
			logs_hold(follow->ones[i]->logs, false);
}

void follow_hold(struct follow *follow)
{
	if (!follow->held)
		follow->held = loop_after(follow->engine->loop, ROOM_AGAIN, ask_for_room, follow);
}

bool follow_before_start(void *arg, struct step *step, const char *id)
{
	struct follow *follow = arg;
	const struct service *service = step->service;
	if (!service || step_of_hook(step) || follow->options.logs.timestamps ||
		!follow_wants(follow, service->project->name, service->key))
		return true;
	struct follow_one *one = map_get(&follow->by_id, id);
	if (!one || one->replaces) { /* it has, or will have, its name when it speaks */
		struct arena *scratch = arena_child(follow->arena);
		const char *name = service_container_name(scratch, service, step->number_of);
		one = add_one(follow, id, name, service->project->name, service->key);
		name_one(one, name);
		one->number = step->number_of;
		arena_destroy(scratch);
	}
	if (!one->logs && !one->opened) {
		struct logs_options options = { .attach = true, .follow = true };
		follow_one_read(one, &options);
	}
	return one->opened;
}

void follow_hook_said(void *arg, const struct step *step, const char *id, const char *text, size_t len)
{
	struct follow *follow = arg;
	const struct service *service = step->service;
	const struct follow_one *one = map_get(&follow->by_id, id);
	char stamp[CLOCK_STAMP];
	if (!follow_wants(follow, service->project->name, service->key))
		return;
	struct arena *scratch = arena_child(follow->arena);
	const char *label =
		one ? one->label : follow_label(service->project->name, service->key, step_shown_name(step));
	struct event event = { .kind = EVENT_LOG,
		.time = clock_unix(),
		.object = "container",
		.name = arena_printf(scratch, "%s ->", label),
		.service = service->key,
		.text = text,
		.len = len };
	if (follow->options.logs.timestamps) {
		clock_text(stamp, event.time);
		event.text = arena_printf(scratch, "%s %.*s", stamp, (int)len, text);
		event.len = strlen(event.text);
	}
	event_send(follow->options.sink, &event);
	arena_destroy(scratch);
}

/* Whether it was made to replace one that still runs. */
static bool replaces_another(const struct observed *seen, const struct observed_container *container)
{
	for (size_t i = 0; container->state == CONTAINER_CREATED && i < seen->ncontainers; i++) {
		const struct observed_container *other = seen->containers[i];
		if (container_state_runs(other->state) && other->number == container->number &&
			text_is(other->service, container->service) &&
			text_is(other->project, container->project))
			return true;
	}
	return false;
}

void follow_adopt(struct follow *follow, const struct observed *seen, bool history)
{
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		bool runs = container_state_runs(container->state);
		bool wanted = follow_wants(follow, container->project, container->service);
		if (container->oneoff || (!runs && !history) ||
			(follow->options.number && follow->options.number != container->number) ||
			(!wanted && !follow->options.counts(
					    follow->options.arg, container->project, container->service)))
			continue;
		struct follow_one *one = add_one(
			follow, container->id, container->name, container->project, container->service);
		one->number = container->number;
		if (runs && !one->runs) {
			one->runs = true;
			follow_one_look(one);
		}
		one->replaces |= follow->options.new_ones && replaces_another(seen, container);
		one->since = clock_unix();
		if (!wanted || one->logs || one->opened)
			continue;
		if (follow->options.expect)
			follow->options.expect(follow->options.expect_arg, one->label);
		if (history)
			follow_one_read(one, &follow->options.logs);
		else
			follow_one_read_since(one);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct observed_container *const *one = a, *const *other = b;
	return strcmp((*one)->name, (*other)->name);
}

int follow_look(struct follow *follow, bool history)
{
	struct arena *scratch = arena_child(follow->arena);
	struct texts names = scope_names(scratch, follow->options.scope);
	struct observe_query query = { .projects = names.items, .nprojects = names.count };
	struct observed *seen;
	int result = observe(scratch, follow->engine, &query, &seen, follow->errors);
	if (result == 0 && seen->ncontainers)
		qsort(seen->containers, seen->ncontainers, sizeof *seen->containers, by_name);
	if (result == 0)
		follow_adopt(follow, seen, history);
	arena_destroy(scratch);
	return result;
}

bool follow_broken(const struct follow *follow)
{
	return follow->blind || follow->incomplete;
}

/* Whether output is still to come, or the word that a container has ended. */
static bool any_open(const struct follow *follow)
{
	for (size_t i = 0; i < follow->count; i++)
		if (follow->ones[i]->logs ||
			(follow->ones[i]->tell_exit && follow_one_pends(follow->ones[i])))
			return true;
	return false;
}

struct follow_one *const *follow_all(const struct follow *follow, size_t *ret_count)
{
	*ret_count = follow->count;
	return follow->ones;
}

bool follow_goes_on(const struct follow *follow)
{
	if (follow->blind)
		return false;
	for (size_t i = 0; i < follow->count; i++)
		if ((follow->ones[i]->runs || follow->ones[i]->replaces) && follow->ones[i]->awaited)
			return true;
	return false;
}

bool follow_succeeded(const struct follow *follow, const struct follow_one *one)
{
	for (size_t i = follow->count; i-- && follow->ones[i] != one;) {
		const struct follow_one *later = follow->ones[i];
		if (!later->removed && has_place(later, one->project, one->service, one->number))
			return true;
	}
	return false;
}

void follow_wait(struct follow *follow, bool (*over)(void *arg), void *arg)
{
	while (!over(arg) && follow_goes_on(follow))
		loop_turn(follow->engine->loop, -1);
}

static bool any_pends(const struct follow *follow)
{
	for (size_t i = 0; i < follow->count; i++)
		if (follow_one_pends(follow->ones[i]))
			return true;
	return false;
}

void follow_review(struct follow *follow)
{
	look_at_running(follow);
	while (any_pends(follow))
		loop_turn(follow->engine->loop, -1);
}

void follow_take_ends(struct follow *follow)
{
	follow->ends_final = true;
	for (size_t i = 0; i < follow->count; i++)
		follow_one_decide(follow->ones[i]);
}

void follow_finish(struct follow *follow, bool (*over)(void *arg), void *arg)
{
	while (!over(arg) && any_open(follow))
		loop_turn(follow->engine->loop, -1);
	if (follow->merge && !over(arg))
		merge_flush(follow->merge);
}

void follow_drain(struct follow *follow, int64_t ns)
{
	int64_t until = loop_now() + ns;
	while (any_open(follow)) {
		int64_t left = until - loop_now();
		if (left <= 0)
			break;
		loop_turn(follow->engine->loop, left);
	}
}

void follow_close(struct follow *follow)
{
	for (size_t i = 0; i < follow->count; i++)
		follow_one_close(follow->ones[i]);
	loop_cancel(follow->engine->loop, follow->held);
	merge_destroy(follow->merge);
	events_close(follow->events);
	arena_destroy(follow->arena);
}
