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
	struct dag *dag;       /* NULL: only a name is known */
	struct texts services; /* that the command line means, by their keys; none: all */
	struct texts excepted; /* that it leaves out */
	bool all_resources;    /* networks and volumes of the file that no service uses belong to it, too */
};

/* Names of the scope's compose projects, for queries, events and locks. */
struct texts scope_names(struct arena *arena, const struct scope *scope);

/* Whether the service is one of those that the command line means. NULL is one only if all are meant. */
bool scope_means(const struct scope *scope, const char *service);

/* The vertex of a service that this run has selected, or NULL: not of the scope, of another project of the
 * same key, or not selected. Both names may be NULL. */
const struct dag_vertex *scope_selected(const struct scope *scope, const char *project, const char *service);

#endif
