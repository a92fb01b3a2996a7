/* An image made of a container as it is now. */
#ifndef ENGINE_COMMIT_H
#define ENGINE_COMMIT_H

#include "base/text/texts.h"
#include "engine/connect/engine.h"

struct commit_options {
	const char *container;        /* id */
	const char *image;            /* REPOSITORY[:TAG]; NULL: the image gets no name */
	const char *author, *message; /* may be NULL */
	struct texts changes;         /* instructions of a Dockerfile */
	bool pause;                   /* the container stands still meanwhile */
};

/* Makes it and waits. Returns 0 and the image's id, the arena's; or -1 with a finding. */
int commit_image(struct arena *arena, struct engine *engine, const struct commit_options *options,
	const char **ret_id, struct errors *errors);

#endif
