#include "engine/run/ops.h"
#include "base/text/json.h"
#include "engine/observe/observe.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

/* How an operation asks and reads. */
struct op_row {
	int (*ask)(struct op_call *call, struct request *request);
	enum op_verdict (*got)(struct op_call *call, const struct cJSON *json); /* of success; NULL: done */
	int fine;              /* a status that says it was so already */
	const char *fine_text; /* words of a refusal that say the same */
	const char *wait_text; /* words that say the engine is still at it */
	int doubt, doubt2;     /* statuses that an earlier, lost request may explain */
	bool once;             /* a lost answer is checked before asking again */
	int (*check)(struct op_call *call, struct request *request);
	enum op_verdict (*checked)(struct op_call *call, const struct cJSON *json); /* NULL: not there */
};

static const char *path(struct op_call *call, const char *kind, const char *name, const char *action)
{
	return arena_printf(call->arena, "/%s/%s%s", kind, name, action);
}

static void post(struct request *request, const char *where, const char *body)
{
	request->method = "POST";
	request->path = where;
	request->body = body;
	request->body_len = body ? strlen(body) : 0;
}

static enum op_verdict take_id(struct op_call *call, const struct cJSON *json)
{
	call->step->result_id = arena_strdup(call->arena, json_text(json, "Id", NULL));
	return call->step->result_id ? OP_DONE : OP_REPEAT;
}

/* Whether every label that we would have given is there with the same value: then the thing is ours. The
 * tool's version may differ. */
static bool labels_match(const struct op_call *call, const struct cJSON *labels)
{
	struct cJSON *body = cJSON_Parse(call->body);
	const struct cJSON *label;
	bool same = json_get(body, "Labels") != NULL;
	cJSON_ArrayForEach(label, json_get(body, "Labels"))
	{
		if (strcmp(label->string, "com.docker.compose.version") == 0)
			continue;
		const char *there = cJSON_GetStringValue(json_get(labels, label->string));
		same = same && there && strcmp(there, cJSON_GetStringValue(label)) == 0;
	}
	cJSON_Delete(body);
	return same;
}

/* What has the name is not as ours would be. When it is of the same project, another client is at work. */
static enum op_verdict refuse_taken(
	struct op_call *call, const struct cJSON *labels, const struct project *project)
{
	const char *owner = cJSON_GetStringValue(json_get(labels, "com.docker.compose.project"));
	call->step->conflict = owner && strcmp(owner, project->name) == 0;
	if (!call->refusal)
		call->refusal = "another one has the name";
	return OP_FAIL;
}

/* Networks */

static int ask_network_create(struct op_call *call, struct request *request)
{
	call->body = payload_network(call->arena, call->step->network);
	post(request, "/networks/create", call->body);
	return 0;
}

/* Before API 1.44 the engine does not see a creation that is still under way, by a client that was killed or
 * on another host, and makes a second network of the same name; no container can be started on either then.
 */
static enum op_verdict got_network(struct op_call *call, const struct cJSON *json)
{
	enum op_verdict verdict = take_id(call, json);
	if (verdict != OP_DONE || call->engine->api >= 44)
		return verdict;
	call->phase = OP_CHECK;
	return OP_NEXT;
}

static int check_network(struct op_call *call, struct request *request)
{
	request->method = "GET";
	request->path = "/networks";
	request->query = http_query(call->arena, "filters",
		observe_name_filter(call->arena, &call->step->network->name, 1), (char *)NULL);
	return 0;
}

