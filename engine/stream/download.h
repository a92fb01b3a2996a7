/* A long answer, read piece by piece as its reader likes: archives of files, of a whole container. */
#ifndef ENGINE_DOWNLOAD_H
#define ENGINE_DOWNLOAD_H

#include "engine/connect/engine.h"

#include <sys/types.h>

struct download;

/* What is asked for. */
struct download_ask {
	const char *path, *query; /* of the engine; `query` may be NULL */
	const char *name;         /* whose it is: failures begin with it; lives as long as the download */
	const char *header;       /* of the answer, for download_header; or NULL */
};

/* Asks, and turns the loop until the answer has begun. Returns NULL with a finding when it is a failure. */
struct download *download_open(struct engine *engine, const struct download_ask *ask, struct errors *errors);

/* Value of the header that was asked for, or NULL; lives as long as the download. */
const char *download_header(const struct download *download);

/* Turns the loop until there is more. Returns the length of the next piece, which is borrowed until the next
 * call; 0 at the end; -1 with a finding when it breaks off, and without one when an interrupt was told by the
 * loop. Its shape is that of struct unpack_options' read. */
ssize_t download_read(void *download, const void **ret_bytes);

/* Ends it. NULL allowed. */
void download_close(struct download *download);

#endif
