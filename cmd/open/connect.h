/* The event loop and the engine of a command, made when first needed. */
#ifndef CMD_CONNECT_H
#define CMD_CONNECT_H

#include "cmd/line/cmd.h"
#include "engine/connect/engine.h"
#include "engine/run/run.h"

/* Returns the command's loop; never NULL. */
struct loop *connect_loop(struct ctx *ctx);

/* Connects ctx->engine by docker's global options, contexts and environment. Returns 0, or -1 with a finding.
 */
int connect_engine(struct ctx *ctx);

/* How much is done at once, as --parallel says, of pulls and builds unless they have an option of their own.
 */
struct run_parallel connect_parallel(const struct ctx *ctx);

/* Closes both; nothing that uses them may remain. */
void connect_end(struct ctx *ctx);

/* How the loader gets files that are not here: over the network or by git; who waits for long is told so. */
const struct fetch *connect_fetch(struct ctx *ctx);

#endif
