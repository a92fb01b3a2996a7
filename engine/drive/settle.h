/* What becomes of the containers that `up -d`, `start` and `restart` have started, while they are still there
 * to tell. */
#ifndef ENGINE_SETTLE_H
#define ENGINE_SETTLE_H

#include "engine/drive/drive.h"

struct settle;

/* For --wait: watches the containers of the drive's scope from now on. Returns NULL with a finding. */
struct settle *settle_open(struct drive *drive);

/* Whether a container without a check is started by the drive's plan, or was a moment ago by another. */
bool settle_due(const struct drive *drive);

/* After a run that went well: containers without a check have to stay up for a second. One that fails within
 * it is not ready, though its restart policy may have started it again. Returns 0, or -1 with a finding. */
int settle_window(struct settle *settle);

/* After a run that nobody watches: only the containers count that it has started and that had failed at its
 * end (run_options.last_look). Returns 0, or -1 with a finding for each. */
int settle_now(struct drive *drive);

/* After a run that failed: findings for the containers as of settle_now that no finding names yet, without
 * those that the run has taken back. */
void settle_rest(struct drive *drive);

/* After a run that went well, or with nothing to do: what the plan could not mend, or has not kept from
 * breaking meanwhile. `settle` is the watch of --wait, or NULL. Returns 0, or -1 with findings. */
int settle_check(struct drive *drive, struct settle *settle);

/* The faults of the drive's plan as findings. Returns 0, or -1 when one is not mild. */
int settle_faults(const struct drive *drive);

/* Ends the watch; NULL allowed. */
void settle_close(struct settle *settle);

#endif
