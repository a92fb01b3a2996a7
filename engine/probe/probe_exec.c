/* Runs a command in the container; exit 0 is ready. Three requests: create, start with its output, and the
 * exit code. (Engine API: POST /containers/ID/exec, POST /exec/ID/start, GET /exec/ID/json) */
#include "base/text/json.h"
#include "engine/stream/frames.h"
#include "engine/probe/probe.h"

#include <cjson/cJSON.h>
#include <string.h>

struct exec_probe {
	struct request *request; /* the one under way */
	const char *id;
	struct frames frames;
	struct loop_timer *timer;
	int64_t pause; /* before the exit code is asked for again, ns */
};

static struct request *exec_request(
	struct probe_try *try, const char *method, const char *path, void (*done)(struct request *request))
{
	struct exec_probe *own = try->own;
	struct request *request = http_request(try->engine->http);
	request->method = method;
	request->path = path;
	request->done = done;
	request->arg = try;
	own->request = request;
	return request;
}

static void exec_send(struct probe_try *try)
{
	struct exec_probe *own = try->own;
	struct errors errors;
	errors_init(&errors, try->arena);
	if (http_send(own->request, &errors) != 0) {
		own->request = NULL;
		probe_settle(try, false, "%s", errors.first->message);
	}
}

/* The request ended; returns its try, and whether the answer is a good one. */
static struct probe_try *ended(struct request *request, bool *ret_ok)
{
	struct probe_try *try = request->arg;
	struct exec_probe *own = try->own;
	own->request = NULL;
	*ret_ok = request->fault == HTTP_OK && request->status < 300;
	if (!*ret_ok)
		probe_settle(try, false, "exec: %s", http_message(try->arena, request));
	return try;
}

static void ask_code(void *arg);

/* The exit code of the command, once the engine knows it: just after the output it may still say "running".
 */
static void on_code(struct request *request)
{
	bool ok;
	struct probe_try *try = ended(request, &ok);
	struct exec_probe *own = try->own;
	struct errors errors;
	errors_init(&errors, try->arena);
	if (!ok)
		return;
	static const struct json_member members[] = { { "Running", JSON_BOOL },
		{ "ExitCode", JSON_NUMBER | JSON_OPTIONAL } };
	struct cJSON *json = http_json(request, JSON_OBJECT, &errors);
	bool read = json && json_check(json, members, sizeof members / sizeof *members,
				    http_json_name(try->arena, request), &errors) == 0;
	bool running = json_bool(json, "Running");
	int64_t code = json_int(json, "ExitCode", -1);
	cJSON_Delete(json);
	if (!read || (!running && code < 0))
		probe_settle(try, false, "exec: %s", errors.first ? errors.first->message : "no exit code");
	else if (!running)
		probe_settle(try, code == 0, "exit code %lld", (long long)code);
	else { /* the output ends a little before the process is gone for the engine */
		own->pause += own->pause ? own->pause : 5 * PACE_MS;
		own->timer = loop_after(try->engine->loop, own->pause, ask_code, try);
	}
}

static void ask_code(void *arg)
{
	struct probe_try *try = arg;
	struct exec_probe *own = try->own;
	own->timer = NULL;
	exec_request(try, "GET", http_path(try->arena, "exec", own->id, "json", (char *)NULL), on_code);
	exec_send(try);
}

static void exec_on_payload(void *arg, bool standard_error, const char *bytes, size_t len)
{
	(void)standard_error;
	probe_output(arg, bytes, len);
}

static void exec_on_bytes(struct request *request, const char *bytes, size_t len)
{
	struct probe_try *try = request->arg;
	struct exec_probe *own = try->own;
	frames_feed(&own->frames, bytes, len, exec_on_payload, try);
}

static void on_output_end(struct request *request)
{
	bool ok;
	struct probe_try *try = ended(request, &ok);
	if (ok)
		ask_code(try);
}

/* The command exists: starts it and reads what it prints. */
static void exec_on_created(struct request *request)
{
	static const char body[] = "{\"Detach\":false,\"Tty\":false}";
	bool ok;
	struct probe_try *try = ended(request, &ok);
	struct exec_probe *own = try->own;
	struct arena *arena = try->arena;
	struct errors errors;
	errors_init(&errors, arena);
	if (!ok)
		return;
	static const struct json_member id = { "Id", JSON_ID };
	struct cJSON *json = http_json(request, JSON_OBJECT, &errors);
	if (json && json_check(json, &id, 1, http_json_name(arena, request), &errors) == 0)
		own->id = arena_strdup(arena, json_text(json, id.path, NULL));
	cJSON_Delete(json);
	if (!own->id) {
		probe_settle(try, false, "exec: %s", errors.first->message);
		return;
	}
	struct request *start = exec_request(
		try, "POST", http_path(arena, "exec", own->id, "start", (char *)NULL), on_output_end);
	start->body = body;
	start->body_len = sizeof body - 1;
	start->data = exec_on_bytes;
	start->pauses = HTTP_EVER; /* the try has its time */
	exec_send(try);
}

static void probe_exec_begin(struct probe_try *try)
{
	struct arena *arena = try->arena;
	struct cJSON *json = cJSON_CreateObject(), *command = cJSON_AddArrayToObject(json, "Cmd");
	cJSON_AddTrueToObject(json, "AttachStdout");
	cJSON_AddTrueToObject(json, "AttachStderr");
	for (size_t i = 0; i < try->nexec; i++)
		cJSON_AddItemToArray(command, cJSON_CreateString(try->exec[i]));
	struct request *request = exec_request(try, "POST",
		http_path(arena, "containers", try->look->id, "exec", (char *)NULL), exec_on_created);
	request->body = json_print(arena, json);
	request->body_len = strlen(request->body);
	exec_send(try);
}

static void exec_late(struct probe_try *try)
{
	probe_settle(try, false, "no result within %.3gs (an exec cannot be ended: the command goes on)",
		(double)try->timeout / PACE_SECOND);
}

static void probe_exec_cancel(struct probe_try *try)
{
	struct exec_probe *own = try->own;
	http_cancel(own->request);
	loop_cancel(try->engine->loop, own->timer);
}

const struct prober prober_exec = {
	.name = "exec",
	.size = sizeof(struct exec_probe),
	.growth = { 50 * PACE_MS, 1 },
	.begin = probe_exec_begin,
	.late = exec_late,
	.cancel = probe_exec_cancel,
};
