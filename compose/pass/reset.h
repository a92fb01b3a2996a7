/* The tags !reset and !override: what a file takes away from the files before it. */
#ifndef COMPOSE_RESET_H
#define COMPOSE_RESET_H

#include "compose/tree/node.h"

struct reset;

/* Removes the nodes tagged !reset from a document and returns the places of all tags, or NULL when there are
 * none. */
struct reset *reset_take(struct arena *arena, struct node *tree);

/* Removes the tagged places from what earlier documents produced. `reset` may be NULL. Warns where a `!reset`
 * leaves what it names: in a list by now, from which docker compose 2.40 takes nothing away, either. */
void reset_apply(const struct reset *reset, struct node *accumulated, struct errors *errors);

/* The same for the base that `extends` copied into service `name`. */
void reset_apply_service(
	const struct reset *reset, const char *name, struct node *base, struct errors *errors);

/* Warns where a `!reset` names what the document itself includes: that stays (docker compose 2.40). */
void reset_warn_included(const struct reset *reset, const struct node *included, struct errors *errors);

#endif
