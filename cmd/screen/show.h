/* What a run shows while it happens: events to the screen that the user wants. */
#ifndef CMD_SHOW_H
#define CMD_SHOW_H

#include "cmd/line/cmd.h"
#include "graph/plan/event.h"

struct show_log;

/* The screen that --progress (auto: a terminal on stderr) asks for; arena's. `log` may be NULL. */
struct sink *show_create(struct ctx *ctx, const char *title, struct show_log *log, bool quiet_pull);

#endif
