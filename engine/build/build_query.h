/* What POST /build is asked for a service: its parameters, and what has to be refused. */
#ifndef ENGINE_BUILD_QUERY_H
#define ENGINE_BUILD_QUERY_H

#include "engine/image/image_job.h"

/* Name under which a Dockerfile from elsewhere is put into the context's archive. */
#define BUILD_DOCKERFILE ".docker-flow.Dockerfile"

struct cJSON; /* cjson/cJSON.h */

/* Refuses keys that no way to build carries on this engine, naming each. Returns 0, or -1. */
int build_query_check(const struct job *job);

/* Warns of keys that the engine is asked for and will not heed (Engine API below 1.42). */
void build_query_warn(const struct job *job);

/* Where a build's context and Dockerfile are. */
struct build_source {
	const char
		*dockerfile; /* path in the archive or the remote context, name in the session's directory */
	const char *remote;  /* a context that the engine fetches itself, or NULL */
	const char *session; /* whose files they are without `remote`; NULL: in the archive */
};

/* The query text: tags, arguments, labels and so on. (Engine API: POST /build) */
const char *build_query(const struct job *job, const struct build_source *source);

/* The build's arguments, with the proxies of docker's config.json, and the image's labels: objects of texts,
 * an argument without a value null; freed by cJSON_Delete. */
struct cJSON *build_query_args(const struct job *job);
struct cJSON *build_query_labels(const struct job *job);

/* The image that an entry of cache_from names: `ref`, or `type=registry,ref=REF`; NULL for other types. */
const char *build_query_cache(struct arena *arena, const char *entry);

/* The platform to build for; NULL: the engine's own. */
const char *build_query_platform(const struct service *service);

#endif
