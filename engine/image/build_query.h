/* What POST /build is asked for a service: its parameters, and what has to be refused. */
#ifndef ENGINE_BUILD_QUERY_H
#define ENGINE_BUILD_QUERY_H

#include "engine/image/image_job.h"

/* Name under which a Dockerfile from elsewhere is put into the context's archive. */
#define BUILD_DOCKERFILE ".docker-flow.Dockerfile"

/* Refuses keys that POST /build cannot carry (they need a BuildKit session), naming each. Returns 0, or -1.
 */
int build_query_check(const struct job *job);

/* Warns of keys that the engine is asked for and will not heed (Engine API below 1.42). */
void build_query_warn(const struct job *job);

/* The query text: tags, arguments, labels and so on; `dockerfile` is the path inside the archive, `remote` a
 * context that the engine fetches itself, or NULL. (Engine API: POST /build) */
const char *build_query(const struct job *job, const char *dockerfile, const char *remote);

#endif
