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
	return arena_printf(call->arena, "/%s/%s%s", kind, name, action);
}

void op_post(struct request *request, const char *where, const char *body)
{
	request->method = "POST";
	request->path = where;
	request->body = body;
	request->body_len = body ? strlen(body) : 0;
}

enum op_verdict op_take_id(struct op_call *call, const struct cJSON *json)
{
	call->step->result_id = arena_strdup(call->arena, json_text(json, "Id", NULL));
	return call->step->result_id ? OP_DONE : OP_REPEAT;
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
	request->path = op_path(call, "networks", call->twin, "");
	return 0;
}

int op_ask(struct op_call *call, struct request *request)
{
	const struct op_row *row = op_row(call->step->op);
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
	const struct op_row *row = op_row(call->step->op);
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
	const struct op_row *row = op_row(call->step->op);
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
