/* How far a build is: the steps that BuildKit tells of, their output, the one that failed. */
#ifndef ENGINE_BUILD_PROGRESS_H
#define ENGINE_BUILD_PROGRESS_H

#include "base/map.h"
#include "engine/build/build_secrets.h"
#include "engine/image/image_job.h"

struct vertex;

struct build_progress {
	const struct job *job;
	struct arena *arena;   /* vertices */
	struct arena *scratch; /* one message, reset after it */
	struct build_secrets secrets;
	struct map by_digest;
	struct vertex *vertices;
	struct vertex *failed;  /* the first that failed by itself; NULL: none */
	struct vertex *current; /* whose lines are being split */
};

/* Begins for a job, which outlives it. */
void build_progress_init(struct build_progress *progress, const struct job *job);
void build_progress_finish(struct build_progress *progress);

/* Takes a message of BuildKit's (buildkit.h) and tells the job's sink. */
void build_progress_take(struct build_progress *progress, const void *bytes, size_t len);

/* Tells about a part of the build, what image_job_tell tells of `said`: output as it is, but for passwords;
 * the names of steps without secrets. */
void build_progress_tell(struct build_progress *progress, enum event_kind kind, struct event said);

/* The build failed with these words: of several steps that did, one whose own words they hold is to blame. */
void build_progress_blame(struct build_progress *progress, const char *why);

/* The name of the step that failed, or NULL; and its last lines of output, "" without. */
const char *build_progress_failed(const struct build_progress *progress);
const char *build_progress_tail(struct build_progress *progress);

#endif
