#include "base/clock.h"
#include "engine/drive/follow_inside.h"
#include "engine/observe/inspect.h"
#include "engine/observe/look.h"

#include <string.h>

#define LATE   INT64_C(1000000000) /* ns for a stream to end after its container */
#define REVIEW INT64_C(1000000000) /* ns until one that somebody has ended is looked at again */

/* The rest of `text` behind `word` and what separates words in names, or NULL. */
static const char *behind(const char *text, const char *word)
{
	size_t len = word ? strlen(word) : 0;
	bool parted = len && strncmp(text, word, len) == 0 && (text[len] == '-' || text[len] == '_');
	return parted ? text + len + 1 : NULL;
}

const char *follow_label(const char *project, const char *service, const char *name)
{
	const char *label = behind(name, project), *number = label ? behind(label, service) : NULL;
	return number && *number && !number[strspn(number, "0123456789")] ? label : name;
}

bool follow_one_pends(const struct follow_one *one)
{
	return ask_pends(&one->inspect) || one->review;
}

/* `time`: of what is told, where it has one; 0: none. */
static void tell_of(struct follow_one *one, int64_t time, struct event *event)
{
	event->time = clock_unix();
	event->object = "container";
	event->name = one->label;
	event->service = one->service;
	if (one->lane)
		merge_put(one->lane, time, event);
	else
		event_send(one->follow->options.sink, event);
}

static void tell_exit_now(struct follow_one *one, bool again)
{
	one->tell_exit = false;
	loop_cancel(one->follow->engine->loop, one->late);
	one->late = NULL;
	const struct follow_options *options = &one->follow->options;
	if (options->exits && (one->awaited || options->wants(options->arg, one->project, one->service)))
		tell_of(one, 0,
			&(struct event){ .kind = EVENT_EXIT, .status = one->exit_code, .again = again });
}

static void tell_late(void *arg)
{
	struct follow_one *one = arg;
	one->late = NULL;
	tell_exit_now(one, one->restarts);
}

/* Tells a pending exit once it is known whether the container is started again. The last lines come first,
 * unless their stream outlives the container. */
static void tell_exit(struct follow_one *one)
{
	if (!one->tell_exit || follow_one_pends(one))
		return;
	if (!one->logs || !one->stale)
		tell_exit_now(one, one->restarts);
	else if (!one->late)
		one->late = loop_after(one->follow->engine->loop, LATE, tell_late, one);
}

static void got_line(void *arg, bool standard_error, const char *text, size_t len)
{
	struct follow_one *one = arg;
	const char *rest = text;
	size_t left = len;
	int64_t time = one->lane ? clock_take(&rest, &left) : 0;
	tell_of(one, time,
		&(struct event){
			.kind = EVENT_LOG, .text = text, .len = len, .standard_error = standard_error });
	const struct follow_options *options = &one->follow->options;
	if (!one->lane && options->full && options->full(options->arg)) {
		logs_hold(one->logs, true);
		follow_hold(one->follow);
	}
}

static void hold_one(void *arg, bool held)
{
	struct follow_one *one = arg;
	if (one->logs)
		logs_hold(one->logs, held);
}

static void got_open(void *arg)
{
	((struct follow_one *)arg)->opened = true;
}

static void close_stream(void *arg);

/* (moby, daemon/logger: ErrReadLogsNotSupported) */
static bool is_unkept(const char *failure)
{
	return strstr(failure, "does not support reading");
}

/* Whether there is nothing to read although all is well: the driver keeps nothing that can be read, or the
 * container has gone since it was seen. */
static bool is_excused(const char *failure)
{
	return is_unkept(failure) || strstr(failure, "No such container");
}

static void got_end(void *arg, const char *failure)
{
	struct follow_one *one = arg;
	bool refused = failure && !one->opened && !is_excused(failure);
	if (failure && is_unkept(failure) && one->follow->options.attaches) {
		one->unkept = one->again = one->opened = true;
		one->closing = loop_after(one->follow->engine->loop, 0, close_stream, one);
		return;
	}
	one->follow->incomplete |= failure && (one->opened || refused);
	if (refused && one->follow->options.forgets)
		one->counted = one->awaited = false; /* nothing of it will come: it is not waited for */
	one->opened = true;
	if (one->lane)
		merge_pause(one->lane);
	one->closing = loop_after(one->follow->engine->loop, 0, close_stream, one);
	if (failure)
		error_warn(one->follow->errors, NULL, NULL, "output of %s is incomplete: %s", one->label,
			failure);
}

static bool has_terminal(const struct follow *follow, const char *service)
{
	const struct dag *dag = follow->options.scope->dag;
	const struct dag_vertex *vertex = dag && service ? dag_find(dag, service) : NULL;
	return vertex && vertex->service->tty;
}

void follow_one_read(struct follow_one *one, const struct logs_options *options)
{
	struct follow *follow = one->follow;
	struct logs_options asked = *options;
	const struct logs_listener listener = {
		.line = got_line, .opened = got_open, .end = got_end, .arg = one
	};
	one->opened = one->stale = false;
	asked.tty = has_terminal(follow, one->service);
	if (one->lane)
		merge_resume(one->lane);
	else if (follow->merge)
		one->lane = merge_join(follow->merge, hold_one, one);
	one->logs = logs_open(follow->engine, one->id, &asked, &listener, follow->errors);
	one->opened = !one->logs;
	if (one->lane && !one->logs)
		merge_pause(one->lane);
}

