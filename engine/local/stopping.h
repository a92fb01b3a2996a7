/* Stops that a run has asked for, kept beside the project's lock until it has seen their end: an engine goes
 * on with a stop whose asker is gone, and the container dies later, under whoever comes next and finds it
 * running. */
#ifndef ENGINE_STOPPING_H
#define ENGINE_STOPPING_H

#include "engine/connect/engine.h"

/* Keeps that the container is asked to stop and has `grace` ns for it; negative: as long as it likes. What
 * cannot be kept is not, without a word. */
void stopping_begin(
	struct arena *arena, const struct engine *engine, const char *project, const char *id, int64_t grace);

/* Forgets the stops of the containers whose ids are keys of `ended`, and those that must be over by now. */
void stopping_end(
	struct arena *arena, const struct engine *engine, const char *project, const struct map *ended);

/* Adds the ids of containers whose stop may be under way. */
void stopping_read(struct arena *arena, const struct engine *engine, const char *project, struct map *ids);

#endif
