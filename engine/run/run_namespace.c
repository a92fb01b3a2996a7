/* A start that the engine refuses because the container whose namespace it shares has ended: the engine's
 * words name neither that one nor why. ("cannot join network of a non running container: ID"; when it ends
 * meanwhile "lstat /proc/PID/ns/net: no such file or directory") */
#include "base/text/text.h"
#include "engine/observe/inspect.h"
#include "engine/observe/look.h"
#include "engine/run/run_inside.h"
#include "engine/stream/last_words.h"
#include "engine/stream/logs.h"

#include <inttypes.h>
#include <string.h>

#define LINES 20

/* Asks about one owner after the other. */
struct owners {
	struct task *task;
	const struct service *services[3]; /* NULL: named as a container */
	const char *ids[3];
	size_t count, at;
	struct look look; /* of the one that does not run */
};

static void add_owner(struct owners *owners, const char *mode)
{
	struct task *task = owners->task;
	const struct project *project = task->step->service->project;
	const struct service *service = NULL;
	const char *key = text_after(mode, "service:");
	const char *id = key ? peer_first(task, key) : text_after(mode, "container:");
	for (size_t i = 0; id && key && i < project->nservices; i++)
		if (strcmp(project->services[i]->key, key) == 0)
			service = project->services[i];
	if (!id)
		return;
	owners->services[owners->count] = service;
	owners->ids[owners->count++] = id;
}

static void end_failed(struct task *task)
{
	task->over = true;
	task->ok = false;
}

/* Whether it is a container in the place of a former one, which comes back when this goes wrong. */
static bool is_taken_back(const struct run *run, const char *id)
{
	const struct started *started = started_find(run, id);
	const struct step *create = started ? started->step->target : NULL;
	for (size_t i = 0; create && create->create.replaces && i < run->plan->count; i++) {
		const struct step *step = run->plan->steps[i];
		if (step->undo && op_traits[step->op].removes && step->target == create)
			return true;
	}
	return false;
}

/* The finding, at the service that has ended. */
static void blame_owner(struct owners *owners, const char *lines)
{
	struct op_call *call = &owners->task->call;
	const struct look *look = &owners->look;
	const struct service *sharer = call->step->service, *owner = owners->services[owners->at];
	const struct service *at = owner ? owner : sharer;
	struct arena *arena = call->arena;
	const char *what = look->state == CONTAINER_EXITED
				   ? arena_printf(arena, "exited (%" PRId64 ")", look->exit_code)
				   : arena_printf(arena, "is %s", container_state_name(look->state));
	call->step->failure = arena_printf(arena, "container %s %s", look->name, what);
	const char *message =
		arena_printf(arena, "cannot start container %s: container %s, whose namespace it shares, %s",
			step_shown_name(call->step), look->name, what);
	const char *path = arena_printf(arena, "services.%s", at->key);
	if (step_tolerated(call->step))
		error_warn(call->errors, &at->at, path, "%s", message);
	else
		error_add(call->errors, ERROR_ENGINE, &at->at, path, "%s", message);
	if (owner && is_taken_back(owners->task->run, look->id))
		error_hint(call->errors, "%s", last_words_gone_hint(arena, owner->key));
	else if (owner)
		error_hint(call->errors, "`docker flow logs %s` shows all of its output", owner->key);
	error_detail(call->errors, *lines ? arena_printf(arena, "last lines of %s:\n%s", look->name, lines)
					  : arena_printf(arena, "%s has printed nothing", look->name));
	end_failed(owners->task);
}

static void got_lines(void *arg, const char *text)
{
	struct owners *owners = arg;
	owners->task->request = NULL;
	blame_owner(owners, text ? text : "");
}

static void ask_next(struct owners *owners);

/* How an owner is: one that does not run is the reason, else the next one is asked about; with none left the
 * engine's own words are told. */
static void got_owner(struct request *request)
{
	struct owners *owners = request->arg;
	struct task *task = owners->task;
	struct errors strange;
	task->request = NULL;
	errors_init(&strange, http_arena(request));
	bool seen = request->fault == HTTP_OK && request->status == 200 &&
		    look_read(task->call.arena, buf_text(&request->answer), request->answer.len,
			    task->run->engine->api, &owners->look, &strange) == 0;
	if (seen && owners->look.state != CONTAINER_RUNNING && owners->look.state != CONTAINER_PAUSED) {
		task->request = logs_tail(task->run->engine, owners->look.id,
			&(struct logs_tail){ .count = LINES,
				.since = owners->look.output_begin,
				.tty = owners->look.tty,
				.got = got_lines,
				.arg = owners });
		return;
	}
	owners->at++;
	if (owners->at < owners->count) {
		ask_next(owners);
		return;
	}
	op_explain(&task->call, request);
	end_failed(task);
}

static void ask_next(struct owners *owners)
{
	struct task *task = owners->task;
	struct request *request = http_request(task->run->engine->http);
	request->method = "GET";
	request->path = inspect_container_path(http_arena(request), owners->ids[owners->at]);
	request->done = got_owner;
	request->arg = owners;
	task->request = request;
	if (http_send(request, task->call.errors) == 0)
		return;
	task->request = NULL;
	end_failed(task);
}

static void add_owners(struct owners *owners, const struct service *service)
{
	add_owner(owners, service->network_mode);
	add_owner(owners, service->pid);
	add_owner(owners, service->ipc);
}

static bool has_started(const struct run *run, const char *container)
{
	for (size_t i = 0; i < run->nstarted; i++)
		if (run->started[i].step->state == STEP_DONE &&
			(text_is(run->started[i].id, container) ||
				text_is(step_shown_name(run->started[i].step), container)))
			return true;
	return false;
}

bool namespace_doubted(struct task *task, const struct request *request)
{
	const struct service *service = task->step->service;
	if (!op_traits[task->step->op].starts || !service || request->status != 304)
		return false;
	struct owners owners = { .task = task };
	add_owners(&owners, service);
	for (size_t i = 0; i < owners.count; i++)
		if (has_started(task->run, owners.ids[i]))
			return true;
	return false;
}

bool namespace_blame(struct task *task, const struct request *request)
{
	const struct service *service = task->step->service;
	if (!op_traits[task->step->op].starts || !service || request->fault != HTTP_OK)
		return false;
	struct owners *owners = ARENA_NEW(task->call.arena, struct owners);
	owners->task = task;
	add_owners(owners, service);
	if (!owners->count)
		return false;
	task->call.refusal = arena_strdup(task->call.arena, op_message(&task->call, request));
	ask_next(owners);
	return true;
}
