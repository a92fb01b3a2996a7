/* The lock of a project on this host: two `up` at once wait for each other. flock in the user's runtime
 * directory, released by the kernel when its holder dies. */
#ifndef ENGINE_LOCK_H
#define ENGINE_LOCK_H

#include "engine/connect/engine.h"
#include "graph/plan/event.h"

/* Path of a file about endpoint and project in the directory of the locks, which is ours alone and is made
 * when it is not there; NULL with a finding. */
const char *lock_path(struct arena *arena, const struct engine *engine, const char *project,
	const char *suffix, struct errors *errors);

/* Takes the lock of endpoint and project, waiting for its holder (told once as EVENT_NOTE with the holder's
 * pid). Returns a descriptor that holds it until lock_release or the end of the process, or -1: interrupted,
 * or no place for the file. The arena is needed for the call alone. */
int lock_take(struct arena *arena, struct engine *engine, const char *project, struct sink *sink,
	struct errors *errors);

/* Takes the lock when nobody has it; returns its descriptor, or -1 without a word: then lock_take waits, or
 * says what is wrong. Who has it before the first look at the engine need not look again. */
int lock_try(struct arena *arena, struct engine *engine, const char *project);

/* Gives it back, and leaves no file: who waits for it opens another. */
void lock_release(struct arena *arena, const struct engine *engine, const char *project, int fd);

#endif
