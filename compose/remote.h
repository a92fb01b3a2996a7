/* Files of repositories, named by `include` and `extends`. */
#ifndef COMPOSE_REMOTE_H
#define COMPOSE_REMOTE_H

#include "compose/layer.h"
#include "compose/node.h"

/* *ret_path: the compose file in a local copy of the repository that `name` names (git URLs, github.com/…),
 * or NULL when it names a local file. Returns 0, or -1 when it cannot be had, as for oci:// references. */
int remote_path(struct layer *layer, const struct node *name, const char *key, const char **ret_path);

#endif
