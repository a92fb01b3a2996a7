#include "engine/drive/follow.h"
#include "base/clock.h"
#include "base/text/json.h"
#include "engine/observe/observe.h"
#include "engine/stream/events.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

struct follow {
	struct arena *arena;
	struct engine *engine;
	struct errors *errors;
	struct follow_options options;
	struct events *events;
	bool subscribed, blind; /* events are coming; they will never come again */
	bool incomplete;        /* an output broke off */
	int64_t began;          /* Unix ns */
	struct arena *index;    /* of the next two; made anew when removed ones are forgotten */
	struct map by_id;       /* container id → follow_one */
	struct follow_one **ones;
	size_t count, removed;
};

static void tell_of(struct follow_one *one, struct event event)
{
	event.time = clock_unix();
	event.object = "container";
	event.name = one->label;
	event.service = one->service;
	event_send(one->follow->options.sink, &event);
}

static void tell_exit_now(struct follow_one *one, bool again)
{
	one->tell_exit = false;
	if (one->follow->options.exits)
		tell_of(one, (struct event){ .kind = EVENT_EXIT, .status = one->exit_code, .again = again });
}

/* Tells a pending exit once the last line is there, and the engine has said whether it starts it again. */
static void tell_exit(struct follow_one *one)
{
	if (one->tell_exit && !one->logs && !one->inspect)
		tell_exit_now(one, one->restarts);
}

static void got_line(void *arg, bool standard_error, const char *text, size_t len)
{
	tell_of(arg, (struct event){
			     .kind = EVENT_LOG, .text = text, .len = len, .standard_error = standard_error });
}

static void got_open(void *arg)
{
	((struct follow_one *)arg)->opened = true;
}

static void close_stream(void *arg);

static void got_end(void *arg, const char *failure)
{
	struct follow_one *one = arg;
	one->follow->incomplete |= failure && one->opened;
	one->opened = true;
	one->closing = loop_after(one->follow->engine->loop, 0, close_stream, one);
	if (failure)
		error_warn(one->follow->errors, NULL, NULL, "output of %s is incomplete: %s", one->label,
			failure);
}

static void read_output(struct follow_one *one, const struct logs_options *options)
{
	struct follow *follow = one->follow;
	const struct logs_listener listener = {
		.line = got_line, .opened = got_open, .end = got_end, .arg = one
	};
	one->opened = one->stale = false;
	one->logs = logs_open(follow->engine, one->id, options, &listener, follow->errors);
	one->opened = !one->logs;
}

static bool has_terminal(const struct follow *follow, const char *service)
{
	const struct dag *dag = follow->options.scope->dag;
	const struct dag_vertex *vertex = dag && service ? dag_find(dag, service) : NULL;
	return vertex && vertex->service->tty;
}

/* What it says from `since` on. */
static void read_since(struct follow_one *one)
{
	struct follow *follow = one->follow;
	struct logs_options options = follow->options.logs;
	char since[CLOCK_STAMP];
	clock_stamp(since, one->since);
	options.attach = false;
	options.follow = true;
	options.tail = NULL;
	options.since = since;
	options.tty = has_terminal(follow, one->service);
	read_output(one, &options);
}

/* After the stream's last callback has returned. A container that runs again already gets another one. */
static void close_stream(void *arg)
{
	struct follow_one *one = arg;
	bool again = one->again;
	one->closing = NULL;
	one->again = false;
	logs_close(one->logs);
	one->logs = NULL;
	tell_exit(one);
	if (again)
		read_since(one);
}

static bool follow_wants(const struct follow *follow, const char *project, const char *service)
{
	return follow->options.wants(follow->options.arg, project, service);
}

const char *follow_label(const char *project, const char *name)
{
	size_t len = project ? strlen(project) : 0;
	if (len && strncmp(name, project, len) == 0 && (name[len] == '-' || name[len] == '_') &&
		name[len + 1])
		return name + len + 1;
	return name;
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
	one->name = arena_strdup(arena, name);
	one->project = arena_strdup(arena, project);
	one->service = arena_strdup(arena, service);
	one->label = follow_label(one->project, one->name);
	one->counted = follow->options.counts(follow->options.arg, project, service);
	index_one(follow, one);
	return one;
}

/* Nothing comes from it or about it any more. */
static bool is_silent(const struct follow_one *one)
{
	return !one->runs && !one->logs && !one->closing && !one->inspect && !one->tell_exit;
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
		if (ones[i]->removed && is_silent(ones[i]))
			arena_destroy(ones[i]->arena);
		else
			index_one(follow, ones[i]);
	}
	arena_destroy(before);
}

static void ask_state(struct follow_one *one);

/* Ended for good, unless the engine is about to start it again. */
static void got_state(struct request *request)
{
	struct follow_one *one = request->arg;
	struct follow *follow = one->follow;
	struct errors unheard;
	errors_init(&unheard, http_arena(request));
	one->inspect = NULL;
	if (one->outdated) { /* it has ended since this was asked */
		ask_state(one);
		tell_exit(one);
		return;
	}
	bool again = false;
	if (request->fault == HTTP_OK && request->status == 200) {
		struct cJSON *json =
			json_parse(buf_text(&request->answer), request->answer.len, "container", &unheard);
		again = json_bool(json, "State.Running") || json_bool(json, "State.Restarting");
		if (!one->ends && !again) { /* it ended before we subscribed, and the list did not know yet */
			one->exit_code = json_int(json, "State.ExitCode", 0);
			one->ends = 1;
			one->tell_exit = true;
		}
		cJSON_Delete(json);
	}
	one->restarts = again;
	tell_exit(one);
	if (again)
		return;
	one->runs = false;
	if (one->counted && follow->options.ended)
		follow->options.ended(follow->options.arg, one);
}

