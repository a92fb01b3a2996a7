/* Files between here and containers, by the engine's archives: as `docker cp`. */
#ifndef ENGINE_COPY_H
#define ENGINE_COPY_H

#include "engine/connect/engine.h"
#include "graph/plan/observed.h"

struct copy {
	struct engine *engine;
	struct arena *arena;
	struct errors *errors;
	const char *cwd;             /* of relative paths here */
	const char *source, *target; /* one is a path here, the other one in the containers */
	bool archive;                /* owners: copy_in, the container's user; copy_out, as they are there */
	bool follow;                 /* a source that is a link: what it leads to */
};

/* Copies a file or a directory from here into each of the containers, all at the same time. Source and
 * targets are looked at before anything is sent. Returns 0, or -1 with a finding for each that has failed. */
int copy_in(const struct copy *copy, const struct observed_container *const *containers, size_t count);

/* The same with the archive that descriptor `fd` gives; the target is a directory. For several containers it
 * is kept in a file without a name meanwhile. */
int copy_archive_in(
	const struct copy *copy, const struct observed_container *const *containers, size_t count, int fd);

/* Copies from a container to here. Returns 0, or -1 with findings. */
int copy_out(const struct copy *copy, const struct observed_container *container);

/* The path in the container that copy_out's source stands for, links followed where that is wanted: for its
 * archive as it is. Returns 0, or -1 with a finding when nothing is there. */
int copy_source(const struct copy *copy, const struct observed_container *container, const char **ret_path);

#endif