/* Of several networks that are as we want ours, the oldest stays: whoever looks comes to the same result. */
static enum op_verdict checked_network(struct op_call *call, const struct cJSON *json)
{
	const struct observed_network *stays = NULL, *goes = NULL;
	bool taken = false;
	const struct cJSON *item, *labels = NULL;
	cJSON_ArrayForEach(item, json)
	{
		const struct observed_network *network = observe_network(call->arena, item);
		if (strcmp(network->name, call->step->network->name) != 0)
			continue;
		taken = true;
		labels = json_get(item, "Labels");
		if (!labels_match(call, labels))
			continue;
		bool older = !stays || observed_older(network, stays);
		goes = older ? stays : network;
		stays = older ? network : stays;
	}
	if (!taken) {
		call->refusal = "the engine does not list it";
		call->phase = OP_ASK;
		return OP_REPEAT;
	}
	if (!stays)
		return refuse_taken(call, labels, call->step->network->project);
	call->step->result_id = stays->id;
	if (!goes)
		return OP_DONE;
	call->twin = goes->id;
	call->phase = OP_CLEAR;
	return OP_NEXT;
}

static int ask_network_remove(struct op_call *call, struct request *request)
{
	const struct observed_network *seen = call->step->network_seen;
	request->method = "DELETE";
	request->path = path(call, "networks", seen ? seen->id : call->step->name, "");
	return 0;
}

static int ask_connect(struct op_call *call, struct request *request)
{
	call->body = payload_connect(call->arena, call->step, call->container, call->context, call->errors);
	if (!call->body)
		return -1;
	post(request, path(call, "networks", call->network, "/connect"), call->body);
	return 0;
}

static int ask_disconnect(struct op_call *call, struct request *request)
{
	cJSON *body = cJSON_CreateObject();
	cJSON_AddStringToObject(body, "Container", call->container);
	cJSON_AddBoolToObject(body, "Force", true);
	post(request, path(call, "networks", call->network, "/disconnect"), json_print(call->arena, body));
	return 0;
}

/* Volumes */

static int ask_volume_create(struct op_call *call, struct request *request)
{
	call->body = payload_volume(call->arena, call->step->volume);
	post(request, "/volumes/create", call->body);
	return 0;
}

static enum op_verdict got_volume(struct op_call *call, const struct cJSON *json)
{
	if (json)
		call->step->result_id = observe_created(observe_volume(call->arena, json), call->engine->api);
	return OP_DONE;
}

static int ask_image_remove(struct op_call *call, struct request *request)
{
	request->method = "DELETE";
	request->path = arena_printf(call->arena, "/images/%s", http_path(call->arena, call->step->name));
	return 0;
}

static int ask_volume_remove(struct op_call *call, struct request *request)
{
	request->method = "DELETE";
	request->path = path(call, "volumes", call->step->name, "");
	request->query = call->step->force ? "force=1" : NULL;
	return 0;
}

/* Containers */

static int ask_create(struct op_call *call, struct request *request)
{
	struct step *step = call->step;
	call->body = payload_container(call->arena, step, call->context, call->errors);
	if (!call->body)
		return -1;
	const char *platform = step->service->platform;
	if (!platform && call->engine->os_env)
		platform = map_get(call->engine->os_env, "DOCKER_DEFAULT_PLATFORM");
	post(request, "/containers/create", call->body);
	request->query = http_query(call->arena, "name", step->name, "platform",
		platform && *platform ? platform : NULL, (char *)NULL);
	return 0;
}

static int check_name(struct op_call *call, struct request *request)
{
	request->method = "GET";
	request->path = path(call, "containers", call->step->name, "/json");
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
	const struct cJSON *labels = json_at(json, "Config.Labels");
	return labels_match(call, labels) ? take_id(call, json)
					  : refuse_taken(call, labels, call->step->service->project);
}

static int ask_start(struct op_call *call, struct request *request)
{
	post(request, path(call, "containers", call->container, "/start"), NULL);
	return 0;
}

static int check_container(struct op_call *call, struct request *request)
{
	request->method = "GET";
	request->path = path(call, "containers", call->container, "/json");
	return 0;
}

/* A start that was carried out must not be repeated when the container has ended since: a task would run
 * twice. */
static enum op_verdict checked_start(struct op_call *call, const struct cJSON *json)
{
	if (!json)
		return OP_FAIL;
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
	const struct opt_int *timeout = &call->step->timeout;
	if (!timeout->set)
		return NULL;
	return arena_printf(call->arena, "t=%" PRId64,
		timeout->value < 0 ? -1 : (timeout->value + 999999999) / 1000000000);
}

