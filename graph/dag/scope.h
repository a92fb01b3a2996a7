/* What a command works on: projects and the graph of their services. Plain data. */
#ifndef GRAPH_SCOPE_H
#define GRAPH_SCOPE_H

#include "base/text/texts.h"
#include "graph/dag/dag.h"

struct scope {
	const char *name;              /* of the compose project; NULL when there are only applications */
	const struct project *project; /* NULL: no compose file was read */
	const struct project *applications; /* of the registries; NULL without one */
	const struct project **projects;    /* both, as far as there */
	size_t nprojects;
	struct dag *dag; /* NULL: only a name is known */
};

/* Names of the scope's compose projects, for queries, events and locks. */
struct texts scope_names(struct arena *arena, const struct scope *scope);

/* The vertex of a service that this run has selected, or NULL: not of the scope, of another project of the
 * same key, or not selected. Both names may be NULL. */
const struct dag_vertex *scope_selected(const struct scope *scope, const char *project, const char *service);

#endif
