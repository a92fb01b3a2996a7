/* Rules between attributes, which no single row can hold. */
#ifndef COMPOSE_CHECK_H
#define COMPOSE_CHECK_H

#include "base/map.h"
#include "compose/tree/node.h"

/* Rules within one attribute of the canonical tree: sources of secrets, addresses, exclusive members. Per
 * file, before paths are resolved. */
int check_tree(struct arena *arena, struct node *tree, struct errors *errors);

/* Rules of the whole decoded project: references to what is not declared, cycles, contradictions.
 * `disabled` are the services without an active profile (name → service); `needed` those that get containers
 * (as of fill_needed; NULL: all), of which no two can have one name. */
int check_project(struct arena *arena, struct node *tree, const struct node *disabled,
	const struct map *needed, struct errors *errors);

#endif
