/* Which volumes of a project outlive its `down -v`. */
#ifndef GRAPH_TEARDOWN_VOLUME_H
#define GRAPH_TEARDOWN_VOLUME_H

#include "graph/up/reconcile.h"

/* Whether the volume, labelled as the project's, stays: one that is external or a cache, and, where there is
 * a file, one that no active service of it uses (docker compose leaves those, too). *ret_why is what to say
 * of the latter, arena's; else NULL. */
bool teardown_volume_stays(struct arena *arena, const struct teardown_scope *scope, const char *project_name,
	const struct observed_volume *seen, const char **ret_why);

#endif
