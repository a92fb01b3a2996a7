/* What a build may ask of us by a session: its context and Dockerfile, secrets, agents of ssh. */
#ifndef ENGINE_BUILD_SESSION_H
#define ENGINE_BUILD_SESSION_H

#include "engine/build/build_context.h"
#include "engine/session/session.h"

/* What the directory of an additional context is called in the session; NULL: it is none. */
const char *build_session_dir(struct arena *arena, const struct pair *context);

/* Whether the job's build cannot be without a session. */
bool build_session_needed(const struct job *job);

/* Looks for what the build's secrets and ssh name. Returns 0, or -1 with findings at the keys of the file. */
int build_session_check(const struct job *job);

/* Fills what the offer of a session has of the job's service, in the engine's arena: a context that lies here
 * is read by difference. Returns 0, or -1 with findings. */
int build_session_offer(
	const struct job *job, const struct build_context *context, struct session_offer *ret_offer);

#endif
