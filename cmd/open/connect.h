/* The event loop and the engine of a command, made when first needed. */
#ifndef CMD_CONNECT_H
#define CMD_CONNECT_H

#include "cmd/line/cmd.h"
#include "engine/connect/engine.h"
#include "engine/registry/repository.h"
#include "engine/run/run.h"

/* Returns the command's loop; never NULL. */
struct loop *connect_loop(struct ctx *ctx);

/* Connects ctx->engine by docker's global options, contexts and environment. Returns 0, or -1 with a finding.
 */
int connect_engine(struct ctx *ctx);

/* Whether the engine, if there is one, speaks to the image registry at this host without TLS. */
bool connect_trusts(struct ctx *ctx, const char *host);

/* What speaking to image registries needs, without an engine: the loop, docker's logins, and whom the engine
 * trusts. Returns 0, or -1 with a finding: config.json is wrong. */
int connect_registries(struct ctx *ctx, struct repository_options *ret_options);

/* How much is done at once, as --parallel says, of pulls and builds unless they have an option of their own.
 */
struct run_parallel connect_parallel(const struct ctx *ctx);

/* Closes both; nothing that uses them may remain. */
void connect_end(struct ctx *ctx);

/* How the loader gets files that are not here: over the network or by git; who waits for long is told so. */
const struct fetch *connect_fetch(struct ctx *ctx);

#endif
