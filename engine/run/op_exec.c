/* Hooks (post_start, pre_stop): a command in a container, three requests: create, start with its output, exit
 * code. (Engine API: POST /containers/ID/exec, POST /exec/ID/start, GET /exec/ID/json) */
#include "base/text/json.h"
#include "engine/run/op_row.h"
#include "engine/console/exec.h"
#include "engine/stream/frames.h"
#include "engine/stream/lines.h"

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
	struct lines lines[2]; /* of its stdout and stderr, for who hears them */
	char begun[2][4097];
};

/* The body of the request that makes a command in a container. */
static const char *hook_body(struct arena *arena, const struct hook *hook)
{
	struct exec_options options = {
		.command = (const char *const *)hook->command,
		.ncommand = hook->ncommand,
		.user = hook->user,
		.working_dir = hook->working_dir,
		.privileged = hook->privileged,
	};
	const char **environment = NULL;
	for (size_t i = 0; i < hook->nenvironment; i++) {
		const struct pair *pair = &hook->environment[i];
		*ARENA_PUSH(arena, environment, options.nenvironment) =
			pair->value ? arena_printf(arena, "%s=%s", pair->key, pair->value) : pair->key;
	}
	options.environment = environment;
	return exec_body(arena, &options);
}

static void hook_line(void *arg, const char *text, size_t len)
{
	const struct op_call *call = arg;
	call->hook_said(call->hook_arg, call->step, call->container, text, len);
}

/* Keeps the end of the output, and tells its lines. */
static void hook_keep(void *arg, bool standard_error, const char *bytes, size_t len)
{
	struct op_call *call = arg;
	struct hook_run *hook = call->own;
	buf_keep_last(&hook->output, bytes, len);
	if (call->hook_said)
		lines_feed(&hook->lines[standard_error], bytes, len, hook_line, call);
}

static void hook_on_output(struct request *request, const char *bytes, size_t len)
{
	struct op_call *call = request->arg;
	struct hook_run *hook = call->own;
	frames_feed(&hook->frames, bytes, len, hook_keep, call);
}

/* Creates, starts, then looks: three requests, one a call. */
static int ask_hook(struct op_call *call, struct request *request)
{
	struct arena *arena = call->arena;
	struct hook_run *hook = call->own;
	if (!hook) {
		call->own = hook = ARENA_NEW(arena, struct hook_run);
		buf_init_within(&hook->output, hook->memory, sizeof hook->memory);
		for (size_t i = 0; i < 2; i++)
			buf_init_within(&hook->lines[i].part, hook->begun[i], sizeof hook->begun[i]);
	}
	request->method = "POST";
	/* A start whose answer was cut is not repeated: the command may run already. */
	if (call->part == START && hook->starts)
		call->part = LOOK;
	switch ((enum part)call->part) {
	case CREATE:
		request->path = op_path(call, "containers", call->container, "exec");
		request->body = hook_body(arena, call->step->exec.hook);
		break;
	case START:
		hook->starts++;
		request->path = op_path(call, "exec", hook->id, "start");
		request->body = "{\"Detach\":false,\"Tty\":false}";
		request->data = hook_on_output;
		request->pauses = HTTP_EVER;
		request->over = exec_is_over;
		request->state = op_path(call, "exec", hook->id, "json");
		break;
	case LOOK:
		request->method = "GET";
		request->path = op_path(call, "exec", hook->id, "json");
		return 0;
	}
	request->body_len = strlen(request->body);
	return 0;
}

/* The command has ended: its exit code decides. */
static enum op_verdict hook_judge(struct op_call *call, const struct hook_run *hook, const struct cJSON *json)
{
	static const struct json_member members[] = { { "Running", JSON_BOOL },
		{ "ExitCode", JSON_NUMBER | JSON_OPTIONAL } };
	const struct buf *output = &hook->output;
	if (!op_answer_has(call, json, members, sizeof members / sizeof *members))
		return OP_REPEAT;
	if (json_bool(json,
		    "Running")) { /* the output ends a little before the process is gone for the engine */
		call->refusal = "its output has ended, but the command still runs";
		return OP_WAIT;
	}
	int64_t code = json_int(json, "ExitCode", -1);
	if (code == 0)
		return OP_DONE;
	call->refusal = code < 0 ? "the command did not run"
				 : arena_printf(call->arena, "%s: %s hook exited with status %" PRId64,
					   call->step->reason, call->step->service->key, code);
	call->output = output->len ? arena_strndup(call->arena, output->data, output->len) : NULL;
	return OP_FAIL;
}

static enum op_verdict got_hook(struct op_call *call, const struct cJSON *json)
{
	static const struct json_member id = { "Id", JSON_ID };
	struct hook_run *hook = call->own;
	switch ((enum part)call->part) {
	case CREATE:
		if (!op_answer_has(call, json, &id, 1))
			return OP_REPEAT;
		hook->id = arena_strdup(call->arena, json_text(json, "Id", NULL));
		call->part = START;
		return OP_NEXT;
	case START:
		lines_flush(&hook->lines[0], hook_line, call);
		lines_flush(&hook->lines[1], hook_line, call);
		call->part = LOOK;
		return OP_NEXT;
	case LOOK:
		break;
	}
	return hook_judge(call, hook, json);
}

/* What has ended is stopped without a hook. (Engine API: ContainerExec, 409) */
static bool hook_needless(const struct op_call *call, const char *message)
{
	return call->step->exec.before_stop && call->part == CREATE &&
	       (strstr(message, "is not running") || strstr(message, "is restarting") ||
		       strstr(message, "No such container"));
}

static const struct op_row rows[] = { { .op = OP_CONTAINER_EXEC,
	.ask = ask_hook,
	.got = got_hook,
	.answer = JSON_OBJECT,
	.endless = true,
	.needless = hook_needless } };

const struct op_rows op_exec_rows = { rows, sizeof rows / sizeof *rows };
