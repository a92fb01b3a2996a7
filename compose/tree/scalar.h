/* What a YAML scalar is: YAML 1.2 core with the leftovers of 1.1 that docker compose 2.40 understands
 * (leading-zero octal, underscores in numbers, dates). */
#ifndef COMPOSE_SCALAR_H
#define COMPOSE_SCALAR_H

#include "compose/tree/node.h"

/* Gives a plain scalar its kind and value, from node->text. */
void scalar_resolve(struct node *node);

/* The same under an explicit tag ("tag:yaml.org,2002:int", "!foo", …); `plain`: not quoted. Returns 0, or -1
 * with a finding when the text is no such thing. */
int scalar_resolve_tagged(
	struct arena *arena, struct node *node, const char *tag, bool plain, struct errors *errors);

/* A NODE_TIME as RFC 3339 text, the way docker compose prints it. */
const char *scalar_time_text(struct arena *arena, const struct node *node);

/* Text of a scalar as compose prints it: numbers in decimal, shortest digits; NULL for null, lists and
 * mappings. The arena's or borrowed from the node. */
const char *node_scalar_text(struct arena *arena, const struct node *node);

#endif