static void ask_state(struct follow_one *one)
{
	struct follow *follow = one->follow;
	one->outdated = one->inspect != NULL;
	if (one->inspect)
		return;
	struct request *request = one->inspect = http_request(follow->engine->http);
	request->method = "GET";
	request->path = arena_printf(http_arena(request), "/containers/%s/json", one->id);
	request->prompt = true;
	request->done = got_state;
	request->arg = one;
	if (http_send(request, follow->errors) < 0)
		one->inspect = NULL;
}

static void on_start(struct follow *follow, const struct engine_event *event)
{
	struct follow_one *one = map_get(&follow->by_id, event->id);
	bool wanted = follow_wants(follow, event->project, event->service);
	if (!one && (!follow->options.new_ones || event->oneoff))
		return;
	if (!one && !wanted && !follow->options.counts(follow->options.arg, event->project, event->service))
		return;
	if (!one) { /* its first words may be older than the event */
		one = add_one(follow, event->id, event->name, event->project, event->service);
		one->since = follow->began;
	}
	one->runs = true;
	/* The event comes after the first lines may have been written. */
	if (wanted && !one->logs)
		read_since(one);
	else if (wanted && one->stale)
		one->again = true;
}

static void on_destroy(struct follow_one *one)
{
	struct follow *follow = one->follow;
	follow->removed += !one->removed;
	one->removed = true;
	forget_removed(follow);
}

/* A container that has ended is asked whether the engine starts it again before its end is told. */
static void follow_on_event(void *arg, const struct engine_event *event)
{
	struct follow *follow = arg;
	if (!event->id)
		return;
	if (event->action == ENGINE_START) {
		on_start(follow, event);
		return;
	}
	struct follow_one *one = map_get(&follow->by_id, event->id);
	if (one && event->action == ENGINE_DESTROY)
		on_destroy(one);
	if (!one || event->action != ENGINE_DIE)
		return;
	if (one->tell_exit) /* the end before */
		tell_exit_now(one, true);
	one->exit_code = event->exit_code;
	one->ends++;
	one->stale = true;
	one->since = event->time + 1;
	one->tell_exit = true;
	ask_state(one);
	tell_exit(one);
}

static void follow_on_open(void *arg)
{
	((struct follow *)arg)->subscribed = true;
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
	const struct events_listener listener = {
		.open = follow_on_open, .event = follow_on_event, .lost = on_lost, .arg = follow
	};
	follow->events = events_open(follow->engine, names.items, names.count, &listener, follow->errors);
	if (follow->events)
		loop_run(follow->engine->loop, is_subscribed, follow);
	if (follow->events && !follow->blind)
		return follow;
	follow_close(follow);
	return NULL;
}

bool follow_before_start(void *arg, struct step *step, const char *id)
{
	struct follow *follow = arg;
	const struct service *service = step->service;
	if (!service || follow->options.logs.timestamps ||
		!follow_wants(follow, service->project->name, service->key))
		return true;
	struct follow_one *one = map_get(&follow->by_id, id);
	if (!one) {
		struct arena *scratch = arena_child(follow->arena);
		const char *name = service_container_name(scratch, service, step->number_of);
		one = add_one(follow, id, name, service->project->name, service->key);
		arena_destroy(scratch);
	}
	if (!one->logs && !one->opened) {
		struct logs_options options = { .attach = true, .follow = true, .tty = service->tty };
		read_output(one, &options);
	}
	return one->opened;
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
		if (runs && !one->runs) {
			one->runs = true;
			ask_state(one);
		}
		one->since = clock_unix();
		if (!wanted || one->logs || one->opened)
			continue;
		if (follow->options.expect)
			follow->options.expect(follow->options.expect_arg, one->label);
		struct logs_options options = follow->options.logs;
		options.tty = has_terminal(follow, one->service);
		if (history)
			read_output(one, &options);
		else
			read_since(one);
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
		if (follow->ones[i]->logs || (follow->ones[i]->tell_exit && follow->ones[i]->inspect))
			return true;
	return false;
}

struct follow_one *const *follow_all(const struct follow *follow, size_t *ret_count)
{
	*ret_count = follow->count;
	return follow->ones;
}

static bool any_runs(const struct follow *follow)
{
	for (size_t i = 0; i < follow->count; i++)
		if (follow->ones[i]->runs && follow->ones[i]->counted)
			return true;
	return false;
}

void follow_wait(struct follow *follow, bool (*over)(void *arg), void *arg)
{
	while (!over(arg) && !follow->blind && any_runs(follow))
		loop_turn(follow->engine->loop, -1);
}

void follow_finish(struct follow *follow, bool (*over)(void *arg), void *arg)
{
	while (!over(arg) && any_open(follow))
		loop_turn(follow->engine->loop, -1);
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
	for (size_t i = 0; i < follow->count; i++) {
		loop_cancel(follow->engine->loop, follow->ones[i]->closing);
		logs_close(follow->ones[i]->logs);
		http_cancel(follow->ones[i]->inspect);
	}
	events_close(follow->events);
	arena_destroy(follow->arena);
}
