#include "engine/run/ops.h"
#include "base/text/json.h"
#include "engine/observe/observe.h"
#include "engine/run/op_row.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

const struct op_row *op_row(enum op op)
{
	static const struct op_rows *const files[] = { &op_image_rows, &op_network_rows, &op_volume_rows,
		&op_container_rows, &op_upload_rows, &op_exec_rows, &op_gate_rows };
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		for (size_t r = 0; r < files[i]->count; r++)
			if (files[i]->items[r].op == op)
				return &files[i]->items[r];
	return NULL;
}

const char *op_path(struct op_call *call, const char *kind, const char *name, const char *action)
{
	return http_path(call->arena, kind, name, action, (char *)NULL);
}

void op_post(struct request *request, const char *where, const char *body)
{
	request->method = "POST";
	request->path = where;
	request->body = body;
	request->body_len = body ? strlen(body) : 0;
}

bool op_answer_has(
	struct op_call *call, const struct cJSON *json, const struct json_member *members, size_t count)
{
	struct errors strange;
	errors_init(&strange, call->arena);
	if (json_check(json, members, count, call->answer, &strange) == 0)
		return true;
	call->refusal = strange.first->message;
	return false;
}

enum op_verdict op_take_id(struct op_call *call, const struct cJSON *json)
{
	static const struct json_member id = { "Id", JSON_ID };
	if (!op_answer_has(call, json, &id, 1))
		return OP_REPEAT;
	call->step->result_id = arena_strdup(call->arena, json_text(json, "Id", NULL));
	return OP_DONE;
}

bool op_labels_match(const struct op_call *call, const struct cJSON *labels)
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

enum op_verdict op_refuse_taken(
	struct op_call *call, const struct cJSON *labels, const struct project *project)
{
	const char *owner = cJSON_GetStringValue(json_get(labels, "com.docker.compose.project"));
	call->step->conflict = owner && strcmp(owner, project->name) == 0;
	if (!call->refusal)
		call->refusal = "another one has the name";
	return OP_FAIL;
}

static int ask_holder(struct op_call *call, struct request *request)
{
	if (call->use)
		return users_ask(call, request);
	request->method = "GET";
	request->path = "/containers/json";
	request->query = http_query(call->arena, "filters",
		arena_printf(call->arena, "{\"publish\":[\"%" PRId64 "\"]}", call->port), (char *)NULL);
	return 0;
}

static enum op_verdict got_holder(struct op_call *call, const struct cJSON *json)
{
	struct errors unheard;
	errors_init(&unheard, call->arena);
	if (json->child)
		call->holder = observe_container(call->arena, NULL, json->child, &unheard);
	return OP_FAIL;
}

static int ask_clear(struct op_call *call, struct request *request)
{
	request->method = "DELETE";
	request->path = op_path(call, "networks", call->twin, NULL);
	return 0;
}

/* Where the engine tells how the object of the operation is. */
static const char *op_state(struct op_call *call)
{
	const struct op_traits *traits = &op_traits[call->step->op];
	if (call->container || strcmp(traits->object, "container") == 0)
		return op_path(
			call, "containers", call->container ? call->container : call->step->name, "json");
	if (strcmp(traits->object, "image") == 0)
		return arena_printf(
			call->arena, "/images/%s/json", http_path_image(call->arena, call->step->name));
	return op_path(call, arena_printf(call->arena, "%ss", traits->object), call->step->name, NULL);
}

#define USUAL_GRACE INT64_C(10000000000) /* ns (Engine API: ContainerStop) */

int64_t op_grace(const struct op_call *call)
{
	const struct step *step = call->step;
	if (step->ending.timeout.set)
		return step->ending.timeout.value;
	if (!call->grace && step->service && step->service->stop_grace_period.set)
		return step->service->stop_grace_period.value;
	return call->grace ? call->grace : USUAL_GRACE;
}

/* How long an answer may take. A container has the grace of the file that it was made from, which may have
 * said nothing yet of what the file says now. */
static int64_t op_takes(const struct op_call *call, const struct op_row *row)
{
	int64_t grace = row->graceful ? op_grace(call) : 0;
	bool own = call->step->ending.timeout.set || call->grace;
	if (row->graceful && !own && grace < USUAL_GRACE)
		grace = USUAL_GRACE;
	return grace < 0 ? HTTP_EVER : row->takes + grace;
}

