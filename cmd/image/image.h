/* What `pull`, `build` and `push` share. */
#ifndef CMD_IMAGE_H
#define CMD_IMAGE_H

#include "cmd/line/cmd.h"
#include "graph/dag/scope.h"

/* Opens the project with the arguments as its services, and what these need if `deps`. Returns 0, or -1 with
 * findings. */
int image_scope(struct ctx *ctx, bool deps, struct scope *ret_scope);

/* The same, and connects. */
int image_open(struct ctx *ctx, bool deps, struct scope *ret_scope);

#endif
