/* Builds small models in memory, for tests of the graph floor that need no file. */
#ifndef TESTS_GRAPH_MODEL_H
#define TESTS_GRAPH_MODEL_H

#include "graph/dag/dag.h"

#include <string.h>

/* Returns an empty project of that name. */
static inline struct project *model_project(struct arena *arena, const char *name)
{
	struct project *project = ARENA_NEW(arena, struct project);
	project->name = name;
	project->separator = "-";
	project->dir = "/srv";
	return project;
}

/* Adds a service `key`, waiting for `needs`: "db:healthy cache:started:optional job:completed:restart". */
static inline struct service *model_service(
	struct arena *arena, struct project *project, const char *key, const char *needs)
{
	struct service *service = ARENA_NEW(arena, struct service);
	service->key = key;
	service->project = project;
	service->image = "app:1";
	service->at = (struct mark){ "compose.yaml", (unsigned)project->nservices * 10 + 2, 3 };
	*ARENA_PUSH(arena, project->services, project->nservices) = service;
	unsigned line = service->at.line;
	for (char *rest = arena_strdup(arena, needs), *word; (word = strsep(&rest, " "));) {
		if (!*word)
			continue;
		struct dependency *dependency = ARENA_NEW(arena, struct dependency);
		dependency->required = !strstr(word, ":optional");
		dependency->restart = strstr(word, ":restart") != NULL;
		if (strstr(word, ":healthy"))
			dependency->condition = CONDITION_HEALTHY;
		else if (strstr(word, ":completed"))
			dependency->condition = CONDITION_COMPLETED;
		dependency->key = strsep(&word, ":");
		dependency->at = (struct mark){ "compose.yaml", ++line, 9 };
		*ARENA_PUSH(arena, service->depends_on, service->ndepends_on) = dependency;
	}
	return service;
}

/* The x-flow part of a service, made on first use. */
static inline struct flow_service *model_flow(struct arena *arena, struct service *service)
{
	if (!service->flow)
		service->flow = ARENA_NEW(arena, struct flow_service);
	return service->flow;
}

/* Adds a name to x-flow.dependencies. */
static inline void model_flow_needs(struct arena *arena, struct service *service, const char *name)
{
	struct flow_service *flow = model_flow(arena, service);
	*ARENA_PUSH(arena, flow->dependencies, flow->ndependencies) = name;
}

#endif
