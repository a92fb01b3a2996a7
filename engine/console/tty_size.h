/* The size of a terminal in a container, which follows that of ours. (Engine API: ContainerResize,
 * ExecResize) */
#ifndef ENGINE_TTY_SIZE_H
#define ENGINE_TTY_SIZE_H

#include "engine/connect/engine.h"

/* Zeroed members are unset. Stays where it is. */
struct tty_size {
	struct engine *engine;
	const char *path; /* "/exec/ID/resize"; borrowed */

	/* Its own. */
	unsigned rows, columns; /* wanted */
	bool due;               /* not told yet */
	unsigned tries;
	struct request *request;
	struct loop_timer *timer;
};

/* Tells the engine the size, again for a while when it refuses: the process may not have begun. */
void tty_size_set(struct tty_size *size, unsigned rows, unsigned columns);

/* Tells nothing any more. */
void tty_size_end(struct tty_size *size);

#endif
