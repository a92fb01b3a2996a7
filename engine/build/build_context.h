/* What a build is made from: a directory here, or the place from which the engine fetches it. */
#ifndef ENGINE_BUILD_CONTEXT_H
#define ENGINE_BUILD_CONTEXT_H

#include "engine/image/image_job.h"
#include "engine/archive/tar.h"

struct build_context {
	const char *dir;    /* absolute; NULL: `remote` */
	const char *remote; /* a git repository or archive that the engine fetches */
	const char *path;   /* of the Dockerfile here, absolute; NULL: `inline_text`, or with the engine */
	const char *inline_text; /* the Dockerfile that stands in the compose file */
	const char *dockerfile;  /* its path in a remote context, or in the archive */
	struct tar *tar;         /* the archive, once it was opened; destroyed by the caller */
};

/* Looks for the context's directory and the Dockerfile, without reading them. Returns 0, or -1 with a finding
 * at the key of the file. */
int build_context_check(const struct job *job);

/* Finds context and Dockerfile of the job's service. Returns 0, or -1 with findings at the keys of the file.
 */
int build_context_find(const struct job *job, struct build_context *ret_context);

/* Opens the archive of a directory, for an engine that takes nothing else, without what its ignore file
 * leaves out. A Dockerfile from outside of the context, or written in the compose file, goes into the archive
 * under a name of our own. Returns 0, or -1 with findings at the keys of the file. */
int build_context_pack(const struct job *job, struct build_context *context);

/* Content of a file that says how to build, the arena's, at most 16 MiB. Returns 0, or -1 with a finding at
 * `key` of the service's build. */
int build_context_read(
	const struct job *job, const char *path, const char *key, const char **ret_text, size_t *ret_len);

#endif
