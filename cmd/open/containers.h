/* The containers that a command lists: of the project, and of the applications that its services need. */
#ifndef CMD_CONTAINERS_H
#define CMD_CONTAINERS_H

#include "cmd/line/cmd.h"
#include "graph/dag/scope.h"
#include "graph/plan/observed.h"

struct containers {
	struct scope scope;
	struct observed_container **items; /* in order of name */
	size_t count;
};

/* Whether the container is one of the scope's. */
bool containers_has(const struct scope *scope, const struct observed_container *container);

/* Opens the project that the command line means, by its files or by its name, and connects; `services` are
 * named on the command line. Returns 0, or -1 with findings. */
int containers_open(struct ctx *ctx, const char *const *services, size_t nservices, struct scope *ret_scope);

/* Asks the engine for the containers of the opened `ret_containers->scope`: those of the services that are
 * meant, `all` or only those that run. Returns 0, or -1 with findings. */
int containers_look(struct ctx *ctx, bool all, struct containers *ret_containers);

/* Both. */
int containers_read(struct ctx *ctx, const char *const *services, size_t nservices, bool all,
	struct containers *ret_containers);

#endif
