#include "engine/image/transfer.h"

#include "base/heap.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "compose/tree/value.h"
#include "engine/connect/auth.h"
#include "engine/loop/backoff.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MOST   ((size_t)256 << 10)
#define TRANSFER_TAKES INT64_C(120000000000) /* ns until the registry has answered the engine */
#define ASKED_MOST                                                                                           \
	INT64_C(60000000000) /* of a pause that a registry asks for; a longer one is not waited for */
#define TRANSFER_PAUSES INT64_C(600000000000) /* between two words: a large layer is unpacked in silence */

static int transfer_send(struct transfer *transfer);

void transfer_cancel(struct job *job)
{
	struct transfer *transfer = (struct transfer *)job;
	auth_end(transfer->auth);
	http_cancel(transfer->request);
	loop_cancel(job->engine->loop, transfer->timer);
	lines_finish(&transfer->lines);
	arena_destroy(transfer->arena);
	free(transfer->failure);
	free(transfer->told);
	free(transfer);
}

/* {"status", "id", "progressDetail": {"current", "total"}} or {"errorDetail": {"message"}, "error"} */
static void transfer_got_message(void *arg, const char *text, size_t len)
{
	struct transfer *transfer = arg;
	struct arena_mark mark = arena_mark(transfer->arena);
	const char *failure;
	cJSON *json = image_job_message(transfer->arena, text, len, &failure);
	failure = json_text(json, "errorDetail.message", json_text(json, "error", failure));
	const char *status = json_text(json, "status", NULL);
	transfer->begun |= status != NULL;
	if (failure) {
		free(transfer->failure);
		transfer->failure = heap_text(failure);
	} else if (status) {
		image_job_tell(&transfer->job, EVENT_PROGRESS,
			&(struct event){ .text = status,
				.part = json_text(json, "id", NULL),
				.current = json_int(json, "progressDetail.current", 0),
				.total = json_int(json, "progressDetail.total", 0) });
	}
	cJSON_Delete(json);
	arena_reset(transfer->arena, mark);
}

static void transfer_on_data(struct request *request, const char *bytes, size_t len)
{
	struct transfer *transfer = request->arg;
	lines_feed(&transfer->lines, bytes, len, transfer_got_message, transfer);
}

bool transfer_says(const char *text, const char *what)
{
	return strcasestr(text, what) != NULL;
}

/* Whether a registry wants fewer requests, in the engine's words for it: the code that registries give
 * (distribution: registry/api/errcode), or the status of those that give none. */
static bool is_limited(const char *text)
{
	return transfer_says(text, "toomanyrequests") || transfer_says(text, "too many requests") ||
	       transfer_says(text, "HTTP 429");
}

/* The pause that the registry asks for in its words ("retry-after: 1.5s", or a number of seconds), ns; 0
 * without. */
static int64_t asked_pause(struct arena *arena, const char *text)
{
	static const char words[] = "retry-after:";
	const char *at = strcasestr(text, words);
	char *end;
	int64_t pause = 0;
	if (!at)
		return 0;
	at += strlen(words);
	at += strspn(at, " ");
	const char *value = arena_strndup(arena, at, strcspn(at, " ,;\r\n"));
	double seconds = strtod(value, &end);
	if (end > value && !*end && seconds > 0 && seconds < 1e9)
		return (int64_t)(seconds * 1e9);
	return value_duration(arena, value, &pause) || pause < 0 ? 0 : pause;
}

/* The pause before it is tried again, as `*ret_most` times at the most; -1: it is not. */
static int64_t transfer_pause(struct transfer *transfer, const char *text, unsigned *ret_most)
{
	static const struct backoff usual = { .first = 500000000, .factor = 2, .repeats = 3 };
	static const struct backoff limited = { .first = 1000000000, .factor = 3, .repeats = 4 };
	const struct backoff *backoff = is_limited(text) ? &limited : &usual;
	int64_t asked = backoff == &limited ? asked_pause(transfer->arena, text) : 0;
	int64_t pause = asked > ASKED_MOST ? -1 : backoff_next(backoff, &transfer->repeats);
	*ret_most = backoff->repeats;
	return pause > 0 && asked ? asked : pause;
}

