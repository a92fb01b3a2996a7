/* Containers: create, start, stop, kill, restart, remove, rename, pause, unpause. */
#include "base/text/json.h"
#include "engine/run/op_row.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

#define CREATE_TAKES                                                                                         \
	INT64_C(30000000000) /* ns: what the image has at a new volume's place is copied into it */

static int ask_create(struct op_call *call, struct request *request)
{
	struct step *step = call->step;
	call->body = payload_container(call->arena, step, call->context, call->errors);
	if (!call->body)
		return -1;
	const char *platform = step->service->platform;
	if (!platform && call->engine->os_env)
		platform = map_get(call->engine->os_env, "DOCKER_DEFAULT_PLATFORM");
	op_post(request, "/containers/create", call->body);
	request->query = http_query(call->arena, "name", step->name, "platform",
		platform && *platform ? platform : NULL, (char *)NULL);
	return 0;
}

static int check_name(struct op_call *call, struct request *request)
{
	request->method = "GET";
	request->path = op_path(call, "containers", call->step->name, "json");
	return 0;
}

/* The name is taken. By the container that a lost request of ours has made: it is adopted. An engine that has
 * reserved the name and not yet made the container answers 404: ask again. */
static enum op_verdict checked_create(struct op_call *call, const struct cJSON *json)
{
	if (!json) {
		call->phase = OP_ASK;
		return OP_REPEAT;
	}
	static const struct json_member members = { "Config.Labels", JSON_OBJECT | JSON_OPTIONAL };
	if (!op_answer_has(call, json, &members, 1))
		return OP_REPEAT;
	const struct cJSON *labels = json_at(json, "Config.Labels");
	return op_labels_match(call, labels) ? op_take_id(call, json)
					     : op_refuse_taken(call, labels, call->step->service->project);
}

static int check_container(struct op_call *call, struct request *request)
{
	request->method = "GET";
	request->path = op_path(call, "containers", call->container, "json");
	return 0;
}

/* Gone after a start whose answer was lost. What removes itself at its end has run, or may have: nothing that
 * a next plan would do again. */
static enum op_verdict gone_before_answer(struct op_call *call)
{
	const struct step *create = call->step->target;
	if (call->started)
		return OP_DONE;
	if (create && create->create.oneoff && create->create.oneoff->auto_remove)
		call->refusal = "it is gone, and may have run";
	return OP_FAIL;
}

/* A start that was carried out must not be repeated when the container has ended since: a task would run
 * twice. */
static enum op_verdict checked_start(struct op_call *call, const struct cJSON *json)
{
	static const struct json_member members[] = { { "State.Running", JSON_BOOL },
		{ "State.StartedAt", JSON_TEXT } };
	if (!json)
		return gone_before_answer(call);
	if (!op_answer_has(call, json, members, sizeof members / sizeof *members))
		return OP_REPEAT;
	bool fresh = call->step->target != NULL;
	bool began = strncmp(json_text(json, "State.StartedAt", "0001-"), "0001-", 5) != 0;
	if (call->started || json_bool(json, "State.Running") || (fresh && began))
		return OP_DONE;
	call->phase = OP_ASK;
	return OP_NEXT;
}

/* t= in whole seconds, rounded up; nothing when the container's own grace period holds. */
static const char *grace(struct op_call *call)
{
	const struct opt_int *timeout = &call->step->ending.timeout;
	if (!timeout->set)
		return NULL;
	return arena_printf(call->arena, "t=%" PRId64,
		timeout->value < 0 ? -1 : (timeout->value + 999999999) / 1000000000);
}

static int ask_stop(struct op_call *call, struct request *request)
{
	op_post(request, op_path(call, "containers", call->container, "stop"), NULL);
	request->query = grace(call);
	return 0;
}

/* A stop whose answer is lost: done, or still under way; the container's own grace is known then.
 * (Engine API: ContainerInspect; s) */
