/* `config --explain`: where a value or a variable comes from, and what it overrode. */
#ifndef COMPOSE_EXPLAIN_H
#define COMPOSE_EXPLAIN_H

#include "compose/load/load.h"

#include <stdio.h>

/* What is asked, and what was loaded. */
struct explain {
	FILE *out;
	struct arena *arena;
	const struct project *project; /* loaded with no_env_resolution: env files are looked into here */
	const struct sources *sources; /* of that load */
	const struct map *scopes;      /* likewise (load_options.scopes) */
	const struct map *os_env;
	const char *cwd;
};

/* Prints the value at `what` (services.web.image, services.web.ports[1]) or of the variable of that name, the
 * places that set it with the one that counts, and the variables in it. Returns 0, or -1 when there is no
 * such path and no such variable. */
int explain_print(const struct explain *explain, const char *what, struct errors *errors);

#endif