/* What the user can do about it, where the kind knows nothing better. */
static void transfer_hint(const struct transfer *transfer, const char *text)
{
	struct errors *errors = transfer->job.errors;
	const char *registry = transfer->reference.registry ? transfer->reference.registry : "";
	if (is_limited(text)) {
		error_hint(errors,
			"the registry limits how often an address or account %ss: log in (`docker login%s%s`), "
			"which raises the limit of many, or wait",
			transfer->kind->verb, *registry ? " " : "", registry);
	} else if (transfer_says(text, "denied") || transfer_says(text, "unauthorized") ||
		   transfer_says(text, "no basic auth")) {
		error_hint(errors, "check the name; %s needs `docker login%s%s`", transfer->kind->needs_login,
			*registry ? " " : "", registry);
	} else if (transfer->kind->hint(transfer, text)) {
		return;
	} else if (transfer_says(text, "no space left")) {
		error_hint(errors, "free some: docker system df, docker image prune");
	} else if (transfer_says(text, "no such host") || transfer_says(text, "dial tcp") ||
		   transfer_says(text, "timeout")) {
		error_hint(
			errors, "the engine does not reach the registry: check its network, proxy and DNS");
	} else if (transfer_says(text, "server gave HTTP response to HTTPS client")) {
		error_hint(errors,
			"the registry speaks plain HTTP: the engine must list it under insecure-registries");
	}
}

static void transfer_again(void *arg)
{
	struct transfer *transfer = arg;
	transfer->timer = NULL;
	if (transfer_send(transfer) != 0)
		transfer->job.done(transfer->job.arg, false);
}

/* A failure may stand in the body of a 200. One that may pass by itself is tried again after a pause. */
static void transfer_on_done(struct request *request)
{
	struct transfer *transfer = request->arg;
	struct arena *arena = transfer->job.engine->arena;
	bool answered = request->fault == HTTP_OK && request->status == 200;
	lines_flush(&transfer->lines, transfer_got_message, transfer);
	if (answered && !transfer->begun && !transfer->failure)
		transfer->failure = heap_text(arena_printf(
			arena, "the engine's answer says nothing of a %s", transfer->kind->verb));
	transfer->request = NULL;
	if (answered && !transfer->failure) {
		if (!transfer->kind->after || !transfer->kind->after(transfer))
			transfer->job.done(transfer->job.arg, true);
		return;
	}
	const char *text = answered ? http_short_ids(arena, transfer->failure) : http_message(arena, request);
	bool passes = answered ? http_transient_text(text) : http_transient(request);
	unsigned most = 0;
	int64_t pause = passes ? transfer_pause(transfer, text, &most) : -1;
	if (pause < 0) {
		image_job_fail(&transfer->job, transfer->kind->code, "image",
			arena_printf(arena, "cannot %s %s: %s", transfer->kind->verb,
				transfer->job.step->name, text));
		transfer_hint(transfer, text);
		transfer->job.done(transfer->job.arg, false);
		return;
	}
	bool same = text_is(transfer->told, text);
	const char *words = arena_printf(arena, "%s%sagain in %.1fs (try %u of %u)", same ? "" : text,
		same ? "" : "; ", (double)pause / 1e9, transfer->repeats + 1, most + 1);
	image_job_tell(&transfer->job, EVENT_RETRY, &(struct event){ .text = words });
	free(transfer->told);
	transfer->told = heap_text(text);
	free(transfer->failure);
	transfer->failure = NULL;
	transfer->begun = false;
	transfer->timer = loop_after(transfer->job.engine->loop, pause, transfer_again, transfer);
}

static int transfer_send(struct transfer *transfer)
{
	struct engine *engine = transfer->job.engine;
	struct request *request = transfer->request = http_request(engine->http);
	request->method = "POST";
	transfer->kind->ask(transfer, request);
	request->headers = transfer->headers[0] ? transfer->headers : NULL;
	request->takes = TRANSFER_TAKES;
	request->pauses = TRANSFER_PAUSES;
	request->data = transfer_on_data;
	request->done = transfer_on_done;
	request->arg = transfer;
	if (http_send(request, transfer->job.errors) == 0)
		return 0;
	transfer->request = NULL;
	return -1;
}

static void got_auth(void *arg, const char *header)
{
	struct transfer *transfer = arg;
	auth_end(transfer->auth);
	transfer->auth = NULL;
	if (!*header)
		header = transfer->kind->no_login;
	if (header)
		transfer->headers[0] =
			arena_printf(transfer->job.engine->arena, "X-Registry-Auth: %s", header);
	if (transfer_send(transfer) != 0)
		transfer->job.done(transfer->job.arg, false);
}

struct job *transfer_begin(const struct job *given, const struct transfer_kind *kind)
{
	struct transfer *transfer = HEAP_NEW(struct transfer);
	transfer->job = *given;
	transfer->kind = kind;
	transfer->arena = arena_create();
	transfer->reference = reference_parse(given->engine->arena, given->step->name);
	lines_init(&transfer->lines, MESSAGE_MOST);
	transfer->auth = auth_begin(given->engine, given->step->name, got_auth, transfer, given->errors);
	return &transfer->job;
}
