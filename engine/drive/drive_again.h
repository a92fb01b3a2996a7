/* The planner of `start`, `restart`, `pause` and `unpause` on the engine. */
#ifndef ENGINE_DRIVE_AGAIN_H
#define ENGINE_DRIVE_AGAIN_H

#include "engine/drive/drive.h"
#include "graph/again/again.h"

/* Set by the caller: `drive` as drive.h says (planner and arg by drive_again_init), what is meant, and the
 * services that are named, for a scope without a file. The looks complete the rest. */
struct drive_again {
	struct drive drive;
	struct again_options how;
	struct texts services;
	bool unknown_is_none;  /* of the services: as in struct dag_selection */
	bool tells;            /* the plan is only told: it says which providers would be asked */
	struct scope labelled; /* what the labels of the containers say, in drive.scratch */
	struct settle *settle; /* the watch of how.wait, while drive_again_run lasts */
};

/* Makes drive_open, drive_look and drive_again_run work for it. */
void drive_again_init(struct drive_again *again);

/* Runs what drive_open has planned to its end. Returns 0 or -1, as drive_run. */
int drive_again_run(struct drive *drive);

#endif
