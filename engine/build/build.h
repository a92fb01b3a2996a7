/* Builds: jobs that have BuildKit make an image. */
#ifndef ENGINE_BUILD_H
#define ENGINE_BUILD_H

#include "engine/job/job.h"

/* Builds step->service's image: by a session that gives the engine what lies here (build_session.h), by POST
 * /build, or, for what that cannot say, by BuildKit's own call (build_solve.h); an engine without sessions
 * gets a tar of the context. step->result_id becomes the image id; step->image.wish (may be NULL) says what
 * is wanted beside the file. */
extern const struct job_row build_job;

#endif
