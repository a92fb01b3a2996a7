#include "graph/dag/scope.h"

#include "base/text/text.h"

struct texts scope_names(struct arena *arena, const struct scope *scope)
{
	struct texts names = { 0 };
	if (scope->name && (scope->project || !scope->applications))
		texts_add(arena, &names, scope->name);
	if (scope->applications)
		texts_add(arena, &names, scope->applications->name);
	return names;
}

bool scope_means(const struct scope *scope, const char *service)
{
	return !scope->services.count ||
	       (service && text_among(service, scope->services.items, scope->services.count));
}

const struct dag_vertex *scope_selected(const struct scope *scope, const char *project, const char *service)
{
	const struct dag_vertex *vertex = dag_find_in(scope->dag, project, service);
	return vertex && vertex->selected ? vertex : NULL;
}
