/* Hooks (post_start, pre_stop): a command in a container, three requests: create, start with its output, exit
 * code. (Engine API: POST /containers/ID/exec, POST /exec/ID/start, GET /exec/ID/json) */
#include "base/text/json.h"
#include "engine/run/op_row.h"
#include "engine/stream/frames.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

enum part { CREATE, START, LOOK };

struct hook_run {
	const char *id;
	unsigned starts;
	struct frames frames;
	struct buf output; /* what the command printed last */
	char memory[2049];
};

static void add_texts(cJSON *json, const char *key, const char *const *texts, size_t count)
{
	cJSON *list = cJSON_AddArrayToObject(json, key);
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(texts[i]));
}

/* The body of the request that makes a command in a container. */
static const char *hook_body(struct arena *arena, const struct hook *hook)
{
	cJSON *json = cJSON_CreateObject();
	cJSON_AddTrueToObject(json, "AttachStdout");
	cJSON_AddTrueToObject(json, "AttachStderr");
	add_texts(json, "Cmd", hook->command, hook->ncommand);
	if (hook->user)
		cJSON_AddStringToObject(json, "User", hook->user);
	if (hook->working_dir)
		cJSON_AddStringToObject(json, "WorkingDir", hook->working_dir);
	if (hook->privileged)
		cJSON_AddTrueToObject(json, "Privileged");
	const char **environment = NULL;
	size_t count = 0;
	for (size_t i = 0; i < hook->nenvironment; i++) {
		const struct pair *pair = &hook->environment[i];
		*ARENA_PUSH(arena, environment, count) =
			pair->value ? arena_printf(arena, "%s=%s", pair->key, pair->value) : pair->key;
	}
	if (count)
		add_texts(json, "Env", environment, count);
	return json_print(arena, json);
}

/* Keeps the end of the output. */
static void keep(void *arg, bool standard_error, const char *bytes, size_t len)
{
	struct hook_run *hook = arg;
	(void)standard_error;
	buf_keep_last(&hook->output, bytes, len);
}

static void on_output(struct request *request, const char *bytes, size_t len)
{
	const struct op_call *call = request->arg;
	struct hook_run *hook = call->own;
	frames_feed(&hook->frames, bytes, len, keep, hook);
}

/* Creates, starts, then looks: three requests, one a call. */
static int ask_hook(struct op_call *call, struct request *request)
{
	struct arena *arena = call->arena;
	struct hook_run *hook = call->own;
	if (!hook) {
		call->own = hook = ARENA_NEW(arena, struct hook_run);
		buf_init_within(&hook->output, hook->memory, sizeof hook->memory);
	}
	request->method = "POST";
	/* A start whose answer was cut is not repeated: the command may run already. */
	if (call->part == START && hook->starts)
		call->part = LOOK;
	switch ((enum part)call->part) {
	case CREATE:
		request->path = arena_printf(arena, "/containers/%s/exec", call->container);
		request->body = hook_body(arena, call->step->exec.hook);
		break;
	case START:
		hook->starts++;
		request->path = arena_printf(arena, "/exec/%s/start", hook->id);
		request->body = "{\"Detach\":false,\"Tty\":false}";
		request->data = on_output;
		break;
	case LOOK:
		request->method = "GET";
		request->path = arena_printf(arena, "/exec/%s/json", hook->id);
		return 0;
	}
	request->body_len = strlen(request->body);
	return 0;
}

/* The command has ended: its exit code decides. */
static enum op_verdict hook_judge(struct op_call *call, const struct hook_run *hook, const struct cJSON *json)
{
	const struct buf *output = &hook->output;
	if (json_bool(json, "Running"))
		return OP_WAIT; /* the output ends a little before the process is gone for the engine */
	int64_t code = json_int(json, "ExitCode", -1);
	if (code == 0)
		return OP_DONE;
	call->refusal = code < 0 ? "the command did not run"
				 : arena_printf(call->arena, "the %s hook ended with exit code %" PRId64,
					   call->step->reason, code);
	call->output = output->len ? arena_strndup(call->arena, output->data, output->len) : NULL;
	return OP_FAIL;
}

static enum op_verdict got_hook(struct op_call *call, const struct cJSON *json)
{
	struct hook_run *hook = call->own;
	switch ((enum part)call->part) {
	case CREATE:
		hook->id = arena_strdup(call->arena, json_text(json, "Id", NULL));
		if (!hook->id)
			return OP_REPEAT;
		call->part = START;
		return OP_NEXT;
	case START:
		call->part = LOOK;
		return OP_NEXT;
	case LOOK:
		break;
	}
	return hook_judge(call, hook, json);
}

static const struct op_row rows[] = {
	{ .op = OP_CONTAINER_EXEC, .ask = ask_hook, .got = got_hook, .slow = true }
};

const struct op_rows op_exec_rows = { rows, sizeof rows / sizeof *rows };
