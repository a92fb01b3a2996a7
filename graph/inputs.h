/* Label docker-flow.inputs: what compose's config-hash leaves out but a container still depends on. */
#ifndef GRAPH_INPUTS_H
#define GRAPH_INPUTS_H

#include "graph/dag.h"
#include "graph/observed.h"

/* Content of the files a service uses; made by the caller, who may read files. */
struct inputs_file {
	const char *target;  /* in the container */
	const char *content; /* NULL: cannot be read; counts as empty */
	size_t len;
	bool secret; /* digest is salted with the project's and secret's names and never leaves as content */
};

/* Digest over the x-flow keys that change the container, the files' content, and for one-shots the creation
 * time of the named volumes they mount, so that a wiped database is migrated again. Returns lower-case hex.
 */
const char *inputs_digest(struct arena *arena, const struct dag_vertex *vertex,
	const struct inputs_file *files, size_t nfiles, const struct observed *seen);

#endif
