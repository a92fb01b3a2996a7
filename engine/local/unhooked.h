/* Containers that a run has started and whose post_start hooks have not all succeeded yet, kept beside the
 * project's lock: the engine knows that such a container runs, and nothing of hooks. */
#ifndef ENGINE_UNHOOKED_H
#define ENGINE_UNHOOKED_H

#include "engine/connect/engine.h"

/* Keeps that the container is about to be started, and has hooks. What cannot be kept is not, without a word.
 */
void unhooked_begin(struct arena *arena, const struct engine *engine, const char *project, const char *id);

/* Forgets the containers whose ids are keys of `done`: hooked, or gone. */
void unhooked_end(
	struct arena *arena, const struct engine *engine, const char *project, const struct map *done);

/* Adds the ids of those that are kept. */
void unhooked_read(struct arena *arena, const struct engine *engine, const char *project, struct map *ids);

#endif
