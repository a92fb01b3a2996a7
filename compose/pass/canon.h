/* The canonical tree: short forms become long forms; later every value becomes what its kind says. */
#ifndef COMPOSE_CANON_H
#define COMPOSE_CANON_H

#include "compose/schema/walk.h"

enum {
	CANON_LENIENT = 1 << 0,   /* short forms that cannot be parsed stay as they are (--no-interpolate) */
	CANON_NO_LIMITS = 1 << 1, /* ranges of ports may become any number of entries */
};

/* Short forms to long forms, in place, for a whole file (also one that `extends` reads); registry-style keys
 * move to x-flow. Returns -1 with all findings. */
int canon_tree(struct arena *arena, struct node *tree, unsigned flags, struct errors *errors);

/* Every value in the form of its kind, once the project is complete: durations in nanoseconds, sizes in
 * bytes, environment and labels as mappings, commands as lists. Returns -1 with all findings. */
int canon_decode(struct arena *arena, struct node *tree, struct errors *errors);

/* The short form of one attribute's value to its long form, in place: for merging what is not canonical yet.
 */
int canon_short(struct walk *walk, const struct attr *attr, struct node **node);

#endif
