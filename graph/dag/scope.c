#include "graph/dag/scope.h"

#include <string.h>

struct texts scope_names(struct arena *arena, const struct scope *scope)
{
	struct texts names = { 0 };
	if (scope->name && (scope->project || !scope->applications))
		texts_add(arena, &names, scope->name);
	if (scope->applications)
		texts_add(arena, &names, scope->applications->name);
	return names;
}

const struct dag_vertex *scope_selected(const struct scope *scope, const char *project, const char *service)
{
	const struct dag_vertex *vertex = scope->dag && service ? dag_find(scope->dag, service) : NULL;
	if (!vertex || !vertex->selected || !project || strcmp(vertex->service->project->name, project) != 0)
		return NULL;
	return vertex;
}
