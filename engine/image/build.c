#include "engine/image/image_job.h"

#include "base/text/base64.h"
#include "base/heap.h"
#include "base/text/json.h"
#include "compose/tree/excerpt.h"
#include "compose/tree/file.h"
#include "engine/image/build_context.h"
#include "engine/image/build_place.h"
#include "engine/image/build_query.h"
#include "engine/image/build_secrets.h"
#include "engine/image/buildkit.h"
#include "engine/stream/lines.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DOCKERFILE_MOST ((size_t)16 << 20)
#define MESSAGE_MOST    ((size_t)8 << 20) /* one line of the answer */
#define LINE_MOST       ((size_t)64 << 10)
#define TAIL_MOST       ((size_t)8 << 10) /* kept of a step's output, for the message of a failure */
#define TAIL_LINES      20
#define VERTICES_MOST   20000
#define BUILD_TAKES     INT64_C(120000000000) /* ns after the context until the first word */

enum vertex_state { VERTEX_ANNOUNCED, VERTEX_RUNNING, VERTEX_ENDED };

/* A step of the build. */
struct vertex {
	const char *name;
	enum vertex_state state;
	struct lines lines[2];
	struct buf tail; /* its last output */
	struct vertex *next;
};

struct build_job {
	struct job job;
	struct arena *arena;   /* vertices */
	struct arena *scratch; /* one message, reset after it */
	struct build_context context;
	struct build_secrets secrets;
	struct request *request;
	struct loop_timer *timer;
	struct lines lines;
	struct map by_digest;
	struct vertex *vertices;
	struct vertex *failed;  /* the first that failed by itself */
	struct vertex *current; /* whose lines are being split */
	char *failure;
	bool upload_failed, told_context;
};

static void build_cancel(struct job *job)
{
	struct build_job *build = (struct build_job *)job;
	http_cancel(build->request);
	loop_cancel(job->engine->loop, build->timer);
	tar_destroy(build->context.tar);
	for (struct vertex *vertex = build->vertices; vertex; vertex = vertex->next) {
		lines_finish(&vertex->lines[0]);
		lines_finish(&vertex->lines[1]);
		buf_finish(&vertex->tail);
	}
	lines_finish(&build->lines);
	arena_destroy(build->arena);
	arena_destroy(build->scratch);
	free(build->failure);
	free(build);
}

/* Progress */

/* Tells about a part of the build, what image_job_tell tells of `said`: output as it is, but for passwords;
 * the names of steps without secrets. */
static void build_tell(struct build_job *build, enum event_kind kind, struct event said)
{
	struct arena *arena = build->scratch;
	const struct build_secrets *secrets = &build->secrets;
	said.text =
		(kind == EVENT_OUTPUT ? build_secrets_output : build_secrets_name)(secrets, arena, said.text);
	said.part = build_secrets_name(secrets, arena, said.part);
	image_job_tell(&build->job, kind, &said);
}

static struct vertex *vertex_of(struct build_job *build, const char *digest, const char *name)
{
	struct vertex *vertex = map_get(&build->by_digest, digest);
	if (vertex || build->by_digest.count >= VERTICES_MOST)
		return vertex;
	vertex = ARENA_NEW(build->arena, struct vertex);
	vertex->name = arena_strdup(build->arena, name);
	vertex->next = build->vertices;
	build->vertices = vertex;
	lines_init(&vertex->lines[0], LINE_MOST);
	lines_init(&vertex->lines[1], LINE_MOST);
	buf_init(&vertex->tail, TAIL_MOST);
	map_set(&build->by_digest, arena_strdup(build->arena, digest), vertex);
	return vertex;
}

static void build_got_line(void *arg, const char *text, size_t len)
{
	struct build_job *build = arg;
	struct vertex *vertex = build->current;
	if (len && text[len - 1] == '\r')
		len--;
	const char *line = arena_strndup(build->scratch, text, len);
	size_t keep = len < TAIL_MOST / 8 ? len : TAIL_MOST / 8;
	line = build_secrets_output(&build->secrets, build->scratch, line);
	keep = strlen(line) < keep ? strlen(line) : keep;
	buf_keep_last(&vertex->tail, line, keep);
	buf_keep_last(&vertex->tail, "\n", 1);
	build_tell(build, EVENT_OUTPUT, (struct event){ .text = line, .part = vertex->name });
}

static void got_log(void *arg, const struct buildkit_log *log)
{
	struct build_job *build = arg;
	build->current = vertex_of(build, log->vertex, "");
	if (build->current)
		lines_feed(&build->current->lines[log->standard_error], log->bytes, log->len, build_got_line,
			build);
}

static void vertex_ended(struct build_job *build, struct vertex *vertex, const struct buildkit_vertex *seen)
{
	const char *text = "done";
	build->current = vertex;
	lines_flush(&vertex->lines[0], build_got_line, build);
	lines_flush(&vertex->lines[1], build_got_line, build);
	if (strstr(seen->error, "context canceled")) {
		text = "canceled";
	} else if (*seen->error) {
		text = "failed";
		if (!build->failed)
			build->failed = vertex;
	} else if (seen->cached) {
		text = "cached";
	} else if (seen->started) {
		text = arena_printf(
			build->scratch, "done %.1fs", (double)(seen->completed - seen->started) / 1e9);
	}
	build_tell(build, EVENT_PROGRESS,
		(struct event){ .text = text, .part = vertex->name, .turn = TURN_ENDS });
}

