/* Times that this machine keeps of a project's containers, beside the project's lock: lines `ID SECONDS`, a
 * file for each thing that is known of them. */
#ifndef ENGINE_KEPT_H
#define ENGINE_KEPT_H

#include "engine/connect/engine.h"

/* Sets an id's time, Unix seconds; both are copied into the map's arena. */
void kept_set(struct map *times, const char *id, int64_t at);

/* Adds what is kept: id → int64_t *, 10 000 at most. Nothing where there is no file, or none that can be
 * read. */
void kept_read(struct arena *arena, const struct engine *engine, const char *project, const char *what,
	struct map *times);

/* Puts the file in its place as a whole; with no times there is none. What cannot be kept is not, without a
 * word. */
void kept_write(struct arena *arena, const struct engine *engine, const char *project, const char *what,
	const struct map *times);

/* Adds one line to it. */
void kept_append(struct arena *arena, const struct engine *engine, const char *project, const char *what,
	const char *id, int64_t at);

/* Takes the lines of the ids in `over` away, and those of times before `oldest` (Unix seconds). */
void kept_forget(struct arena *arena, const struct engine *engine, const char *project, const char *what,
	const struct map *over, int64_t oldest);

#endif
