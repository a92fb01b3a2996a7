/* What `build` would do as a file of docker buildx bake, in docker compose 2.40's form. */
#ifndef CMD_BAKE_H
#define CMD_BAKE_H

#include "graph/images/images.h"

#include <stdio.h>

/* Prints the plan of `build` for the services selected: a target each, and the group "default" of them all.
 * Returns 0. */
int bake_print(FILE *out, struct arena *arena, const struct dag *dag, const struct build_options *options,
	struct errors *errors);

#endif
