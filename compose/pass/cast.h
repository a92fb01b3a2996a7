/* Text that interpolation produced, or that was quoted, becomes a number or boolean where the attribute is
 * one. */
#ifndef COMPOSE_CAST_H
#define COMPOSE_CAST_H

#include "compose/tree/node.h"

/* Casts the texts of one document in place, right after interpolation; forms it does not know are left to
 * validation. Returns -1 with all findings. */
int cast_tree(struct arena *arena, struct node *tree, struct errors *errors);

#endif
