/* Findings on stderr and the exit status: the only place that prints errors. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "cmd/line/cmd.h"

/* Prints the warnings found so far, each once, before something that runs for long. Does nothing when
 * there is a failure: that is report_end's. */
void report_warnings(struct ctx *ctx);

/* Prints all findings; returns the exit status of a command that returned `result`. */
int report_end(struct ctx *ctx, int result);

#endif
