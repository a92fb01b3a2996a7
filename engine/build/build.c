#include "engine/build/build.h"

#include "base/text/base64.h"
#include "base/heap.h"
#include "base/text/json.h"
#include "compose/tree/excerpt.h"
#include "compose/tree/file.h"
#include "compose/tree/path.h"
#include "engine/connect/config.h"
#include "engine/build/build_context.h"
#include "engine/build/build_place.h"
#include "engine/build/build_progress.h"
#include "engine/build/build_query.h"
#include "engine/build/build_session.h"
#include "engine/build/build_solve.h"
#include "engine/stream/lines.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DOCKERFILE_MOST ((size_t)16 << 20)
#define MESSAGE_MOST    ((size_t)8 << 20)     /* one line of the answer */
#define BUILD_TAKES     INT64_C(120000000000) /* ns after the context until the first word */

struct build_job {
	struct job job;
	struct arena *scratch; /* one message, reset after it */
	struct build_context context;
	struct build_progress progress;
	struct session_offer offer;
	struct session *session;   /* NULL: the build has none */
	struct build_solve *solve; /* NULL: `request` */
	struct request *request;
	struct loop_timer *timer;
	struct lines lines;
	char *failure;
	bool upload_failed, told_context;
	bool asked; /* the engine was asked for the build, or it cannot be */
};

static void build_cancel(struct job *job)
{
	struct build_job *build = (struct build_job *)job;
	http_cancel(build->request);
	build_solve_close(build->solve);
	session_close(build->session);
	loop_cancel(job->engine->loop, build->timer);
	tar_destroy(build->context.tar);
	build_progress_finish(&build->progress);
	lines_finish(&build->lines);
	arena_destroy(build->scratch);
	free(build->failure);
	free(build);
}

static void got_trace(struct build_job *build, const char *base64)
{
	size_t len;
	const char *bytes = base64 ? base64_decode(build->scratch, base64, &len) : NULL;
	if (bytes)
		build_progress_take(&build->progress, bytes, len);
}

/* A line of the answer: {"id": "moby.buildkit.trace", "aux": …}, {"id": "moby.image.id", "aux": {"ID"}},
 * {"errorDetail": {"message"}}. */
static void build_got_message(void *arg, const char *text, size_t len)
{
	struct build_job *build = arg;
	struct arena_mark mark = arena_mark(build->scratch);
	const char *failure;
	cJSON *json = image_job_message(build->scratch, text, len, &failure);
	const char *id = json_text(json, "id", "");
	failure = json_text(json, "errorDetail.message", json_text(json, "error", failure));
	if (failure) {
		free(build->failure);
		build->failure = heap_text(failure);
	} else if (strcmp(id, "moby.buildkit.trace") == 0) {
		got_trace(build, json_text(json, "aux", NULL));
	} else if (json_is_id(json_text(json, "aux.ID", NULL))) {
		build->job.step->result_id =
			arena_strdup(build->job.engine->arena, json_text(json, "aux.ID", NULL));
	}
	cJSON_Delete(json);
	arena_reset(build->scratch, mark);
}

/* The request */

static ssize_t build_on_upload(struct request *request, char *to, size_t room)
{
	struct build_job *build = request->arg;
	ssize_t len = tar_read(build->context.tar, to, room);
	build->upload_failed |= len < 0;
	return len;
}

static void build_on_data(struct request *request, const char *bytes, size_t len)
{
	struct build_job *build = request->arg;
	if (!build->told_context && build->context.tar)
		build_progress_tell(&build->progress, EVENT_PROGRESS,
			(struct event){ .text = "context sent",
				.part = "context",
				.current = tar_bytes(build->context.tar),
				.total = tar_bytes(build->context.tar) });
	build->told_context = true;
	lines_feed(&build->lines, bytes, len, build_got_message, build);
}

