/* A later file over an earlier one. The base is edited in place and takes over the override's nodes; nothing
 * of what was accumulated is copied. */
#ifndef COMPOSE_MERGE_H
#define COMPOSE_MERGE_H

#include "compose/tree/node.h"

/* Merges the document `over` into the (canonical) tree `base`, both mappings. Returns -1 with the finding.
 * Compose Specification, "Merge". */
int merge_tree(struct arena *arena, struct node *base, struct node *over, struct errors *errors);

/* The same for one service: `base` is a copy of the extended service and becomes the result. */
int merge_service(
	struct arena *arena, const char *name, struct node *base, struct node *over, struct errors *errors);

/* Lists whose items have an identity hold each once; the later item takes the earlier one's place.
 * (compose/pass/merge_unique.c) */
int merge_unique(struct arena *arena, struct node *tree, struct errors *errors);

#endif