static int op_ask_row(struct op_call *call, struct request *request, const struct op_row *row)
{
	request->takes = op_takes(call, row);
	return row->ask(call, request);
}

int op_ask(struct op_call *call, struct request *request)
{
	const struct op_row *row = op_row(call->step->op);
	request->state = op_state(call);
	if (call->phase == OP_BLAME)
		return ask_holder(call, request);
	if (call->phase == OP_CLEAR)
		return ask_clear(call, request);
	return call->phase == OP_CHECK ? row->check(call, request) : op_ask_row(call, request, row);
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

/* An answer that should say nothing and does is none: what was asked for may not have been done. */
static enum op_verdict read_nothing(struct op_call *call, const struct request *request)
{
	const struct op_row *row = op_row(call->step->op);
	struct errors strange;
	errors_init(&strange, call->arena);
	if (http_nothing(request, &strange) == 0)
		return OP_DONE;
	call->refusal = strange.first->message;
	if (row->once)
		call->phase = OP_CHECK;
	return OP_REPEAT;
}

/* Hands the document to its reader. One of another kind is no answer: whatever it is, it is not believed. */
static enum op_verdict read_json(struct op_call *call, const struct request *request, unsigned kinds,
	enum op_verdict (*read)(struct op_call *call, const struct cJSON *json))
{
	struct errors strange;
	errors_init(&strange, call->arena);
	if (!read)
		return OP_DONE;
	if (!kinds || request->data)
		return read(call, NULL);
	struct cJSON *json = http_json(request, kinds, &strange);
	if (!json) {
		call->refusal = strange.first->message;
		return OP_REPEAT;
	}
	enum op_verdict verdict = read(call, json);
	cJSON_Delete(json);
	return verdict;
}

static enum op_verdict got_check(struct op_call *call, const struct request *request)
{
	const struct op_row *row = op_row(call->step->op);
	if (passing(call, request))
		return OP_REPEAT;
	if (request->fault == HTTP_OK && request->status == 404)
		return row->checked(call, NULL);
	if (request->fault != HTTP_OK || request->status != 200)
		return OP_FAIL;
	return read_json(call, request, row->checked_answer, row->checked);
}

/* Once the twin is gone, by us or by whoever made it: another look, until there is none. A little later: an
 * engine that goes on to list it is not asked for ever. */
static enum op_verdict got_clear(struct op_call *call, const struct request *request)
{
	call->refusal = NULL;
	if (passing(call, request))
		return OP_REPEAT;
	if (request->fault != HTTP_OK || (request->status >= 300 && request->status != 404))
		return OP_FAIL;
	call->phase = OP_CHECK;
	return OP_WAIT;
}

/* Whoever has the port or uses it, or nobody that can be found: the operation has failed before. */
static enum op_verdict got_blame(struct op_call *call, const struct request *request)
{
	const char *refusal = call->refusal;
	if (request->fault == HTTP_OK && request->status == 200)
		read_json(call, request, JSON_LIST, call->use ? users_got : got_holder);
	call->refusal = refusal;
	return OP_FAIL;
}

static bool says(const char *message, const char *words)
{
	return words && strstr(message, words);
}

enum op_verdict op_got(struct op_call *call, const struct request *request)
{
	const struct op_row *row = op_row(call->step->op);
	call->answer = http_json_name(call->arena, request);
	if (call->phase == OP_BLAME)
		return got_blame(call, request);
	if (call->phase == OP_CHECK)
		return got_check(call, request);
	if (call->phase == OP_CLEAR)
		return got_clear(call, request);
	call->refusal = NULL;
	bool answered = request->fault == HTTP_OK;
	enum op_verdict raw = answered && row->raw ? row->raw(call, request) : OP_DONE;
	if (raw != OP_DONE)
		return raw;
	bool done = answered && request->status >= 200 && request->status < 300;
	if (done && row->silent && read_nothing(call, request) != OP_DONE)
		return OP_REPEAT;
	if (done)
		return read_json(call, request, row->answer, row->got);
	const char *message = http_message(call->arena, request);
	if (answered && ((row->fine && request->status == row->fine) || says(message, row->fine_text) ||
				(row->needless && row->needless(call, message))))
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
