/* The one container that SERVICE and --index mean. */
#ifndef CMD_TARGET_H
#define CMD_TARGET_H

#include "cmd/line/cmd.h"
#include "graph/plan/observed.h"

/* Opens the scope of a service by name, connects, and finds its running container of that number (unset: the
 * lowest; one-offs come last). Returns 0, or -1 with a finding. */
int target_running(struct ctx *ctx, const char *service, const struct opt_int *index,
	const struct observed_container **ret_container);

#endif
