/* Inside of pulls and builds: what both kinds of struct job tell. */
#ifndef ENGINE_IMAGE_JOB_H
#define ENGINE_IMAGE_JOB_H

#include "engine/image/images.h"

struct cJSON; /* cjson/cJSON.h */

/* Tells the sink about the job's step: kind, and of `said` words, part, turn and numbers. */
void image_job_tell(const struct job *job, enum event_kind kind, const struct event *said);

/* A line of the answer's stream: an object, to be freed by cJSON_Delete. NULL for a blank one, and for
 * anything else: then `ret_failure` says so, in the arena. */
struct cJSON *image_job_message(struct arena *arena, const char *text, size_t len, const char **ret_failure);

/* Adds the job's failure at the service's place and path ("services.web.KEY"). Returns -1. */
int image_job_fail(const struct job *job, enum error_code code, const char *key, const char *text);

/* Adds a warning at the place of a key of the job's service, which must have one. */
void image_job_warn(const struct job *job, const char *key, const char *text);

#endif
