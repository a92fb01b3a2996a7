/* The tags !reset and !override: what a file takes away from the files before it. */
#ifndef COMPOSE_RESET_H
#define COMPOSE_RESET_H

#include "compose/tree/node.h"

struct reset;

/* Removes the nodes tagged !reset from a document and returns the places of all tags, or NULL when there are
 * none. */
struct reset *reset_take(struct arena *arena, struct node *tree);

/* Removes the tagged places from what earlier documents produced. `reset` may be NULL. */
void reset_apply(const struct reset *reset, struct node *accumulated);

/* The same for the base that `extends` copied into service `name`. */
void reset_apply_service(const struct reset *reset, const char *name, struct node *base);

#endif
