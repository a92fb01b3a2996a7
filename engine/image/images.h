/* Pull, build and push: jobs that read streams with progress. */
#ifndef ENGINE_IMAGES_H
#define ENGINE_IMAGES_H

#include "engine/job/job.h"

/* Pulls `step->name` (platform of step->service); a transient failure is retried with back-off and says so.
 * (Engine API: POST /images/create) */
extern const struct job_row pull_job;

/* Pushes `step->name`, likewise. (Engine API: POST /images/{name}/push) */
extern const struct job_row push_job;

/* Builds step->service's image by BuildKit (POST /build?version=2) from a tar of its context filtered by
 * .dockerignore. step->result_id becomes the image id; step->image.wish (may be NULL) says
 * what is wanted beside the file. */
extern const struct job_row build_job;

#endif
