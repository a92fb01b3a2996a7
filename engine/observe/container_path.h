/* What a path in a container is. */
#ifndef ENGINE_CONTAINER_PATH_H
#define ENGINE_CONTAINER_PATH_H

#include "engine/connect/engine.h"

#define CONTAINER_PATH_HEADER "X-Docker-Container-Path-Stat"

struct container_path {
	bool there, dir, link;
	const char *target; /* of a link: the path in the container that it leads to in the end */
};

/* Engine path of a container's files; the arena's. */
const char *container_path_archive(struct arena *arena, const char *container);

/* Asks for one. What is not there is no failure. Returns 0, or -1 with a finding. Texts are the arena's. */
int container_path_look(struct arena *arena, struct engine *engine, const char *container, const char *path,
	struct container_path *ret_path, struct errors *errors);

/* Reads CONTAINER_PATH_HEADER, which goes with the files, too; NULL: it was not there.
 * Returns 0, or -1 with a finding (Engine API: ContainerArchiveInfo). */
int container_path_read(
	struct arena *arena, const char *header, struct container_path *ret_path, struct errors *errors);

#endif
