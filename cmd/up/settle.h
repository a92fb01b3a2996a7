/* What becomes of the containers that `up` has started while it is still there to tell: detached runs. */
#ifndef CMD_SETTLE_H
#define CMD_SETTLE_H

#include "cmd/up/up.h"
#include "engine/run/run.h"

struct settle;

/* For --wait: watches the containers from now on. Returns NULL with a finding. */
struct settle *settle_open(struct up *up, struct sink *sink);

/* Whether a container without a check has been started by this plan, or a moment ago by another. */
bool settle_due(const struct up *up);

/* After a run that went well. With --wait, containers without a check have to stay up for a second: one that
 * fails within it is not ready, though its restart policy may have started it again. Without (`settle` NULL)
 * only those count that have failed by now. Returns 0, or -1 with a finding for each. */
int settle_check(struct up *up, struct settle *settle, const struct run_result *result);

/* Ends the watch; NULL allowed. */
void settle_close(struct settle *settle);

#endif
