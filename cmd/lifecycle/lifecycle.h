/* What the commands share that change containers which are there. */
#ifndef CMD_LIFECYCLE_H
#define CMD_LIFECYCLE_H

#include "cmd/open/project.h"
#include "engine/drive/drive_again.h"

/* Opens the project that is meant, by its file or by its name alone, with the arguments as its services, and
 * connects. `upstream`: what these need is selected, too. Returns 0, or -1 with findings. */
int lifecycle_open(struct ctx *ctx, bool upstream, struct scope *ret_scope);

/* Whether docker compose, by whose name we are called, would look for containers by their labels alone: of a
 * service that nobody knows there are none, and that is no mistake. */
bool lifecycle_goes_by_labels(struct ctx *ctx);

/* A drive as all of them begin; `scope` stays where it is. */
struct drive lifecycle_drive(struct ctx *ctx, const struct scope *scope);

/* Looks and runs by `run` (drive_run, or what wraps it), on the drive's screen or one that is made; with
 * --dry-run prints the plan. Returns 0 or -1. */
int lifecycle_run(struct ctx *ctx, struct drive *drive, int (*run)(struct drive *drive));

/* Of `start` and `restart`, with drive_again_init: providers of selected services are asked before. Returns 0
 * or -1. */
int lifecycle_again(struct ctx *ctx, struct drive_again *again);

#endif