static enum op_verdict checked_stop(struct op_call *call, const struct cJSON *json)
{
	static const struct json_member members[] = { { "State.Running", JSON_BOOL },
		{ "Config.StopTimeout", JSON_NUMBER | JSON_OPTIONAL } };
	if (!json)
		return OP_DONE;
	if (!op_answer_has(call, json, members, sizeof members / sizeof *members))
		return OP_REPEAT;
	if (!json_bool(json, "State.Running"))
		return OP_DONE;
	call->grace = json_int(json, "Config.StopTimeout", 0) * INT64_C(1000000000);
	call->phase = OP_ASK;
	return OP_NEXT;
}

static int ask_start(struct op_call *call, struct request *request)
{
	bool again = call->part == START_AGAIN;
	op_post(request, op_path(call, "containers", call->container, again ? "restart" : "start"), NULL);
	if (again)
		request->query = grace(call);
	return 0;
}

static int ask_restart(struct op_call *call, struct request *request)
{
	op_post(request, op_path(call, "containers", call->container, "restart"), NULL);
	request->query = grace(call);
	return 0;
}

static int ask_kill(struct op_call *call, struct request *request)
{
	op_post(request, op_path(call, "containers", call->container, "kill"), NULL);
	request->query = http_query(call->arena, "signal", call->step->ending.signal, (char *)NULL);
	return 0;
}

/* The volume number `nth` that was made with the container for what is uploaded; NULL: there are no more, or
 * the engine removes it with the container. */
static const char *upload_volume(const struct op_call *call, size_t nth)
{
	const struct observed_container *container = call->step->container;
	for (size_t i = 0; container && i < container->nmounts && !call->step->ending.remove_volumes; i++)
		if (observed_upload(container, &container->mounts[i]) && nth-- == 0)
			return container->mounts[i].name;
	return NULL;
}

static const char *removal_about(const struct op_call *call)
{
	const char *volume = call->part ? upload_volume(call, call->part - 1) : NULL;
	return volume ? arena_printf(call->arena, "volume %s, made for what was uploaded into container %s",
				volume, step_shown_name(call->step))
		      : NULL;
}

/* The container, then what was made with it: nobody else would find that, and secrets are in it. */
static int ask_remove(struct op_call *call, struct request *request)
{
	request->method = "DELETE";
	if (call->part) {
		request->path = op_path(call, "volumes", upload_volume(call, call->part - 1), NULL);
		return 0;
	}
	request->path = op_path(call, "containers", call->container, NULL);
	request->query = http_query(call->arena, "force", call->step->ending.force ? "1" : NULL, "v",
		call->step->ending.remove_volumes ? "1" : NULL, (char *)NULL);
	return 0;
}

static enum op_verdict got_removed(struct op_call *call, const struct request *request)
{
	bool gone = (request->status == 204 && !request->answer.len) || request->status == 404;
	bool used = call->part && request->status == 409; /* its successor has it, or somebody else */
	if (!gone && !used)
		return OP_DONE;
	return upload_volume(call, call->part++) ? OP_NEXT : OP_DONE;
}

/* A volume that somebody uses stays. */
static bool is_in_use(const struct op_call *call, const char *message)
{
	return call->part && strstr(message, "in use");
}

static int ask_rename(struct op_call *call, struct request *request)
{
	op_post(request, op_path(call, "containers", call->container, "rename"), NULL);
	request->query = http_query(call->arena, "name", call->step->new_name, (char *)NULL);
	return 0;
}

/* Whether the container that a refusal names was not there when we looked. */
static bool is_news(const struct op_call *call, const char *refusal)
{
	const char *words = "in use by container \"", *id = strstr(refusal, words);
	const struct observed *seen = call->context->seen;
	if (!id || !seen)
		return false;
	id = arena_strndup(call->arena, id + strlen(words), strcspn(id + strlen(words), "\""));
	for (size_t i = 0; i < seen->ncontainers; i++)
		if (strncmp(id, seen->containers[i]->id, strlen(id)) == 0)
			return false;
	return true;
}

/* A refused rename: done before when the name is the new one; else the old holder of the name may still be
 * going. */
static enum op_verdict checked_rename(struct op_call *call, const struct cJSON *json)
{
	static const struct json_member members = { "Name", JSON_TEXT };
	if (json && !op_answer_has(call, json, &members, 1))
		return OP_REPEAT;
	const char *name = json_text(json, "Name", "");
	if (*name == '/' && strcmp(name + 1, call->step->new_name) == 0)
		return OP_DONE;
	call->step->conflict = call->refusal && is_news(call, call->refusal);
	if (!json || call->step->conflict)
		return OP_FAIL;
	call->phase = OP_ASK;
	return OP_WAIT;
}

