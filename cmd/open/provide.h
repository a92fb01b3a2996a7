/* Services of a scope that other programs provide. */
#ifndef CMD_PROVIDE_H
#define CMD_PROVIDE_H

#include "cmd/open/project.h"
#include "engine/provider/provider.h"

/* Whether the run has to do with a service that a program provides: selected, or needed by one that is. */
bool provide_any(const struct scope *scope);

/* Whether such a service is selected itself. */
bool provide_selected(const struct scope *scope);

/* Brings them up, what they need first, and adds what they tell their dependents to `wish`: the scope has to
 * be opened by it anew, so that it counts as what the files say. Returns 0, or -1 with findings;
 * ctx->interrupted is set. */
int provide_up(struct ctx *ctx, const struct scope *scope, struct scope_wish *wish);

/* For who only plans: adds to `wish` what the containers have of what they told before, as provide_up does.
 * Their programs have to be there. The engine is connected. Returns 0, or -1 with findings. */
int provide_recall(struct ctx *ctx, const struct scope *scope, struct scope_wish *wish);

/* Brings up those that are selected, what they need first, for who starts containers as they are: what they
 * tell is heard by nobody. `anew`: those that can stop do so before. Returns 0, or -1 with findings;
 * ctx->interrupted is set. */
int provide_start(struct ctx *ctx, const struct scope *scope, bool anew);

/* For who asks for a container of such a service: there is none. Adds the finding and returns -1. */
int provide_refuse(struct ctx *ctx, const struct service *service, const char *what);

/* Stops or removes those that are selected, dependents first. Returns 0, or -1 with findings. */
int provide_end(struct ctx *ctx, const struct scope *scope, enum provider_command command);

#endif