/* What the user can do about it. */
static void build_hint(struct errors *errors, const char *why)
{
	static const struct {
		const char *says, *hint;
	} rows[] = {
		{ "no active session",
			"the connection by which the build is given what lies here was lost: build again" },
		{ "401 Unauthorized", "a private image to begin from needs `docker login REGISTRY`" },
		{ "authorization failed",
			"check the name; a private image to begin from needs `docker login`" },
		{ "not allowed by build daemon configuration",
			"the engine's daemon.json says what builds may: builder.entitlements" },
		{ "unset ssh forward key",
			"the build may use what `build.ssh` lists: default, or ID=PATH of a socket or a key" },
		{ "failed to compute cache key",
			"it is not in the build's context, or .dockerignore there leaves it out" },
		{ "no space left", "free some: docker builder prune, docker system df" },
		{ "subdir not supported",
			"this engine takes whole repositories only: name the Dockerfile in the folder by "
			"`dockerfile:`, or fetch the repository" },
		{ "does not contain ref master",
			"this engine takes branch master by itself: name another as URL#BRANCH" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strstr(why, rows[i].says))
			error_hint(errors, "%s", rows[i].hint);
	const char *secret = strstr(why, "secret ");
	if (secret && strstr(secret, ": not found"))
		error_hint(errors, "the build may read what `build.secrets` lists, by that name");
}

/* The finding points to the Dockerfile's line, where one is known: the compose file says only which
 * Dockerfile. */
static void point_to_dockerfile(struct build_job *build, const char *why)
{
	struct arena *arena = build->job.engine->arena;
	struct errors *errors = build->job.errors, ignored;
	struct mark at = { .file = build->context.path, .col = 1 };
	struct file file = { .path = at.file, .shown = at.file, .most = DOCKERFILE_MOST };
	struct stat there;
	const char *text;
	size_t len;
	errors_init(&ignored, arena);
	if (!at.file || stat(at.file, &there) != 0 || !S_ISREG(there.st_mode) ||
		file_read(arena, &file, NULL, &text, &len, &ignored) != 0)
		return;
	at.line = build_place(arena, text, build_progress_failed(&build->progress), why);
	if (!at.line || !errors->latest)
		return;
	for (unsigned line = 1; line < at.line && *text; line++) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	error_place(errors, &at, errors->latest->path);
	error_source(errors, excerpt_words(arena, arena_strndup(arena, text, strcspn(text, "\r\n"))));
}

static void build_report(struct build_job *build, const char *why)
{
	struct arena *arena = build->job.engine->arena;
	struct errors *errors = build->job.errors;
	const char *name = build->job.step->name;
	build_progress_blame(&build->progress, why);
	const char *failed = build_progress_failed(&build->progress),
		   *tail = build_progress_tail(&build->progress);
	const char *words = failed ? arena_printf(arena, "build of %s failed at %s: %s", name, failed, why)
				   : arena_printf(arena, "build of %s failed: %s", name, why);
	image_job_fail(&build->job, ERROR_BUILD, "build",
		build_secrets_name(&build->progress.secrets, arena, words));
	point_to_dockerfile(build, why);
	if (*tail)
		error_detail(errors, tail);
	build_hint(errors, why);
}

/* Whether the build failed since something cannot be read here, which has left its finding. */
static bool has_told(struct build_job *build)
{
	const struct service *service = build->job.step->service;
	if (!build->session || !session_failed(build->session))
		return false;
	error_place(build->job.errors, &service->at,
		arena_printf(build->job.engine->arena, "services.%s.build", service->key));
	return true;
}

static void build_on_done(struct request *request)
{
	struct build_job *build = request->arg;
	bool answered = request->fault == HTTP_OK && request->status == 200;
	bool ok;
	lines_flush(&build->lines, build_got_message, build);
	ok = answered && !build->failure && build->job.step->result_id;
	build->request = NULL;
	if (build->upload_failed || has_told(build))
		ok = false;
	else if (!answered)
		build_report(build, http_message(build->job.engine->arena, request));
	else if (build->failure)
		build_report(build, http_short_ids(build->job.engine->arena, build->failure));
	else if (!ok)
		build_report(build, "the engine ended the build without an image");
	build->job.done(build->job.arg, ok);
}

/* A build that cannot begin is told from the loop like any other end. */
static void not_begun(void *arg)
{
	struct build_job *build = arg;
	build->timer = NULL;
	build->job.done(build->job.arg, false);
}

static void build_give_up(struct build_job *build)
{
	if (!build->timer)
		build->timer = loop_after(build->job.engine->loop, 0, not_begun, build);
}

static void on_solved(void *arg, const char *id, const char *failure)
{
	struct build_job *build = arg;
	build->job.step->result_id = id;
	if (failure && !has_told(build))
		build_report(build, http_short_ids(build->job.engine->arena, failure));
	build->job.done(build->job.arg, !failure);
}

static int build_solve_send(struct build_job *build, const struct build_source *source)
{
	const struct build_solve_options options = {
		.source = source, .progress = &build->progress, .done = on_solved, .arg = build
	};
	build->solve = build_solve_begin(&build->job, &options);
	return build->solve ? 0 : -1;
}

/* Asks for the build: with a session its files are read from there, else they go along. */
static int build_send(struct build_job *build)
{
	struct engine *engine = build->job.engine;
	const struct build_context *context = &build->context;
	struct build_source source = { .dockerfile = context->dockerfile, .remote = context->remote };
	if (build->session)
		source.session = session_id(build->session);
	if (build->session && context->dir)
		source.dockerfile = context->path ? path_base(context->path) : "Dockerfile";
	if (build_solve_needed(build->job.step->service))
		return build_solve_send(build, &source);
	struct request *request = build->request = http_request(engine->http);
	request->method = "POST";
	request->path = "/build";
	request->query = build_query(&build->job, &source);
	request->content_type = "application/x-tar";
	request->upload = context->tar ? build_on_upload : NULL;
	request->takes = BUILD_TAKES;
	request->pauses = HTTP_EVER; /* a step may say nothing for hours */
	request->data = build_on_data;
	request->done = build_on_done;
	request->arg = build;
	if (http_send(request, build->job.errors) == 0)
		return 0;
	build->request = NULL;
	return -1;
}

/* An engine that knows no sessions gets the context as an archive, as long as nothing else is needed. */
static int build_without_session(struct build_job *build, const char *why)
{
	session_close(build->session);
	build->session = NULL;
	if (build_session_needed(&build->job)) {
		image_job_fail(&build->job, ERROR_BUILD, "build",
			arena_printf(build->job.engine->arena, "the engine takes no build session: %s", why));
		return error_hint(build->job.errors,
			"secrets, ssh and further contexts of a build need BuildKit in the engine");
	}
	if (build->context.dir && build_context_pack(&build->job, &build->context) != 0)
		return -1;
	return build_send(build);
}

/* What the session's end means for a build that is under way is told by the build. */
static void on_session(void *arg, const char *why)
{
	struct build_job *build = arg;
	if (build->asked)
		return;
	build->asked = true;
	if ((why ? build_without_session(build, why) : build_send(build)) != 0)
		build_give_up(build);
}

/* Whether the build asks for something that is here. */
static bool wants_session(const struct build_job *build)
{
	const struct config *config = build->job.engine->config;
	return build->context.dir || build_session_needed(&build->job) || config->nauths ||
	       config->creds_store || config->cred_helpers.count;
}

static int build_start(struct build_job *build)
{
	const struct job *job = &build->job;
	struct session_offer *offer = &build->offer;
	if (build_query_check(job) != 0 || build_solve_check(job) != 0 || build_session_check(job) != 0 ||
		build_context_find(job, &build->context) != 0)
		return -1;
	build_query_warn(job);
	if (!wants_session(build))
		return build_send(build);
	*offer = (struct session_offer){ .told = on_session, .arg = build, .errors = job->errors };
	if (build_session_offer(job, &build->context, offer) != 0)
		return -1;
	build->session = session_open(job->engine, offer, job->errors);
	return build->session ? 0 : -1;
}

static struct job *build_begin(const struct job *given)
{
	struct build_job *build = HEAP_NEW(struct build_job);
	build->job = *given;
	build->scratch = arena_create();
	build_progress_init(&build->progress, &build->job);
	lines_init(&build->lines, MESSAGE_MOST);
	given->step->result_id = NULL;
	if (build_start(build) != 0)
		build_give_up(build);
	return &build->job;
}

const struct job_row build_job = { .begin = build_begin, .cancel = build_cancel };