/* The same vertex comes announced, started and completed; it may start again. */
static void got_vertex(void *arg, const struct buildkit_vertex *seen)
{
	struct build_job *build = arg;
	struct vertex *vertex = vertex_of(build, seen->digest, seen->name);
	if (!vertex)
		return;
	if (!*vertex->name && *seen->name)
		vertex->name = arena_strdup(build->arena, seen->name);
	if (seen->completed && vertex->state != VERTEX_ENDED) {
		vertex->state = VERTEX_ENDED;
		vertex_ended(build, vertex, seen);
	} else if (seen->started && !seen->completed && vertex->state != VERTEX_RUNNING) {
		vertex->state = VERTEX_RUNNING;
		build_tell(build, EVENT_PROGRESS,
			(struct event){ .text = "running", .part = vertex->name, .turn = TURN_BEGINS });
	}
}

static void got_status(void *arg, const struct buildkit_status *status)
{
	struct build_job *build = arg;
	struct vertex *vertex = vertex_of(build, status->vertex, "");
	build_tell(build, EVENT_PROGRESS,
		(struct event){ .text = *status->name ? status->name : status->id,
			.part = vertex ? vertex->name : NULL,
			.current = status->current,
			.total = status->total });
}

static void got_warning(void *arg, const struct buildkit_warning *warning)
{
	struct build_job *build = arg;
	build_tell(build, EVENT_NOTE, (struct event){ .text = warning->text });
}

static void got_trace(struct build_job *build, const char *base64)
{
	const struct buildkit_reader reader = { .vertex = got_vertex,
		.status = got_status,
		.log = got_log,
		.warning = got_warning,
		.arg = build };
	size_t len;
	const char *bytes = base64 ? base64_decode(build->scratch, base64, &len) : NULL;
	if (bytes)
		buildkit_read(build->scratch, bytes, len, &reader);
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
		build_tell(build, EVENT_PROGRESS,
			(struct event){ .text = "context sent",
				.part = "context",
				.current = tar_bytes(build->context.tar),
				.total = tar_bytes(build->context.tar) });
	build->told_context = true;
	lines_feed(&build->lines, bytes, len, build_got_message, build);
}

/* The last lines of the failed step's output. */
static const char *last_lines(struct vertex *vertex)
{
	const char *text = buf_text(&vertex->tail);
	size_t lines = 0;
	for (size_t at = vertex->tail.len; at > 1; at--)
		if (text[at - 2] == '\n' && ++lines == TAIL_LINES)
			return text + at - 1;
	return text;
}

/* What the user can do about it. */
static void build_hint(struct errors *errors, const char *why)
{
	static const struct {
		const char *says, *hint;
	} rows[] = {
		{ "no active session",
			"the build wants credentials or secrets, which are not given to it here: a private "
			"base image can be pulled before (docker pull), secrets need docker buildx build" },
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
	at.line = build_place(arena, text, build->failed ? build->failed->name : NULL, why);
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
	struct vertex *failed = build->failed;
	const char *words =
		failed ? arena_printf(arena, "build of %s failed at %s: %s", name, failed->name, why)
		       : arena_printf(arena, "build of %s failed: %s", name, why);
	image_job_fail(&build->job, ERROR_BUILD, "build", build_secrets_name(&build->secrets, arena, words));
	point_to_dockerfile(build, why);
	if (failed && failed->tail.len)
		error_detail(errors, last_lines(failed));
	build_hint(errors, why);
}

static void build_on_done(struct request *request)
{
	struct build_job *build = request->arg;
	bool answered = request->fault == HTTP_OK && request->status == 200;
	bool ok;
	lines_flush(&build->lines, build_got_message, build);
	ok = answered && !build->failure && build->job.step->result_id;
	build->request = NULL;
	if (build->upload_failed) /* the archive has left its finding */
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

static int build_send(struct build_job *build)
{
	struct engine *engine = build->job.engine;
	if (build_query_check(&build->job) != 0 || build_context_open(&build->job, &build->context) != 0)
		return -1;
	build_query_warn(&build->job);
	struct request *request = build->request = http_request(engine->http);
	request->method = "POST";
	request->path = "/build";
	request->query = build_query(&build->job, build->context.dockerfile, build->context.remote);
	request->content_type = "application/x-tar";
	request->upload = build->context.tar ? build_on_upload : NULL;
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

static struct job *build_begin(const struct job *given)
{
	struct build_job *build = HEAP_NEW(struct build_job);
	build->job = *given;
	build->arena = arena_create();
	build->scratch = arena_create();
	map_init(&build->by_digest, build->arena);
	lines_init(&build->lines, MESSAGE_MOST);
	given->step->result_id = NULL;
	build_secrets_find(&build->secrets, build->arena, given);
	if (build_send(build) != 0)
		build->timer = loop_after(given->engine->loop, 0, not_begun, build);
	return &build->job;
}

const struct job_row build_job = { .begin = build_begin, .cancel = build_cancel };
