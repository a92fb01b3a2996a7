#include "engine/console/exec.h"

#include "base/heap.h"
#include "base/text/json.h"
#include "engine/loop/backoff.h"
#include "engine/console/tty_size.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_TAKES INT64_C(10000000000) /* ns: a start may wait for the machine */

#define PIPE_TAKES INT64_C(20000000) /* ns after the start until its input has a reader */

enum exec_phase { EXEC_CREATE, EXEC_START, EXEC_BEGUN, EXEC_LOOK };

struct exec {
	struct engine *engine;
	struct arena *arena;
	struct errors errors; /* of requests that cannot be sent */
	struct exec_options options;
	struct dialog_options ends;
	enum exec_phase phase;
	const char *id;
	struct request *request;
	struct dialog *dialog;
	bool is_open;                     /* the start was accepted */
	unsigned rows_told, columns_told; /* with the start */
	struct tty_size size;
	struct loop_timer *timer;
	unsigned repeats; /* of the request under way */
	unsigned looks;   /* that said it still runs */
	unsigned starts;
	const char *doubt; /* why the answer to the start is not known, or NULL */
	struct exec_end end;
	void (*ended)(void *arg, const struct exec_end *end);
	void *arg;
};

static void exec_ask(void *arg);

static void add_texts(cJSON *json, const char *key, const char *const *texts, size_t count)
{
	cJSON *list = cJSON_AddArrayToObject(json, key);
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(texts[i]));
}

const char *exec_body(struct arena *arena, const struct exec_options *options)
{
	cJSON *json = cJSON_CreateObject();
	cJSON_AddTrueToObject(json, "AttachStdout");
	cJSON_AddTrueToObject(json, "AttachStderr");
	add_texts(json, "Cmd", options->command, options->ncommand);
	if (options->input)
		cJSON_AddTrueToObject(json, "AttachStdin");
	if (options->tty)
		cJSON_AddTrueToObject(json, "Tty");
	if (options->detach)
		cJSON_AddStringToObject(json, "DetachKeys", options->detach->text);
	if (options->user)
		cJSON_AddStringToObject(json, "User", options->user);
	if (options->working_dir)
		cJSON_AddStringToObject(json, "WorkingDir", options->working_dir);
	if (options->privileged)
		cJSON_AddTrueToObject(json, "Privileged");
	if (options->nenvironment)
		add_texts(json, "Env", options->environment, options->nenvironment);
	return json_print(arena, json);
}

bool exec_is_over(struct request *request, const struct request *state)
{
	struct errors unheard;
	errors_init(&unheard, http_arena(request));
	struct cJSON *json = state ? http_json(state, JSON_OBJECT, &unheard) : NULL;
	bool over = cJSON_IsFalse(json_get(json, "Running"));
	cJSON_Delete(json);
	return over || (state && state->status == 404);
}

/* The body of the start. The size of a terminal goes with it since API 1.42. */
static const char *start_body(struct exec *exec)
{
	const struct exec_options *options = &exec->options;
	cJSON *json = cJSON_CreateObject();
	cJSON_AddBoolToObject(json, "Detach", options->detached);
	cJSON_AddBoolToObject(json, "Tty", options->tty);
	if (options->tty && options->rows && exec->engine->api >= 42) {
		cJSON *size = cJSON_AddArrayToObject(json, "ConsoleSize");
		cJSON_AddItemToArray(size, cJSON_CreateNumber(options->rows));
		cJSON_AddItemToArray(size, cJSON_CreateNumber(options->columns));
		exec->rows_told = options->rows;
		exec->columns_told = options->columns;
	}
	return json_print(exec->arena, json);
}

/* The end */

static void exec_tell_end(void *arg)
{
	struct exec *exec = arg;
	exec->timer = NULL;
	exec->ended(exec->arg, &exec->end);
}

static void exec_end(struct exec *exec)
{
	tty_size_end(&exec->size);
	exec->timer = loop_after(exec->engine->loop, 0, exec_tell_end, exec);
}

static void exec_fail(struct exec *exec, const char *why)
{
	exec->end.failure = arena_strdup(exec->arena, why);
	exec_end(exec);
}

static void exec_ask_after(struct exec *exec, int64_t ns)
{
	exec->timer = loop_after(exec->engine->loop, ns, exec_ask, exec);
}

static void exec_next(struct exec *exec, enum exec_phase phase)
{
	exec->phase = phase;
	exec->repeats = 0;
	exec_ask_after(exec, 0);
}

