#include "engine/console/console.h"

#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/loop/backoff.h"
#include "engine/console/tty_size.h"

#include <cjson/cJSON.h>
#include <string.h>

struct console {
	struct engine *engine;
	struct arena *arena;
	struct errors errors; /* of requests that cannot be sent, and of answers */
	struct console_options options;
	bool tty;
	struct dialog *dialog;
	bool answered;        /* the attach was, one way or the other */
	struct request *wait; /* for the end, */
	bool accepted;        /* which the engine has accepted */
	struct request *look; /* what has become of it, when the wait was lost */
	struct tty_size size;
	struct loop_timer *timer;
	unsigned repeats;
	bool over; /* the container has ended */
	bool told;
	struct console_end end;
	void (*ended)(void *arg, const struct console_end *end);
	void *arg;
};

static void console_wait(void *arg);
static void console_look(void *arg);

/* The end */

static void console_tell_end(void *arg)
{
	struct console *console = arg;
	console->timer = NULL;
	console->ended(console->arg, &console->end);
}

/* Nothing more is asked; `ended` is called from the loop. */
static void console_end(struct console *console)
{
	if (console->told)
		return;
	console->told = true;
	tty_size_end(&console->size);
	http_cancel(console->wait);
	http_cancel(console->look);
	loop_cancel(console->engine->loop, console->timer);
	console->wait = console->look = NULL;
	console->timer = loop_after(console->engine->loop, 0, console_tell_end, console);
}

static void console_fail(struct console *console, const char *why)
{
	console->answered = console->accepted = true;
	if (!console->end.failure)
		console->end.failure = arena_strdup(console->arena, why);
	console_end(console);
}

/* What it has said is written before its end is told. */
static void end_if_silent(struct console *console)
{
	if (console->over && !console->dialog)
		console_end(console);
}

static void console_took_end(struct console *console, int64_t status)
{
	console->end.status = status;
	console->over = true;
	end_if_silent(console);
}

/* Waiting for the end */

/* Whether `next` comes after a pause, as a failure that may pass allows. */
static bool console_repeats(struct console *console, const struct request *request, void (*next)(void *arg))
{
	int64_t pause = http_transient_look(request) ? backoff_next(&backoff_request, &console->repeats) : -1;
	if (pause >= 0)
		console->timer = loop_after(console->engine->loop, pause, next, console);
	return pause >= 0;
}

/* What has become of the container. */
static void take_look(struct console *console, const struct request *request)
{
	static const struct json_member members[] = { { "State.Running", JSON_BOOL },
		{ "State.ExitCode", JSON_NUMBER } };
	struct cJSON *json = http_json(request, JSON_OBJECT, &console->errors);
	if (!json || json_check(json, members, 2, "the container", &console->errors) != 0)
		console_fail(console, console->errors.last->message);
	else if (json_bool(json, "State.Running"))
		console_wait(console);
	else
		console_took_end(console, json_int(json, "State.ExitCode", 1));
	cJSON_Delete(json);
}

/* The wait was lost: the container may have ended meanwhile. */
static void console_looked(struct request *request)
{
	struct console *console = request->arg;
	console->look = NULL;
	if (request->fault == HTTP_OK && request->status == 200)
		take_look(console, request);
	else if (!console_repeats(console, request, console_look))
		console_fail(console, http_message(console->arena, request));
}

static void console_look(void *arg)
{
	struct console *console = arg;
	struct request *request = http_request(console->engine->http);
	console->timer = NULL;
	console->options.until = "not-running"; /* if it still runs */
	request->method = "GET";
	request->path =
		http_path(http_arena(request), "containers", console->options.id, "json", (char *)NULL);
	request->done = console_looked;
	request->arg = console;
	if (http_send(request, &console->errors) == 0)
		console->look = request;
	else
		console_fail(console, console->errors.last->message);
}

static void wait_accepted(struct request *request)
{
	struct console *console = request->arg;
	console->accepted = request->status < 300;
}

/* The status, or why there is none. */
static void take_status(struct console *console, struct request *request)
{
	static const struct json_member member = { "StatusCode", JSON_NUMBER };
	struct cJSON *json = http_json(request, JSON_OBJECT, &console->errors);
	if (!json || json_check(json, &member, 1, "the answer to a wait", &console->errors) != 0)
		console_fail(console, console->errors.last->message);
	else if (json_text(json, "Error.Message", NULL))
		console_fail(console, json_text(json, "Error.Message", NULL));
	else
		console_took_end(console, json_int(json, "StatusCode", 1));
	cJSON_Delete(json);
}

static void wait_answered(struct request *request)
{
	struct console *console = request->arg;
	console->wait = NULL;
	if (request->fault == HTTP_OK && request->status < 300) {
		take_status(console, request);
		return;
	}
	if (!console_repeats(console, request, console->accepted ? console_look : console_wait))
		console_fail(console, http_message(console->arena, request));
}

