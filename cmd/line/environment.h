/* The process environment. */
#ifndef CMD_ENVIRONMENT_H
#define CMD_ENVIRONMENT_H

#include "base/map.h"

/* The variables, name → text (the environment's own). What the docker CLI (28) puts into
 * OTEL_RESOURCE_ATTRIBUTES for its plugins, members `docker.cli.…`, is taken out before, for children, too:
 * it is not the user's, who may have the variable in an env file. */
struct map *environment_read(struct arena *arena);

#endif