/* Whether the request goes again, as a failure that may pass allows. */
static bool exec_repeats(struct exec *exec, const struct request *request)
{
	int64_t pause = http_transient_look(request) ? backoff_next(&backoff_request, &exec->repeats) : -1;
	if (pause >= 0)
		exec_ask_after(exec, pause);
	return pause >= 0;
}

/* What has become of it */

/* It still runs, though its output has ended, and may for as long as it likes; or has not begun yet. */
static void look_again(struct exec *exec)
{
	unsigned doubled = exec->looks < 8 ? exec->looks : 8;
	exec->looks++;
	exec_ask_after(exec, INT64_C(2000000) << doubled);
}

/* The answer to the start was lost: it is started once more if it never was. */
static void judge_doubt(struct exec *exec, const struct cJSON *json)
{
	bool began = json_bool(json, "Running") || json_int(json, "Pid", 0) > 0 ||
		     cJSON_IsNumber(json_get(json, "ExitCode"));
	if (began) {
		exec_fail(exec, arena_printf(exec->arena, "%s; the command has begun", exec->doubt));
		return;
	}
	exec->doubt = NULL;
	exec->phase = EXEC_START;
	exec_ask_after(exec, backoff_request.first);
}

static void exec_judge(struct exec *exec, const struct cJSON *json)
{
	if (exec->doubt)
		judge_doubt(exec, json);
	else if (json_bool(json, "Running"))
		look_again(exec);
	else if (!cJSON_IsNumber(json_get(json, "ExitCode")))
		exec_fail(exec, "the command did not run");
	else {
		exec->end.status = json_int(json, "ExitCode", 1);
		exec_end(exec);
	}
}

/* Answers */

static void exec_take(struct exec *exec, const struct cJSON *json)
{
	static const struct json_member made = { "Id", JSON_ID };
	static const struct json_member state[] = { { "Running", JSON_BOOL },
		{ "ExitCode", JSON_NUMBER | JSON_NULL | JSON_OPTIONAL } };
	const char *what = exec->phase == EXEC_CREATE ? "the answer to a new exec" : "the exec";
	bool fits = exec->phase == EXEC_CREATE ? json_check(json, &made, 1, what, &exec->errors) == 0
					       : json_check(json, state, 2, what, &exec->errors) == 0;
	if (!fits) {
		exec_fail(exec, exec->errors.last->message);
		return;
	}
	if (exec->phase == EXEC_LOOK) {
		exec_judge(exec, json);
		return;
	}
	exec->id = arena_strdup(exec->arena, json_text(json, "Id", NULL));
	exec_next(exec, EXEC_START);
}

static void exec_end_input(void *arg)
{
	struct exec *exec = arg;
	exec->timer = NULL;
	dialog_end_input(exec->dialog);
}

/* The end of an input without a byte gets lost when it comes before containerd's shim reads that input: the
 * command would wait for it for ever. The process id is known once the shim was told to start the command;
 * that it reads cannot be asked for. (moby 28.5, containerd 1.7) */
static void take_begun(struct exec *exec, struct request *request)
{
	struct errors unheard;
	errors_init(&unheard, http_arena(request));
	bool told = request->fault == HTTP_OK && request->status < 300;
	struct cJSON *json = told ? http_json(request, JSON_OBJECT, &unheard) : NULL;
	if (json_bool(json, "Running") && json_int(json, "Pid", 0) <= 0)
		look_again(exec);
	else
		exec->timer = loop_after(exec->engine->loop, PIPE_TAKES, exec_end_input, exec);
	cJSON_Delete(json);
}

/* Of a creation, a detached start, or a look. */
static void exec_answered(struct request *request)
{
	struct exec *exec = request->arg;
	exec->request = NULL;
	if (exec->phase == EXEC_BEGUN) {
		take_begun(exec, request);
		return;
	}
	if (request->fault != HTTP_OK || request->status >= 300) {
		if (exec->phase == EXEC_START || !exec_repeats(exec, request))
			exec_fail(exec, http_message(exec->arena, request));
		return;
	}
	if (exec->phase == EXEC_START && http_nothing(request, &exec->errors) < 0) {
		exec_fail(exec, exec->errors.last->message);
		return;
	}
	if (exec->phase == EXEC_START) { /* detached */
		exec->end.detached = true;
		exec_end(exec);
		return;
	}
	struct cJSON *json = http_json(request, JSON_OBJECT, &exec->errors);
	if (json)
		exec_take(exec, json);
	else
		exec_fail(exec, exec->errors.last->message);
	cJSON_Delete(json);
}

/* The dialog */

