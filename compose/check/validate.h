/* Does a tree say only what the schema knows, in forms it knows? */
#ifndef COMPOSE_VALIDATE_H
#define COMPOSE_VALIDATE_H

#include "compose/tree/node.h"

/* Checks keys, kinds, allowed words, ranges and required members of a merged tree (after interpolation, short
 * forms still allowed). Returns -1 with all findings. Compose Specification, JSON schema. */
int validate_tree(struct arena *arena, struct node *tree, struct errors *errors);

#endif
