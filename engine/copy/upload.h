/* An archive on its way into a container, streamed. */
#ifndef ENGINE_UPLOAD_H
#define ENGINE_UPLOAD_H

#include "engine/connect/engine.h"

#include <sys/types.h>

struct upload {
	/* Set by the caller; what is pointed to has to be there until the end. */
	struct engine *engine;
	const char *container, *dir; /* id or name; the directory in it that the archive is unpacked in */
	bool owners;                 /* files belong to the container's user, as `docker cp -a` asks for */
	/* Fills `to` with the next bytes of the archive: as struct request's upload. */
	ssize_t (*read)(void *arg, char *to, size_t room);
	void (*done)(struct upload *upload); /* from the loop, once; `failure` is set */
	void *arg;

	/* Result: NULL, or why the engine has not taken it; "" when `read` has failed. Lives as long as
	 * `done`. */
	const char *failure;

	/* Its own. */
	struct request *request;
	bool read_failed;
};

/* Begins. Returns 0, or -1 with a finding: then there is no `done`. */
int upload_send(struct upload *upload, struct errors *errors);

/* Ends one that is under way, without `done`. */
void upload_cancel(struct upload *upload);

#endif
