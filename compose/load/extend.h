/* `extends`: a service takes over what another one, of the same or of another file, says. */
#ifndef COMPOSE_EXTEND_H
#define COMPOSE_EXTEND_H

#include "compose/load/layer.h"

struct reset;

/* Resolves `extends` of every service of a document of `file`, in place. Bases from other files get paths
 * seen from the layer's directory. `reset` (may be NULL) also takes away from what is inherited. Returns 0 or
 * -1. Compose Specification, "extends". */
int extend_apply(
	struct layer *layer, const struct layer_file *file, struct node *doc, const struct reset *reset);

#endif
