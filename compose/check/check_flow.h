/* What x-flow.dependencies say that no run could keep; docker compose does not read them, so `config` only
 * warns. */
#ifndef COMPOSE_CHECK_FLOW_H
#define COMPOSE_CHECK_FLOW_H

#include "compose/tree/node.h"

/* Warns of cycles, those with depends_on, too; and, unless `applications` may have names of others, of names
 * that are no service. `tree` and `disabled` as of check_project, which has found no cycle. */
void check_flow_warn(struct arena *arena, const struct node *tree, const struct node *disabled,
	bool applications, struct errors *errors);

#endif
