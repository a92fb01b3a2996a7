/* A drive on the command's screen. */
#ifndef CMD_SHOWN_H
#define CMD_SHOWN_H

#include "cmd/line/cmd.h"
#include "engine/drive/drive.h"

/* Runs what drive_open has planned by `run` (drive_run, or what wraps it), on the drive's screen or one that
 * is made, to its last picture. The drive is closed then, and ctx->interrupted says what has ended it.
 * Returns 0 or -1. */
int shown_run(struct ctx *ctx, struct drive *drive, int (*run)(struct drive *drive));

#endif
