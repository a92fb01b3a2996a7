/* Pull and push: jobs that read streams with progress. */
#ifndef ENGINE_IMAGES_H
#define ENGINE_IMAGES_H

#include "engine/job/job.h"

/* Pulls `step->name` (platform of step->service); a transient failure is retried with back-off and says so.
 * (Engine API: POST /images/create) */
extern const struct job_row pull_job;

/* Pushes `step->name`, likewise. (Engine API: POST /images/{name}/push) */
extern const struct job_row push_job;

#endif
