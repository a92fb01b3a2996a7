/* What a build is made from: the context's archive, or the place from which the engine fetches it. */
#ifndef ENGINE_BUILD_CONTEXT_H
#define ENGINE_BUILD_CONTEXT_H

#include "engine/image/image_job.h"
#include "engine/archive/tar.h"

struct build_context {
	struct tar *tar;        /* to be uploaded; destroyed by the caller. NULL: `remote` */
	const char *remote;     /* a git repository or archive that the engine fetches */
	const char *dockerfile; /* path inside of the context */
	const char
		*path; /* of the Dockerfile here, absolute; NULL: in the compose file, or with the engine */
};

/* Looks for the context's directory and the Dockerfile, without reading them. Returns 0, or -1 with a finding
 * at the key of the file. */
int build_context_check(const struct job *job);

/* Finds context, Dockerfile and ignore file of the job's service and opens the archive. A Dockerfile from
 * outside of the context, or written in the compose file, goes into the archive under a name of our own.
 * Returns 0, or -1 with findings at the keys of the file. */
int build_context_open(const struct job *job, struct build_context *ret_context);

#endif
