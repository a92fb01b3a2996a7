/* What providers have told services before, as the containers of these have it: for who plans without asking.
 */
#ifndef ENGINE_TOLD_H
#define ENGINE_TOLD_H

#include "base/text/texts.h"
#include "graph/plan/observed.h"

struct cJSON;
struct engine;

struct told {
	/* Set by the caller. */
	const struct service *service; /* depends on services with a provider */
	struct texts providers;        /* the keys of these */

	/* Results. */
	const struct observed_container
		*seen;          /* its latest container; NULL: there is none, nothing is known */
	struct texts variables; /* NAME=VALUE, as that has them */
};

/* Asks for the latest container of each service, all at the same time. What cannot be had is not known: no
 * finding. Texts are the arena's. */
void told_recall(struct arena *arena, struct engine *engine, const struct observed *seen, struct told *told,
	size_t count);

/* Of that the reading of one answer, with told->seen: the variables that its label docker-flow.provided
 * names; of a container without it, which another tool has made, those that begin with the name of a
 * provider, as DB_ of db, and are not the file's. */
void told_read(struct arena *arena, struct told *told, const struct cJSON *container);

#endif