static int ask_stop(struct op_call *call, struct request *request)
{
	post(request, path(call, "containers", call->container, "/stop"), NULL);
	request->query = grace(call);
	return 0;
}

static int ask_restart(struct op_call *call, struct request *request)
{
	post(request, path(call, "containers", call->container, "/restart"), NULL);
	request->query = grace(call);
	return 0;
}

static int ask_kill(struct op_call *call, struct request *request)
{
	post(request, path(call, "containers", call->container, "/kill"), NULL);
	request->query = http_query(call->arena, "signal", call->step->signal, (char *)NULL);
	return 0;
}

static int ask_remove(struct op_call *call, struct request *request)
{
	request->method = "DELETE";
	request->path = path(call, "containers", call->container, "");
	request->query = http_query(call->arena, "force", call->step->force ? "1" : NULL, "v",
		call->step->remove_volumes ? "1" : NULL, (char *)NULL);
	return 0;
}

static int ask_rename(struct op_call *call, struct request *request)
{
	post(request, path(call, "containers", call->container, "/rename"), NULL);
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
		if (strcmp(id, seen->containers[i]->id) == 0)
			return false;
	return true;
}

/* A refused rename: done before when the name is the new one; else the old holder of the name may still be
 * going. */
static enum op_verdict checked_rename(struct op_call *call, const struct cJSON *json)
{
	const char *name = json_text(json, "Name", "");
	if (*name == '/' && strcmp(name + 1, call->step->new_name) == 0)
		return OP_DONE;
	call->step->conflict = call->refusal && is_news(call, call->refusal);
	if (!json || call->step->conflict)
		return OP_FAIL;
	call->phase = OP_ASK;
	return OP_WAIT;
}

static enum op_verdict got_upload(struct op_call *call, const struct cJSON *json)
{
	(void)json;
	return upload_more(call) ? OP_NEXT : OP_DONE;
}

static const struct op_row rows[OP_COUNT] = {
	[OP_NETWORK_CREATE] = { .ask = ask_network_create,
		.got = got_network,
		.doubt = 409,
		.check = check_network,
		.checked = checked_network },
	[OP_NETWORK_REMOVE] = { .ask = ask_network_remove, .fine = 404 },
	[OP_NETWORK_CONNECT] = { .ask = ask_connect, .fine_text = "already exists in network" },
	[OP_NETWORK_DISCONNECT] = { .ask = ask_disconnect, .fine = 404, .fine_text = "is not connected to" },
	[OP_VOLUME_CREATE] = { .ask = ask_volume_create, .got = got_volume },
	[OP_IMAGE_REMOVE] = { .ask = ask_image_remove, .fine = 404 },
	[OP_VOLUME_REMOVE] = { .ask = ask_volume_remove, .fine = 404 },
	[OP_CONTAINER_CREATE] = { .ask = ask_create,
		.got = take_id,
		.doubt = 409,
		.check = check_name,
		.checked = checked_create },
	[OP_CONTAINER_UPLOAD] = { .ask = upload_ask, .got = got_upload },
	[OP_CONTAINER_START] = { .ask = ask_start,
		.fine = 304,
		.once = true,
		.check = check_container,
		.checked = checked_start },
	[OP_CONTAINER_STOP] = { .ask = ask_stop, .fine = 304, .fine_text = "No such container" },
	[OP_CONTAINER_KILL] = { .ask = ask_kill, .fine_text = "is not running" },
	[OP_CONTAINER_RESTART] = { .ask = ask_restart },
	[OP_CONTAINER_REMOVE] = { .ask = ask_remove, .fine = 404, .wait_text = "already in progress" },
	[OP_CONTAINER_EXEC] = { .ask = hook_ask, .got = hook_got },
	[OP_CONTAINER_RENAME] = { .ask = ask_rename,
		.doubt = 409,
		.doubt2 = 400,
		.check = check_container,
		.checked = checked_rename },
};

