/* Identity of list items: functions of the rows' `key` member. They see short and long forms. NULL: the item
 * has no identity. */
#ifndef COMPOSE_UNIQUE_H
#define COMPOSE_UNIQUE_H

#include "compose/tree/node.h"

/* Text before the first `=`, the whole text without one. */
const char *unique_name(struct arena *arena, const struct node *item);

/* The text itself. */
const char *unique_text(struct arena *arena, const struct node *item);

/* host_ip:published:target/protocol of a port. */
const char *unique_port(struct arena *arena, const struct node *item);

/* Target of a volume, device, secret or config. */
const char *unique_mount(struct arena *arena, const struct node *item);
const char *unique_device(struct arena *arena, const struct node *item);
const char *unique_secret(struct arena *arena, const struct node *item);
const char *unique_config(struct arena *arena, const struct node *item);

/* Port in the container of a registry-style port. */
const char *unique_internal(struct arena *arena, const struct node *item);

/* Path of an env file. */
const char *unique_path(struct arena *arena, const struct node *item);

#endif
