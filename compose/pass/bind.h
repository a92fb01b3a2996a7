/* The decoded canonical tree as typed model, by the offsets in the rows. */
#ifndef COMPOSE_BIND_H
#define COMPOSE_BIND_H

#include "compose/model/model.h"

/* Fills services, networks, volumes, secrets, configs and x-flow of `project`, whose name, dir, tree,
 * disabled, env and separator are set already. Returns -1 with all findings. */
int bind_project(struct arena *arena, struct project *project, struct errors *errors);

#endif
