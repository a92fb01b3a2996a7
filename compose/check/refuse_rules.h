/* What refuse.h says of several attributes together, which no row can hold. The walk stands at the entry. */
#ifndef COMPOSE_REFUSE_RULES_H
#define COMPOSE_REFUSE_RULES_H

#include "compose/schema/walk.h"

/* Contradictions within a service. `tree` is the project's, for the networks it joins. */
void refuse_rules_service(struct walk *walk, const struct node *tree, const struct node *service);

/* A volume of the driver `local` by a name that it does not take. */
void refuse_rules_volume(struct walk *walk, const struct node *volume);

/* A secret or config of a file that is not there. A path that was not resolved is left to who does. */
void refuse_rules_file(struct walk *walk, const struct node *entry);

/* A network of the project by a name that engines keep for their own. */
void refuse_rules_network(struct walk *walk, const struct node *network);

#endif
