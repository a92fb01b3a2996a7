/* Where a copy comes to lie, and under which name: as cp(1) and `docker cp` decide, for either direction. */
#ifndef ENGINE_COPY_PLACE_H
#define ENGINE_COPY_PLACE_H

#include "base/error.h"

#include <stdbool.h>

/* A path that is copied from or to, as the user has written it. */
struct copy_end {
	const char *path;
	bool there; /* something is there */
	bool dir;   /* a directory, or a link to one */
};

struct copy_place {
	const char *dir;  /* the directory that the archive is unpacked in */
	const char *name; /* of what is copied, in there; "": what is in the source goes into `dir` itself */
};

/* Whether what is in the directory is meant, not the directory: "dir/.", ".", "/". */
bool copy_place_inside(const char *path);

/* Decides; paths are cleaned, in the arena. Returns 0, or -1 with a finding for a directory onto a file, and
 * for a file into a directory that is not there. */
int copy_place_find(struct arena *arena, const struct copy_end *source, const struct copy_end *target,
	struct copy_place *ret_place, struct errors *errors);

#endif
