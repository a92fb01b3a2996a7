/* Attached `up`: shows what the containers say until all have ended, stops them when told to. */
#ifndef CMD_ATTACH_H
#define CMD_ATTACH_H

#include "cmd/screen/show_log.h"
#include "cmd/up/up.h"
#include "engine/run/run.h"

struct attach;

/* Watches the containers of `up` from now on, and takes interrupts over. Returns NULL with a finding. */
struct attach *attach_open(struct up *up, struct sink *sink, struct show_log *log);

/* Lets a run attach to each container before it starts. */
void attach_hook(struct attach *attach, struct run_options *options);

/* The interrupt that came while nothing ran yet, or 0. */
int attach_signal(const struct attach *attach);

/* After the run, which returned `result`: shows output until all containers have ended, an interrupt comes,
 * or an
 * --abort option says so; then stops what runs. Sets ctx->status, ctx->interrupted. Returns 0 or -1. */
int attach_follow(struct attach *attach, int result);

/* Ends the watch; interrupts have their usual meaning again. */
void attach_close(struct attach *attach);

#endif
