/* What cannot work, whatever the engine: the rows' `refuse` functions and the rules between attributes, on
 * the decoded tree. Docker compose accepts and prints such values, so reading them is no error: `config`
 * warns, and a command that would make something of them refuses before it has changed anything. */
#ifndef COMPOSE_REFUSE_H
#define COMPOSE_REFUSE_H

#include "compose/model/model.h"

/* Warns of all there is in the services of the tree, and the networks and volumes; of secrets and configs
 * whose files are not there, too, which may still come. */
void refuse_warn(struct arena *arena, struct node *tree, struct errors *errors);

/* Refuses what is wrong with services that get containers, and with the networks and volumes they use.
 * No two of them, or one twice, may publish a port of the host, and no two may have one address. Returns -1
 * with all findings. */
int refuse_services(
	struct arena *arena, const struct service *const *services, size_t count, struct errors *errors);

/* What an option of the command line says, by the rule of the attribute that says the same: the name of a
 * container, a signal to it. NULL: nothing. The finding has `where`, the option, as its path. Returns -1 with
 * it. */
int refuse_container_name(struct arena *arena, const char *where, const char *name, struct errors *errors);
int refuse_container_signal(
	struct arena *arena, const char *where, const char *signal, struct errors *errors);

/* Refuses docker flow's own values (x-flow), wherever they stand: nothing else reads them. Returns -1 with
 * all findings. */
int refuse_flow(struct arena *arena, struct node *tree, struct errors *errors);

#endif
