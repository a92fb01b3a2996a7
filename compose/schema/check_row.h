/* Functions of the rows' `check` member: what a canonical value must meet beyond its kind. Each returns 0, or
 * -1 with a finding. */
#ifndef COMPOSE_CHECK_ROW_H
#define COMPOSE_CHECK_ROW_H

#include "compose/schema/walk.h"

/* IPv4 or IPv6 literal. */
int check_ip(struct walk *walk, const struct attr *attr, struct node *node);

/* A container name holds at least two characters that the engine allows. */
int check_container_name(struct walk *walk, const struct attr *attr, struct node *node);

/* A pull policy is one of the known words. */
int check_pull_policy(struct walk *walk, const struct attr *attr, struct node *node);

/* A text that must not be empty. */
int check_not_empty(struct walk *walk, const struct attr *attr, struct node *node);

#endif
