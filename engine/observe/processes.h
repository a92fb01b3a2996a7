/* The processes of containers, as the engine's host sees them. */
#ifndef ENGINE_PROCESSES_H
#define ENGINE_PROCESSES_H

#include "base/text/texts.h"
#include "engine/connect/engine.h"
#include "graph/plan/observed.h"

struct processes {
	const struct observed_container *container;
	struct texts titles; /* UID, PID, … */
	struct texts *rows;  /* of each process */
	size_t nrows;
};

/* Asks for the processes of `count` containers, all at the same time; *ret_lists is as long, in the arena.
 * One that has ended meanwhile has none. Returns 0, or -1 with a finding. */
int processes_read(struct arena *arena, struct engine *engine, struct observed_container *const *containers,
	size_t count, struct processes **ret_lists, struct errors *errors);

#endif
