/* Addresses that two containers of the files would have on one network. Part of refuse.h. */
#ifndef COMPOSE_REFUSE_ADDRESSES_H
#define COMPOSE_REFUSE_ADDRESSES_H

#include "base/map.h"
#include "compose/schema/walk.h"

/* What the services ask for that are to get containers. The walk stands at the root. */
struct refuse_addresses {
	struct walk *walk;
	const struct map *ends; /* services whose end others wait for: they have left when those begin */
	struct map taken;       /* project, network and address → who has it */
};

/* Makes one without services; `ends` borrowed, as of refuse_ports.h. */
void refuse_addresses_init(struct refuse_addresses *addresses, struct walk *walk, const struct map *ends);

/* Adds findings for the fixed addresses of the service that are taken; `project` names whose networks it is
 * on.
 */
void refuse_addresses_add(
	struct refuse_addresses *addresses, const char *project, const char *key, const struct node *service);

#endif
