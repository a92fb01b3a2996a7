/* Networks: create, remove, connect, disconnect. */
#include "base/text/json.h"
#include "engine/observe/observe.h"
#include "engine/run/op_row.h"

#include <cjson/cJSON.h>
#include <string.h>

static int ask_network_create(struct op_call *call, struct request *request)
{
	const struct observed_network *former = call->step->network.seen;
	call->body = former ? former->again : payload_network(call->arena, call->step->network.wanted);
	if (!call->body)
		return error_add(call->errors, ERROR_ENGINE, &call->step->network.wanted->at, NULL,
			"network %s: it is not known how it was made", former->name);
	op_post(request, "/networks/create", call->body);
	return 0;
}

/* Before API 1.44 the engine does not see a creation that is still under way, by a client that was killed or
 * on another host, and makes a second network of the same name; no container can be started on either then.
 */
static enum op_verdict got_network(struct op_call *call, const struct cJSON *json)
{
	enum op_verdict verdict = op_take_id(call, json);
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
		observe_name_filter(call->arena, &call->step->network.wanted->name, 1), (char *)NULL);
	return 0;
}

/* Of several networks that are as we want ours, the oldest stays: whoever looks comes to the same result. */
static enum op_verdict checked_network(struct op_call *call, const struct cJSON *json)
{
	const struct observed_network *stays = NULL, *goes = NULL;
	bool taken = false;
	const struct cJSON *item, *labels = NULL;
	struct errors strange;
	errors_init(&strange, call->arena);
	cJSON_ArrayForEach(item, json)
	{
		const struct observed_network *network = observe_network(call->arena, item, &strange);
		if (!network) {
			call->refusal = strange.first->message;
			return OP_REPEAT;
		}
		if (strcmp(network->name, call->step->network.wanted->name) != 0)
			continue;
		taken = true;
		labels = json_get(item, "Labels");
		if (!op_labels_match(call, labels))
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
		return op_refuse_taken(call, labels, call->step->network.wanted->project);
	call->step->result_id = stays->id;
	if (!goes)
		return OP_DONE;
	call->twin = goes->id;
	call->phase = OP_CLEAR;
	return OP_NEXT;
}

static int ask_network_remove(struct op_call *call, struct request *request)
{
	const struct observed_network *seen = call->step->network.seen;
	request->method = "DELETE";
	request->path = op_path(call, "networks", seen ? seen->id : call->step->name, NULL);
	return 0;
}

static int ask_connect(struct op_call *call, struct request *request)
{
	call->body = payload_connect(call->arena, call->step, call->container, call->context, call->errors);
	if (!call->body)
		return -1;
	op_post(request, op_path(call, "networks", call->network, "connect"), call->body);
	return 0;
}

static int ask_disconnect(struct op_call *call, struct request *request)
{
	cJSON *body = cJSON_CreateObject();
	cJSON_AddStringToObject(body, "Container", call->container);
	cJSON_AddTrueToObject(body, "Force");
	op_post(request, op_path(call, "networks", call->network, "disconnect"),
		json_print(call->arena, body));
	return 0;
}

static const struct op_row rows[] = {
	{ .op = OP_NETWORK_CREATE,
		.ask = ask_network_create,
		.got = got_network,
		.answer = JSON_OBJECT,
		.doubt = 409,
		.check = check_network,
		.checked = checked_network,
		.checked_answer = JSON_LIST },
	{ .op = OP_NETWORK_REMOVE,
		.ask = ask_network_remove,
		.silent = true,
		.fine = 404,
		.used = 403,
		.used_text = "has active endpoints",
		.used_filter = "network" },
	{ .op = OP_NETWORK_CONNECT,
		.ask = ask_connect,
		.silent = true,
		.fine_text = "already exists in network" },
	{ .op = OP_NETWORK_DISCONNECT,
		.ask = ask_disconnect,
		.silent = true,
		.fine = 404,
		.fine_text = "is not connected to" },
};

const struct op_rows op_network_rows = { rows, sizeof rows / sizeof *rows };
