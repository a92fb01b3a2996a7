/* The planner of `up` on the engine: looks in the rounds that it needs, and a whole `up` with what follows
 * it. */
#ifndef ENGINE_DRIVE_UP_H
#define ENGINE_DRIVE_UP_H

#include "engine/drive/attach.h"
#include "engine/drive/drive.h"
#include "graph/up/reconcile.h"

/* Set by the caller: `drive` as drive.h says (planner and arg by drive_up_init), `how` and `images` as the
 * options say. The looks complete `how`. */
struct drive_up {
	struct drive drive;
	struct reconcile_options how;
	struct image_options images;
	bool tells;       /* nothing will run: what the engine cannot do is a note, and what a new container
			     gets otherwise than the one it replaces is looked up */
	bool show_values; /* with `tells`: those that may be secret, too */
	bool settles;     /* --wait: containers without a check have to stay up for a moment, too */
	struct settle *settle; /* its watch, while drive_up_run lasts */
};

/* Makes drive_open, drive_look and drive_run work for `up`. */
void drive_up_init(struct drive_up *up);

/* Plans as if the engine held nothing but what the file says is made elsewhere; asks nothing. */
int drive_up_imagine(struct drive_up *up);

/* Runs what drive_open has planned to its end. With `attach` (NULL: detached) the output of the containers is
 * shown until all have ended or something stops them; attach->status is then a container's. Returns 0 or -1;
 * drive.interrupted is set. */
int drive_up_run(struct drive_up *up, struct attach *attach);

#endif