static void exec_opened(void *arg)
{
	struct exec *exec = arg;
	const struct exec_options *options = &exec->options;
	exec->is_open = true;
	exec->size.engine = exec->engine;
	exec->size.path = http_path(exec->arena, "exec", exec->id, "resize", (char *)NULL);
	if (options->tty && (options->rows != exec->rows_told || options->columns != exec->columns_told))
		tty_size_set(&exec->size, options->rows, options->columns);
}

static void exec_input_empty(void *arg)
{
	exec_next(arg, EXEC_BEGUN);
}

/* Its exit status is asked for; or, when the answer to the start was lost, whether it has begun. */
static void exec_dialog_ended(void *arg, const struct dialog_end *end)
{
	struct exec *exec = arg;
	if (exec->phase == EXEC_BEGUN) {
		http_cancel(exec->request);
		exec->request = NULL;
		loop_cancel(exec->engine->loop, exec->timer);
		exec->looks = 0;
	}
	const char *failure = end->failure ? arena_strdup(exec->arena, end->failure) : NULL;
	bool opened = end->opened, refused = end->refused;
	exec->end.broken = end->broken;
	exec->end.detached = end->detached;
	dialog_close(exec->dialog);
	exec->dialog = NULL;
	if (end->broken || end->detached)
		exec_end(exec);
	else if (!failure)
		exec_next(exec, EXEC_LOOK);
	else if (opened || refused || exec->starts > backoff_request.repeats)
		exec_fail(exec, failure);
	else {
		exec->doubt = failure;
		exec_next(exec, EXEC_LOOK);
	}
}

/* Whatever comes of it is told later: the command may have begun. */
static void exec_start(struct exec *exec)
{
	exec->starts++;
	struct arena *arena = exec->arena;
	struct request *request = http_request(exec->engine->http);
	request->method = "POST";
	request->path = http_path(arena, "exec", exec->id, "start", (char *)NULL);
	request->body = start_body(exec);
	request->body_len = strlen(request->body);
	request->takes = ANSWER_TAKES;
	if (exec->options.detached) {
		request->done = exec_answered;
		request->arg = exec;
		if (http_send(request, &exec->errors) == 0)
			exec->request = request;
	} else {
		request->state = http_path(arena, "exec", exec->id, "json", (char *)NULL);
		request->over = exec_is_over;
		exec->dialog = dialog_open(request, &exec->ends, &exec->errors);
	}
	if (!exec->request && !exec->dialog)
		exec_fail(exec, exec->errors.last->message);
}

/* From the loop: sends the request of the phase. */
static void exec_ask(void *arg)
{
	struct exec *exec = arg;
	exec->timer = NULL;
	if (exec->phase == EXEC_START) {
		exec_start(exec);
		return;
	}
	struct request *request = http_request(exec->engine->http);
	request->method = "GET";
	if (exec->phase == EXEC_CREATE) {
		request->method = "POST";
		request->path =
			http_path(exec->arena, "containers", exec->options.container, "exec", (char *)NULL);
		request->body = exec_body(exec->arena, &exec->options);
		request->body_len = strlen(request->body);
	} else {
		request->path = http_path(exec->arena, "exec", exec->id, "json", (char *)NULL);
	}
	request->done = exec_answered;
	request->arg = exec;
	if (http_send(request, &exec->errors) == 0)
		exec->request = request;
	else
		exec_fail(exec, exec->errors.last->message);
}

struct exec *exec_open(struct engine *engine, const struct exec_options *options,
	const struct dialog_options *ends, void (*ended)(void *arg, const struct exec_end *end), void *arg)
{
	struct arena *arena = arena_child(engine->arena);
	struct exec *exec = ARENA_NEW(arena, struct exec);
	exec->engine = engine;
	exec->arena = arena;
	errors_init(&exec->errors, arena);
	exec->options = *options;
	if (ends)
		exec->ends = *ends;
	exec->ends.tty = options->tty;
	exec->ends.detach = options->detach;
	exec->ends.opened = exec_opened;
	exec->ends.empty = exec_input_empty;
	exec->ends.ended = exec_dialog_ended;
	exec->ends.arg = exec;
	if (!options->input)
		exec->ends.in = -1;
	exec->ended = ended;
	exec->arg = arg;
	exec_ask_after(exec, 0);
	return exec;
}

void exec_resize(struct exec *exec, unsigned rows, unsigned columns)
{
	exec->options.rows = rows;
	exec->options.columns = columns;
	if (exec->options.tty && exec->is_open)
		tty_size_set(&exec->size, rows, columns);
}

void exec_close(struct exec *exec)
{
	if (!exec)
		return;
	http_cancel(exec->request);
	dialog_close(exec->dialog);
	tty_size_end(&exec->size);
	loop_cancel(exec->engine->loop, exec->timer);
	arena_destroy(exec->arena);
}
