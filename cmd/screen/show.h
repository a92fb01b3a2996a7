/* What a run shows while it happens: events to the screen that the user wants. */
#ifndef CMD_SHOW_H
#define CMD_SHOW_H

#include "cmd/line/cmd.h"
#include "graph/plan/event.h"

struct show_log;

/* What a screen leaves out: --quiet-pull, --quiet-build; that standard output is a container's alone. */
enum { SHOW_QUIET_PULL = 1, SHOW_QUIET_BUILD = 2, SHOW_OUTPUT_TAKEN = 4 };

/* The screen that --progress (auto: a terminal on stderr, or on stdout with COMPOSE_STATUS_STDOUT) asks for,
 * without what `quiet` says; arena's. `log` may be NULL. */
struct sink *show_create(struct ctx *ctx, const char *title, struct show_log *log, unsigned quiet);

#endif
