/* What docker flow runs and docker compose could not: no mistake, but worth a word to who looks at a file. */
#ifndef COMPOSE_BESIDE_H
#define COMPOSE_BESIDE_H

#include "compose/tree/node.h"

/* Warns, at the place, of each dependency of the tree that is to be healthy and is checked by docker flow
 * alone: docker compose refuses to wait for it, unless its image brings a check. */
void beside_warn(struct arena *arena, const struct node *tree, struct errors *errors);

#endif
