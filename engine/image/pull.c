#include "engine/image/image_job.h"

#include "base/heap.h"
#include "base/text/json.h"
#include "engine/connect/auth.h"
#include "engine/stream/lines.h"
#include "engine/connect/reference.h"
#include "engine/loop/backoff.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MOST ((size_t)256 << 10)

struct pull {
	struct job job;
	struct arena *arena; /* scratch of one message */
	struct reference reference;
	struct auth_job *auth;
	struct request *request;
	struct loop_timer *timer;
	struct lines lines;
	const char *headers[2];
	char *failure; /* told inside the stream; NULL: none */
	unsigned repeats;
};

static int pull_send(struct pull *pull);

static void pull_cancel(struct job *job)
{
	struct pull *pull = (struct pull *)job;
	auth_end(pull->auth);
	http_cancel(pull->request);
	loop_cancel(job->engine->loop, pull->timer);
	lines_finish(&pull->lines);
	arena_destroy(pull->arena);
	free(pull->failure);
	free(pull);
}

/* {"status", "id", "progressDetail": {"current", "total"}} or {"errorDetail": {"message"}, "error"} */
static void pull_got_message(void *arg, const char *text, size_t len)
{
	struct pull *pull = arg;
	struct arena_mark mark = arena_mark(pull->arena);
	struct errors ignored;
	errors_init(&ignored, pull->arena);
	cJSON *json = len > 1 ? json_parse(text, len, "message", &ignored) : NULL;
	const char *failure = json_text(json, "errorDetail.message", json_text(json, "error", NULL));
	const char *status = json_text(json, "status", NULL);
	if (failure) {
		free(pull->failure);
		pull->failure = heap_text(failure);
	} else if (status) {
		image_job_tell(&pull->job, EVENT_PROGRESS, status, json_text(json, "id", NULL),
			json_int(json, "progressDetail.current", 0),
			json_int(json, "progressDetail.total", 0));
	}
	cJSON_Delete(json);
	arena_reset(pull->arena, mark);
}

static void pull_on_data(struct request *request, const char *bytes, size_t len)
{
	struct pull *pull = request->arg;
	lines_feed(&pull->lines, bytes, len, pull_got_message, pull);
}

static bool text_says(const char *text, const char *what)
{
	return strcasestr(text, what) != NULL;
}

/* What the user can do about it. */
static void pull_hint(const struct pull *pull, const char *text)
{
	struct errors *errors = pull->job.errors;
	const struct service *service = pull->job.step->service;
	const char *registry = pull->reference.registry ? pull->reference.registry : "";
	if (text_says(text, "denied") || text_says(text, "unauthorized") ||
		text_says(text, "no basic auth")) {
		error_hint(errors, "check the name; a private image needs `docker login%s%s`",
			*registry ? " " : "", registry);
	} else if (text_says(text, "not found") || text_says(text, "manifest unknown") ||
		   text_says(text, "no such image")) {
		error_hint(errors,
			service && service->build ? "the service has a build: docker flow build %s"
						  : "check name and tag%s",
			service && service->build ? service->key : "");
	} else if (text_says(text, "no matching manifest")) {
		error_hint(errors, "the image exists for other platforms only; `platform:` chooses one");
	} else if (text_says(text, "no space left")) {
		error_hint(errors, "free some: docker system df, docker image prune");
	} else if (text_says(text, "no such host") || text_says(text, "dial tcp") ||
		   text_says(text, "timeout")) {
		error_hint(
			errors, "the engine does not reach the registry: check its network, proxy and DNS");
	} else if (text_says(text, "server gave HTTP response to HTTPS client")) {
		error_hint(errors,
			"the registry speaks plain HTTP: the engine must list it under insecure-registries");
	}
}

static void pull_again(void *arg)
{
	struct pull *pull = arg;
	pull->timer = NULL;
	if (pull_send(pull) != 0)
		pull->job.done(pull->job.arg, false);
}

/* The date is on the image, or it could not be put there: then it is pulled again earlier than needed. */
static void on_dated(struct request *request)
{
	struct pull *pull = request->arg;
	pull->request = NULL;
	pull->job.done(pull->job.arg, true);
}

