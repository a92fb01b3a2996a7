/* Volumes: create, remove. */
#include "base/text/json.h"
#include "engine/observe/observe.h"
#include "engine/run/op_row.h"

static int ask_volume_create(struct op_call *call, struct request *request)
{
	call->body = payload_volume(call->arena, call->step->volume.wanted);
	op_post(request, "/volumes/create", call->body);
	return 0;
}

static enum op_verdict got_volume(struct op_call *call, const struct cJSON *json)
{
	struct errors strange;
	errors_init(&strange, call->arena);
	const struct observed_volume *volume = observe_volume(call->arena, json, &strange);
	if (!volume) {
		call->refusal = strange.first->message;
		return OP_REPEAT;
	}
	call->step->result_id = observe_created(volume, call->engine->api);
	return OP_DONE;
}

static int ask_volume_remove(struct op_call *call, struct request *request)
{
	request->method = "DELETE";
	request->path = op_path(call, "volumes", call->step->name, NULL);
	return 0;
}

static const struct op_row rows[] = {
	{ .op = OP_VOLUME_CREATE, .ask = ask_volume_create, .got = got_volume, .answer = JSON_OBJECT },
	{ .op = OP_VOLUME_REMOVE,
		.ask = ask_volume_remove,
		.silent = true,
		.fine = 404,
		.used = 409,
		.used_text = "volume is in use",
		.used_filter = "volume" },
};

const struct op_rows op_volume_rows = { rows, sizeof rows / sizeof *rows };
