#include "engine/build/build_progress.h"

#include "engine/build/buildkit.h"
#include "engine/stream/lines.h"

#include <string.h>

#define LINE_MOST     ((size_t)64 << 10)
#define TAIL_MOST     ((size_t)8 << 10) /* kept of a step's output, for the message of a failure */
#define TAIL_LINES    20
#define VERTICES_MOST 20000

enum vertex_state { VERTEX_ANNOUNCED, VERTEX_RUNNING, VERTEX_ENDED };

/* A step of the build. */
struct vertex {
	const char *name;
	enum vertex_state state;
	struct lines lines[2];
	struct buf tail;   /* its last output */
	const char *error; /* why it failed; NULL: it did not */
	struct vertex *next;
};

/* Tells about a part of the progress, what image_job_tell tells of `said`: output as it is, but for
 * passwords; the names of steps without secrets. */
void build_progress_tell(struct build_progress *progress, enum event_kind kind, struct event said)
{
	struct arena *arena = progress->scratch;
	const struct build_secrets *secrets = &progress->secrets;
	said.text =
		(kind == EVENT_OUTPUT ? build_secrets_output : build_secrets_name)(secrets, arena, said.text);
	said.part = build_secrets_name(secrets, arena, said.part);
	image_job_tell(progress->job, kind, &said);
}

static struct vertex *vertex_of(struct build_progress *progress, const char *digest, const char *name)
{
	struct vertex *vertex = map_get(&progress->by_digest, digest);
	if (vertex || progress->by_digest.count >= VERTICES_MOST)
		return vertex;
	vertex = ARENA_NEW(progress->arena, struct vertex);
	vertex->name = arena_strdup(progress->arena, name);
	vertex->next = progress->vertices;
	progress->vertices = vertex;
	lines_init(&vertex->lines[0], LINE_MOST);
	lines_init(&vertex->lines[1], LINE_MOST);
	buf_init(&vertex->tail, TAIL_MOST);
	map_set(&progress->by_digest, arena_strdup(progress->arena, digest), vertex);
	return vertex;
}

static void build_got_line(void *arg, const char *text, size_t len)
{
	struct build_progress *progress = arg;
	struct vertex *vertex = progress->current;
	if (len && text[len - 1] == '\r')
		len--;
	const char *line = arena_strndup(progress->scratch, text, len);
	size_t keep = len < TAIL_MOST / 8 ? len : TAIL_MOST / 8;
	line = build_secrets_output(&progress->secrets, progress->scratch, line);
	keep = strlen(line) < keep ? strlen(line) : keep;
	buf_keep_last(&vertex->tail, line, keep);
	buf_keep_last(&vertex->tail, "\n", 1);
	build_progress_tell(progress, EVENT_OUTPUT, (struct event){ .text = line, .part = vertex->name });
}

static void got_log(void *arg, const struct buildkit_log *log)
{
	struct build_progress *progress = arg;
	progress->current = vertex_of(progress, log->vertex, "");
	if (progress->current)
		lines_feed(&progress->current->lines[log->standard_error], log->bytes, log->len,
			build_got_line, progress);
}

static void vertex_ended(
	struct build_progress *progress, struct vertex *vertex, const struct buildkit_vertex *seen)
{
	const char *text = "done";
	progress->current = vertex;
	lines_flush(&vertex->lines[0], build_got_line, progress);
	lines_flush(&vertex->lines[1], build_got_line, progress);
	if (strstr(seen->error, "context canceled")) {
		text = "canceled";
	} else if (*seen->error) {
		text = "failed";
		vertex->error = arena_strdup(progress->arena, seen->error);
		if (!progress->failed)
			progress->failed = vertex;
	} else if (seen->cached) {
		text = "cached";
	} else if (seen->started) {
		text = arena_printf(
			progress->scratch, "done %.1fs", (double)(seen->completed - seen->started) / 1e9);
	}
	build_progress_tell(progress, EVENT_PROGRESS,
		(struct event){ .text = text, .part = vertex->name, .turn = TURN_ENDS });
}

/* The same vertex comes announced, started and completed; it may start again. */
static void got_vertex(void *arg, const struct buildkit_vertex *seen)
{
	struct build_progress *progress = arg;
	struct vertex *vertex = vertex_of(progress, seen->digest, seen->name);
	if (!vertex)
		return;
	if (!*vertex->name && *seen->name)
		vertex->name = arena_strdup(progress->arena, seen->name);
	if (seen->completed && vertex->state != VERTEX_ENDED) {
		vertex->state = VERTEX_ENDED;
		vertex_ended(progress, vertex, seen);
	} else if (seen->started && !seen->completed && vertex->state != VERTEX_RUNNING) {
		vertex->state = VERTEX_RUNNING;
		build_progress_tell(progress, EVENT_PROGRESS,
			(struct event){ .text = "running", .part = vertex->name, .turn = TURN_BEGINS });
	}
}

static void got_status(void *arg, const struct buildkit_status *status)
{
	struct build_progress *progress = arg;
	struct vertex *vertex = vertex_of(progress, status->vertex, "");
	build_progress_tell(progress, EVENT_PROGRESS,
		(struct event){ .text = *status->name ? status->name : status->id,
			.part = vertex ? vertex->name : NULL,
			.current = status->current,
			.total = status->total });
}

static void got_warning(void *arg, const struct buildkit_warning *warning)
{
	struct build_progress *progress = arg;
	build_progress_tell(progress, EVENT_NOTE, (struct event){ .text = warning->text });
}

void build_progress_take(struct build_progress *progress, const void *bytes, size_t len)
{
	const struct buildkit_reader reader = { .vertex = got_vertex,
		.status = got_status,
		.log = got_log,
		.warning = got_warning,
		.arg = progress };
	struct arena_mark mark = arena_mark(progress->scratch);
	buildkit_read(progress->scratch, bytes, len, &reader);
	arena_reset(progress->scratch, mark);
}

void build_progress_init(struct build_progress *progress, const struct job *job)
{
	*progress = (struct build_progress){ .job = job, .arena = arena_create(), .scratch = arena_create() };
	map_init(&progress->by_digest, progress->arena);
	build_secrets_find(&progress->secrets, progress->arena, job);
}

void build_progress_finish(struct build_progress *progress)
{
	for (struct vertex *vertex = progress->vertices; vertex; vertex = vertex->next) {
		lines_finish(&vertex->lines[0]);
		lines_finish(&vertex->lines[1]);
		buf_finish(&vertex->tail);
	}
	arena_destroy(progress->arena);
	arena_destroy(progress->scratch);
}

void build_progress_blame(struct build_progress *progress, const char *why)
{
	for (struct vertex *vertex = progress->vertices; vertex; vertex = vertex->next)
		if (vertex->error && strstr(why, vertex->error))
			progress->failed = vertex;
}

const char *build_progress_failed(const struct build_progress *progress)
{
	return progress->failed ? progress->failed->name : NULL;
}

const char *build_progress_tail(struct build_progress *progress)
{
	const char *text = progress->failed ? buf_text(&progress->failed->tail) : "";
	size_t lines = 0;
	for (size_t at = strlen(text); at > 1; at--)
		if (text[at - 2] == '\n' && ++lines == TAIL_LINES)
			return text + at - 1;
	return text;
}