/* Engines note when an image was tagged, not when it was pulled: its own name, given again, notes it.
 * Engine API 1.41: POST /images/{name}/tag. */
static bool put_date(struct pull *pull)
{
	struct engine *engine = pull->job.engine;
	const struct reference *reference = &pull->reference;
	struct errors ignored;
	if (!pull->job.step->image.dated || reference->digest)
		return false;
	errors_init(&ignored, engine->arena);
	struct request *request = http_request(engine->http);
	request->method = "POST";
	request->path =
		arena_printf(engine->arena, "/images/%s/tag", http_path(engine->arena, pull->job.step->name));
	request->query =
		http_query(engine->arena, "repo", reference->name, "tag", reference->tag, (char *)NULL);
	request->done = on_dated;
	request->arg = pull;
	if (http_send(request, &ignored) != 0)
		return false;
	pull->request = request;
	return true;
}

/* A failure may stand in the body of a 200. One that may pass by itself is tried again after a pause. */
static void pull_on_done(struct request *request)
{
	static const struct backoff backoff = { .first = 500000000, .factor = 2, .repeats = 3 };
	struct pull *pull = request->arg;
	struct arena *arena = pull->job.engine->arena;
	bool answered = request->fault == HTTP_OK && request->status == 200;
	lines_flush(&pull->lines, pull_got_message, pull);
	pull->request = NULL;
	if (answered && !pull->failure) {
		if (!put_date(pull))
			pull->job.done(pull->job.arg, true);
		return;
	}
	const char *text = answered ? pull->failure : http_message(arena, request);
	bool passes = answered ? http_transient_text(text) : http_transient(request);
	int64_t pause = passes ? backoff_next(&backoff, &pull->repeats) : -1;
	if (pause < 0) {
		image_job_fail(&pull->job, ERROR_PULL, "image",
			arena_printf(arena, "cannot pull %s: %s", pull->job.step->name, text));
		pull_hint(pull, text);
		pull->job.done(pull->job.arg, false);
		return;
	}
	image_job_tell(&pull->job, EVENT_RETRY,
		arena_printf(arena, "%s; again in %.1fs (try %u of %u)", text, (double)pause / 1e9,
			pull->repeats + 1, backoff.repeats + 1),
		NULL, 0, 0);
	free(pull->failure);
	pull->failure = NULL;
	pull->timer = loop_after(pull->job.engine->loop, pause, pull_again, pull);
}

static int pull_send(struct pull *pull)
{
	struct engine *engine = pull->job.engine;
	const struct reference *reference = &pull->reference;
	const struct service *service = pull->job.step->service;
	struct request *request = pull->request = http_request(engine->http);
	request->method = "POST";
	request->path = "/images/create";
	request->query = http_query(engine->arena, "fromImage", reference->name, "tag",
		reference->digest ? reference->digest : reference->tag, "platform",
		service ? service->platform : NULL, NULL);
	request->headers = pull->headers[0] ? pull->headers : NULL;
	request->data = pull_on_data;
	request->done = pull_on_done;
	request->arg = pull;
	if (http_send(request, pull->job.errors) == 0)
		return 0;
	pull->request = NULL;
	return -1;
}

static void got_auth(void *arg, const char *header)
{
	struct pull *pull = arg;
	auth_end(pull->auth);
	pull->auth = NULL;
	if (*header)
		pull->headers[0] = arena_printf(pull->job.engine->arena, "X-Registry-Auth: %s", header);
	if (pull_send(pull) != 0)
		pull->job.done(pull->job.arg, false);
}

static struct job *pull_begin(const struct job *given)
{
	struct pull *pull = HEAP_NEW(struct pull);
	pull->job = *given;
	pull->arena = arena_create();
	pull->reference = reference_parse(given->engine->arena, given->step->name);
	lines_init(&pull->lines, MESSAGE_MOST);
	pull->auth = auth_begin(given->engine, given->step->name, got_auth, pull, given->errors);
	return &pull->job;
}

const struct job_row pull_job = { .begin = pull_begin, .cancel = pull_cancel };