static int ask_pause(struct op_call *call, struct request *request)
{
	op_post(request, op_path(call, "containers", call->container, "pause"), NULL);
	return 0;
}

static int ask_unpause(struct op_call *call, struct request *request)
{
	op_post(request, op_path(call, "containers", call->container, "unpause"), NULL);
	return 0;
}

/* A drain: nothing but time. An interrupt ends it (run.c). */
struct drain {
	struct job job;
	struct loop_timer *timer;
};

static void on_drained(void *arg)
{
	struct drain *drain = arg;
	drain->timer = NULL;
	drain->job.done(drain->job.arg, true);
}

static struct job *begin_drain(const struct job *given)
{
	struct drain *drain = ARENA_NEW(given->engine->arena, struct drain);
	drain->job = *given;
	drain->timer = loop_after(given->engine->loop, given->step->ending.drain, on_drained, drain);
	return &drain->job;
}

static void cancel_drain(struct job *job)
{
	loop_cancel(job->engine->loop, ((struct drain *)job)->timer);
}

static const struct job_row drain_job = { .begin = begin_drain, .cancel = cancel_drain };

/* What the engine will not do although it was asked for, "Published ports are discarded…", is worth a word.
 */
static enum op_verdict took_create(struct op_call *call, const struct cJSON *json)
{
	const struct service *service = call->step->service;
	enum op_verdict verdict = op_take_id(call, json);
	const struct cJSON *warning;
	cJSON_ArrayForEach(warning, json_get(json, "Warnings"))
	{
		const char *text = verdict == OP_DONE ? cJSON_GetStringValue(warning) : NULL;
		if (text && *text)
			error_warn(call->errors, &service->at,
				arena_printf(call->arena, "services.%s", service->key), "the engine: %s",
				text);
	}
	return verdict;
}

static const struct op_row rows[] = {
	{ .op = OP_CONTAINER_CREATE,
		.ask = ask_create,
		.takes = CREATE_TAKES,
		.got = took_create,
		.answer = JSON_OBJECT,
		.doubt = 409,
		.check = check_name,
		.checked = checked_create,
		.checked_answer = JSON_OBJECT },
	{ .op = OP_CONTAINER_START,
		.ask = ask_start,
		.silent = true,
		.fine = 304,
		.once = true,
		.check = check_container,
		.checked = checked_start,
		.checked_answer = JSON_OBJECT,
		.watched = true },
	{ .op = OP_CONTAINER_STOP,
		.ask = ask_stop,
		.silent = true,
		.fine = 304,
		.fine_text = "No such container",
		.once = true,
		.check = check_container,
		.checked = checked_stop,
		.checked_answer = JSON_OBJECT,
		.graceful = true },
	{ .op = OP_CONTAINER_KILL, .ask = ask_kill, .silent = true, .fine_text = "is not running" },
	{ .op = OP_CONTAINER_RESTART, .ask = ask_restart, .silent = true, .watched = true, .graceful = true },
	{ .op = OP_CONTAINER_REMOVE,
		.ask = ask_remove,
		.raw = got_removed,
		.about = removal_about,
		.needless = is_in_use,
		.silent = true,
		.fine = 404,
		.wait_text = "already in progress" },
	{ .op = OP_CONTAINER_RENAME,
		.ask = ask_rename,
		.silent = true,
		.doubt = 409,
		.doubt2 = 400,
		.check = check_container,
		.checked = checked_rename,
		.checked_answer = JSON_OBJECT },
	{ .op = OP_CONTAINER_PAUSE, .ask = ask_pause, .silent = true, .fine_text = "already paused" },
	{ .op = OP_CONTAINER_DRAIN, .job = &drain_job },
	{ .op = OP_CONTAINER_UNPAUSE, .ask = ask_unpause, .silent = true, .fine_text = "is not paused" },
};

const struct op_rows op_container_rows = { rows, sizeof rows / sizeof *rows };