static void console_wait(void *arg)
{
	struct console *console = arg;
	struct request *request = http_request(console->engine->http);
	console->timer = NULL;
	request->method = "POST";
	request->path =
		http_path(http_arena(request), "containers", console->options.id, "wait", (char *)NULL);
	request->query = http_query(http_arena(request), "condition", console->options.until, (char *)NULL);
	request->pauses = HTTP_EVER;
	request->head = wait_accepted;
	request->done = wait_answered;
	request->arg = console;
	if (http_send(request, &console->errors) == 0)
		console->wait = request;
	else
		console_fail(console, console->errors.last->message);
}

/* The dialog */

static void console_opened(void *arg)
{
	struct console *console = arg;
	console->answered = true;
}

static void console_dialog_ended(void *arg, const struct dialog_end *end)
{
	struct console *console = arg;
	const char *failure = end->failure ? arena_strdup(console->arena, end->failure) : NULL;
	console->end.broken = end->broken;
	console->end.detached = end->detached;
	console->answered = true;
	dialog_close(console->dialog);
	console->dialog = NULL;
	if (failure)
		console_fail(console, failure);
	else if (console->end.broken || console->end.detached)
		console_end(console);
	else
		end_if_silent(console);
}

/* The engine says that the container has ended, while its output has not. */
static bool is_console_over(struct request *request, const struct request *state)
{
	struct errors unheard;
	errors_init(&unheard, http_arena(request));
	struct cJSON *json = state ? http_json(state, JSON_OBJECT, &unheard) : NULL;
	bool over = text_is(json_text(json, "State.Status", NULL), "exited");
	cJSON_Delete(json);
	return over || (state && state->status == 404);
}

static void console_attach(struct console *console, const struct dialog_options *ends)
{
	struct arena *arena = console->arena;
	struct dialog_options own = *ends;
	struct request *request = http_request(console->engine->http);
	const char *keys = ends->tty && ends->detach ? ends->detach->text : NULL;
	request->method = "POST";
	request->path = http_path(arena, "containers", console->options.id, "attach", (char *)NULL);
	request->query = http_query(arena, "stream", "1", "stdin", console->options.input ? "1" : NULL,
		"stdout", "1", "stderr", "1", "detachKeys", keys, (char *)NULL);
	request->state = http_path(arena, "containers", console->options.id, "json", (char *)NULL);
	request->over = is_console_over;
	if (!console->options.input)
		own.in = -1;
	own.opened = console_opened;
	own.ended = console_dialog_ended;
	own.arg = console;
	console->dialog = dialog_open(request, &own, &console->errors);
	if (!console->dialog)
		console_fail(console, console->errors.last->message);
}

struct console *console_open(struct engine *engine, const struct console_options *options,
	const struct dialog_options *ends, void (*ended)(void *arg, const struct console_end *end), void *arg)
{
	struct arena *arena = arena_child(engine->arena);
	struct console *console = ARENA_NEW(arena, struct console);
	*console = (struct console){
		.engine = engine, .arena = arena, .options = *options, .ended = ended, .arg = arg
	};
	errors_init(&console->errors, arena);
	console->options.id = arena_strdup(arena, options->id);
	console->size.engine = engine;
	console->size.path = http_path(arena, "containers", options->id, "resize", (char *)NULL);
	console->tty = options->joined && ends->tty;
	console->answered = !options->joined;
	if (options->joined)
		console_attach(console, ends);
	if (!console->told)
		console_wait(console);
	return console;
}

bool console_is_ready(const struct console *console)
{
	return console->answered && console->accepted;
}

void console_started(struct console *console)
{
	if (console->tty && !console->told)
		tty_size_set(&console->size, console->options.rows, console->options.columns);
}

void console_resize(struct console *console, unsigned rows, unsigned columns)
{
	console->options.rows = rows;
	console->options.columns = columns;
	console_started(console);
}

void console_signal(struct console *console, const char *name)
{
	struct request *request = http_request(console->engine->http);
	request->method = "POST";
	request->path =
		http_path(http_arena(request), "containers", console->options.id, "kill", (char *)NULL);
	request->query = http_query(http_arena(request), "signal", name, (char *)NULL);
	/* Its answer is nobody's: it may come when the console is closed already. */
	http_send(request, &console->errors);
}

void console_hurry(struct console *console)
{
	if (console && console->dialog)
		dialog_hurry(console->dialog);
}

void console_close(struct console *console)
{
	if (!console)
		return;
	console->told = true;
	http_cancel(console->wait);
	http_cancel(console->look);
	dialog_close(console->dialog);
	tty_size_end(&console->size);
	loop_cancel(console->engine->loop, console->timer);
	arena_destroy(console->arena);
}