void follow_one_read_since(struct follow_one *one)
{
	struct follow *follow = one->follow;
	struct logs_options options = follow->options.logs;
	char since[CLOCK_STAMP];
	if (one->unkept && !one->runs)
		return;
	clock_stamp(since, one->since);
	options.attach = one->unkept;
	options.follow = true;
	options.tail = NULL;
	options.since = since;
	follow_one_read(one, &options);
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
		follow_one_read_since(one);
}

/* Takes the state in; returns whether it runs, or is about to. */
static bool take_state(struct follow_one *one, struct request *request)
{
	struct follow *follow = one->follow;
	struct look look;
	if (look_read(http_arena(request), buf_text(&request->answer), request->answer.len,
		    follow->engine->api, &look, follow->errors) < 0) {
		follow->incomplete = true;
		return false;
	}
	if (container_state_runs(look.state))
		return true;
	if (!one->ends) { /* before we subscribed, and the list did not know yet; or its event comes late */
		one->exit_code = look.exit_code;
		one->ends = 1;
		one->found_end = one->tell_exit = true;
	}
	return false;
}

/* Nobody knows what has become of it: it is let go, and the command fails. */
static void lose_one(struct follow_one *one, struct request *request)
{
	struct follow *follow = one->follow;
	follow->incomplete = true;
	one->runs = one->tell_exit = false;
	if (request)
		error_add(follow->errors, ERROR_ENGINE, NULL, NULL,
			"cannot see what has become of container %s: %s", one->name,
			http_message(http_arena(request), request));
}

static void look_again_at(void *arg)
{
	struct follow_one *one = arg;
	one->review = NULL;
	one->reviewed = true;
	follow_one_look(one);
}

/* Between the two halves of a restart the engine answers as if the container had ended; it lets nobody look
 * while the second one is under way. (moby: daemon/restart.go, containerRestart) */
static bool may_come_back(const struct follow_one *one)
{
	return one->killed && !one->reviewed && !one->removed && !one->follow->ends_final;
}

/* Ended for good, unless the engine is about to start it again. */
static void got_state(struct ask *ask, struct request *request)
{
	struct follow_one *one = ask->arg;
	struct follow *follow = one->follow;
	bool known = request && request->fault == HTTP_OK;
	if (one->outdated) { /* it has ended since this was asked */
		follow_one_look(one);
		tell_exit(one);
		return;
	}
	if (!known || (request->status != 200 && request->status != 404)) {
		lose_one(one, request);
		return;
	}
	one->restarts = request->status == 200 && take_state(one, request);
	if (request->status == 200 && !one->restarts && may_come_back(one)) {
		one->review = loop_after(follow->engine->loop, REVIEW, look_again_at, one);
		return;
	}
	tell_exit(one);
	if (one->restarts)
		return;
	one->runs = false;
	if (one->counted && follow->options.ended)
		follow->options.ended(follow->options.arg, one);
}

void follow_one_look(struct follow_one *one)
{
	struct follow *follow = one->follow;
	one->outdated = ask_pends(&one->inspect);
	if (one->outdated)
		return;
	const char *path = one->inspect.path; /* made once, however often it is started again */
	one->inspect = (struct ask){ .engine = follow->engine,
		.path = path ? path : inspect_container_path(one->arena, one->id),
		.answered = got_state,
		.arg = one,
		.errors = follow->errors };
	ask_send(&one->inspect);
}

void follow_one_decide(struct follow_one *one)
{
	if (!one->review)
		return;
	loop_cancel(one->follow->engine->loop, one->review);
	look_again_at(one);
}

void follow_one_gone(struct follow_one *one)
{
	if (one->runs && !follow_one_pends(one))
		follow_one_look(one);
}

void follow_one_stopped(struct follow_one *one)
{
	one->stopped = true;
	follow_one_gone(one);
}

void follow_one_started(struct follow_one *one, bool wanted)
{
	ask_cancel(&one->inspect);
	loop_cancel(one->follow->engine->loop, one->review);
	one->review = NULL;
	one->outdated = one->killed = one->stopped = one->found_end = false;
	one->runs = one->restarts = true;
	/* The event comes after the first lines may have been written. */
	if (wanted && !one->logs)
		follow_one_read_since(one);
	else if (wanted && one->stale)
		one->again = true;
	tell_exit(one);
}

void follow_one_ended(struct follow_one *one, const struct engine_event *event)
{
	bool found = one->found_end, told = found && !one->tell_exit;
	if (one->tell_exit && !found) /* the end before */
		tell_exit_now(one, true);
	one->found_end = false;
	one->exit_code = event->exit_code;
	one->ends += !found;
	one->stale = true;
	one->since = event->time + 1;
	if (told)
		return;
	loop_cancel(one->follow->engine->loop, one->review);
	one->review = NULL;
	one->reviewed = false;
	one->tell_exit = true;
	follow_one_look(one);
	tell_exit(one);
	if (one->counted && one->follow->options.first_end) {
		one->counted = one->awaited = false;
		one->follow->options.ended(one->follow->options.arg, one);
	}
}

void follow_one_close(struct follow_one *one)
{
	struct loop *loop = one->follow->engine->loop;
	loop_cancel(loop, one->closing);
	loop_cancel(loop, one->late);
	loop_cancel(loop, one->review);
	logs_close(one->logs);
	merge_leave(one->lane);
	one->lane = NULL;
	ask_cancel(&one->inspect);
}
