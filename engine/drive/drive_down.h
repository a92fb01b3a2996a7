/* The planner of `down`, `rm`, `stop` and `kill` on the engine. */
#ifndef ENGINE_DRIVE_DOWN_H
#define ENGINE_DRIVE_DOWN_H

#include "engine/drive/drive.h"
#include "graph/up/reconcile.h"

/* Set by the caller: `drive` as drive.h says (planner and arg by drive_down_init), and what is meant. */
struct drive_down {
	struct drive drive;
	struct teardown_options how;
	struct texts services;     /* only these; none: all */
	struct texts applications; /* these of the registry, and the upstream that only they need, instead */
	bool all_images; /* with how.images: not only those that were built without a name of their own */
};

/* Makes drive_open, drive_look and drive_run work for it. */
void drive_down_init(struct drive_down *down);

#endif
