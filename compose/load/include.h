/* `include`: other compose files, each with a directory and an environment of its own, lend their resources.
 */
#ifndef COMPOSE_INCLUDE_H
#define COMPOSE_INCLUDE_H

#include "compose/load/layer.h"

struct reset;

/* Replaces *doc, a document of the layer, by its includes with the document merged over them; `reset` (may be
 * NULL) takes away from them. Does nothing without `include`. Returns 0 or -1. Compose Specification,
 * "include". */
int include_apply(struct layer *layer, struct node **doc, const struct reset *reset);

#endif
