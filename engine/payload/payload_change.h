/* What of a container becomes otherwise when it is made anew: the body of its creation beside what the engine
 * tells of the one that is there. Pure. */
#ifndef ENGINE_PAYLOAD_CHANGE_H
#define ENGINE_PAYLOAD_CHANGE_H

#include "graph/plan/plan.h"

struct cJSON;
struct map;

struct change_options {
	bool show_values;              /* nothing is masked */
	const struct service *service; /* names the networks that the body cannot; NULL: it names them all */
	const struct map
		*variables; /* values that variables have brought into the files (struct project); or NULL */
};

/* The attributes that differ, by the names that compose files give them. `body` is that of POST
 * /containers/create; `there` the answer of GET /containers/ID/json; `image` that of GET /images/ID/json for
 * the old container's image, or NULL: what it may have from there is left out. What the engine itself sets
 * when nothing is asked for is no change. Masked are values of the environment, and in free texts (commands,
 * labels, options, …) what the environment or a variable has, and what secret_masked finds. Texts are the
 * arena's. */
void payload_changes(struct arena *arena, const struct cJSON *body, const struct cJSON *there,
	const struct cJSON *image, const struct change_options *options, struct step_create *to);

#endif
