/* Pull and build: streams with progress, each its own small state machine over the loop. Used by the executor
 * for OP_IMAGE_PULL and OP_IMAGE_BUILD. */
#ifndef ENGINE_IMAGES_H
#define ENGINE_IMAGES_H

#include "engine/connect/engine.h"
#include "graph/plan/event.h"
#include "graph/plan/plan.h"

struct image_job;

/* Starts pulling `step->name` (platform of step->service). Progress goes to the sink; a transient failure is
 * retried with back-off and says so. `done(arg, ok)` is called once from the loop; a failure has left a
 * finding. (Engine API: POST /images/create) */
struct image_job *pull_begin(struct engine *engine, struct step *step, struct sink *sink,
	void (*done)(void *arg, bool ok), void *arg, struct errors *errors);

/* Starts building step->service's image by BuildKit (POST /build?version=2) from a tar of its context
 * filtered by .dockerignore. step->result_id becomes the image id. */
struct image_job *build_begin(struct engine *engine, struct step *step, struct sink *sink,
	void (*done)(void *arg, bool ok), void *arg, struct errors *errors);

/* Cancels and frees the job; NULL allowed. To be called once after `done`, too. */
void image_job_end(struct image_job *job);

#endif
