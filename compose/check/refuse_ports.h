/* Host ports that two containers of the files, or one twice, would publish. Part of refuse.h. */
#ifndef COMPOSE_REFUSE_PORTS_H
#define COMPOSE_REFUSE_PORTS_H

#include "base/map.h"
#include "compose/schema/walk.h"

/* What the services publish that are to get containers. The walk stands at the root. */
struct refuse_ports {
	struct walk *walk;
	struct map taken; /* "80/tcp" → who publishes it; "80/tcp 127.0.0.1" → of that address */
	struct map ends;  /* services whose end others wait for: they have left when those begin */
};

/* Makes one without services; `arena` of the walk. */
void refuse_ports_init(struct refuse_ports *ports, struct walk *walk);

/* Notes whose ends the service waits for: of all services before the first refuse_ports_add. */
void refuse_ports_order(struct refuse_ports *ports, const struct node *service);

/* Adds findings for the fixed ports of the service that are taken. A range is the engine's choice, as is a
 * port without one of the host; addresses and protocols that differ do not meet, and a service with the
 * network of somebody else publishes nothing. */
void refuse_ports_add(struct refuse_ports *ports, const char *key, const struct node *service);

#endif
