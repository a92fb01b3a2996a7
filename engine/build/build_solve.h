/* A build by BuildKit's own call, for what POST /build has no words: additional contexts, stages that use no
 * cache, entitlements. (Engine API: POST /grpc; github.com/moby/buildkit, api/services/control) */
#ifndef ENGINE_BUILD_SOLVE_H
#define ENGINE_BUILD_SOLVE_H

#include "engine/build/build_progress.h"
#include "engine/build/build_query.h"

struct build_solve;

/* Whether the service's build needs it. */
bool build_solve_needed(const struct service *service);

/* Looks whether the engine's BuildKit can do what is asked for so. Returns 0, or -1 with findings at the keys
 * of the file. */
int build_solve_check(const struct job *job);

struct build_solve_options {
	const struct build_source *source; /* with a session; borrowed for the call */
	struct build_progress *progress;
	/* Once, from the loop: the image's id, or NULL and the failure in words. The build may be closed from
	 * within. */
	void (*done)(void *arg, const char *id, const char *failure);
	void *arg;
};

/* Begins. Returns NULL with a finding. */
struct build_solve *build_solve_begin(const struct job *job, const struct build_solve_options *options);

/* Ends it: the engine gives the build up. NULL allowed; not from within the progress. */
void build_solve_close(struct build_solve *solve);

#endif