static int ask_holder(struct op_call *call, struct request *request)
{
	request->method = "GET";
	request->path = "/containers/json";
	request->query = http_query(call->arena, "filters",
		arena_printf(call->arena, "{\"publish\":[\"%" PRId64 "\"]}", call->port), (char *)NULL);
	return 0;
}

static enum op_verdict got_holder(struct op_call *call, const struct cJSON *json)
{
	if (cJSON_IsArray(json) && json->child)
		call->holder = observe_container(call->arena, json->child);
	return OP_FAIL;
}

static int ask_clear(struct op_call *call, struct request *request)
{
	request->method = "DELETE";
	request->path = path(call, "networks", call->twin, "");
	return 0;
}

int op_ask(struct op_call *call, struct request *request)
{
	const struct op_row *row = &rows[call->step->op];
	if (call->phase == OP_BLAME)
		return ask_holder(call, request);
	if (call->phase == OP_CLEAR)
		return ask_clear(call, request);
	return call->phase == OP_CHECK ? row->check(call, request) : row->ask(call, request);
}

/* A failure that may pass by itself: no whole answer, one from something in between, or a server error that
 * names no reason that stays. */
static bool passing(struct op_call *call, const struct request *request)
{
	if (http_transient(request))
		return true;
	return request->fault == HTTP_OK && request->status == 500 &&
	       !op_definite(http_message(call->arena, request));
}

static enum op_verdict read_json(struct op_call *call, const struct request *request,
	enum op_verdict (*read)(struct op_call *call, const struct cJSON *json))
{
	struct errors unheard;
	errors_init(&unheard, call->arena);
	if (!read)
		return OP_DONE;
	struct cJSON *json = request->answer.len ? json_parse(request->answer.data, request->answer.len,
							   "answer", &unheard)
						 : NULL;
	enum op_verdict verdict = read(call, json);
	cJSON_Delete(json);
	return verdict;
}

static enum op_verdict got_check(struct op_call *call, const struct request *request)
{
	const struct op_row *row = &rows[call->step->op];
	if (passing(call, request))
		return OP_REPEAT;
	if (request->fault == HTTP_OK && request->status == 404)
		return row->checked(call, NULL);
	if (request->fault != HTTP_OK || request->status != 200)
		return OP_FAIL;
	return read_json(call, request, row->checked);
}

/* Once the twin is gone, by us or by whoever made it: another look, until there is none. */
static enum op_verdict got_clear(struct op_call *call, const struct request *request)
{
	call->refusal = NULL;
	if (passing(call, request))
		return OP_REPEAT;
	if (request->fault != HTTP_OK || (request->status >= 300 && request->status != 404))
		return OP_FAIL;
	call->phase = OP_CHECK;
	return OP_NEXT;
}

static bool says(const char *message, const char *words)
{
	return words && strstr(message, words);
}

enum op_verdict op_got(struct op_call *call, const struct request *request)
{
	const struct op_row *row = &rows[call->step->op];
	if (call->phase == OP_BLAME)
		return read_json(call, request, got_holder);
	if (call->phase == OP_CHECK)
		return got_check(call, request);
	if (call->phase == OP_CLEAR)
		return got_clear(call, request);
	call->refusal = NULL;
	bool answered = request->fault == HTTP_OK;
	if (answered && request->status >= 200 && request->status < 300)
		return read_json(call, request, row->got);
	const char *message = http_message(call->arena, request);
	if (answered && ((row->fine && request->status == row->fine) || says(message, row->fine_text)))
		return OP_DONE;
	if (passing(call, request)) {
		if (row->once && request->fault != HTTP_NO_CONNECT)
			call->phase = OP_CHECK;
		return OP_REPEAT;
	}
	if (answered && says(message, row->wait_text))
		return OP_WAIT;
	if (answered && row->check && (request->status == row->doubt || request->status == row->doubt2)) {
		call->refusal = message;
		call->refused = request->status;
		call->phase = OP_CHECK;
		return OP_NEXT;
	}
	return OP_FAIL;
}
