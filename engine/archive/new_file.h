/* A file that is written and comes into its place whole (engine/archive/beside.h); what has had the name
 * stays until then, and keeps its mode. A pipe or a device is written to itself. */
#ifndef ENGINE_NEW_FILE_H
#define ENGINE_NEW_FILE_H

#include "base/arena.h"
#include "engine/archive/beside.h"

#include <stdbool.h>

struct new_file {
	int fd;     /* to be written to; or -1 */
	bool whole; /* it lives under another name until new_file_end */
	struct beside beside;
};

/* Opens it; of a link the file that it leads to. Returns 0, or -1 with errno. */
int new_file_open(struct arena *arena, struct new_file *ret_file, const char *path);

/* Closes it, and puts it in its place unless `failed`; then what was written is gone. Returns 0, or -1 with
 * errno: it is not there. */
int new_file_end(struct new_file *file, bool failed);

#endif
