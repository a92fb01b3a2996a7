/* What the command line asks for, and everything that needs. */
#include "graph/dag/dag.h"

#include <fnmatch.h>
#include <string.h>

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

/* Reports a name that selects nothing. */
static void no_such_vertex(
	struct arena *arena, const struct dag *dag, const char *name, bool application, struct errors *errors)
{
	const char *kind = application ? "application" : "service";
	for (size_t p = 0; p < dag->nprojects; p++) {
		const struct project *project = dag->projects[p];
		for (size_t i = 0; i < project->nservices; i++) {
			const struct service *service = project->services[i];
			if (!service->disabled || strcmp(service->key, name))
				continue;
			error_add(errors, ERROR_USAGE, NULL, NULL, "%s \"%s\" is in no active profile", kind,
				name);
			if (service->nprofiles)
				error_hint(errors, "activate it with --profile %s", service->profiles[0]);
			return;
		}
	}
	error_add(errors, ERROR_USAGE, NULL, NULL,
		is_pattern(name) ? "no %s matches \"%s\"" : "no such %s: %s", kind, name);
	const char **keys = ARENA_ARRAY(arena, const char *, dag->count + 1);
	size_t nkeys = 0;
	for (size_t i = 0; i < dag->count; i++) {
		if (!application || dag->vertices[i]->service->application)
			keys[nkeys++] = dag->vertices[i]->service->key;
	}
	error_hint_names(errors, name, application ? "applications" : "services", keys, nkeys);
}

/* Marks what a name or pattern means. A pattern means services of the file, or applications when asked for.
 */
static void select_name(
	struct arena *arena, const struct dag *dag, const char *name, bool application, struct errors *errors)
{
	struct dag_vertex *vertex = dag_find(dag, name);
	bool found = vertex && (!application || vertex->service->application);
	if (found)
		vertex->named = true;
	for (size_t i = 0; !vertex && is_pattern(name) && i < dag->count; i++) {
		struct dag_vertex *each = dag->vertices[i];
		if (each->service->application != application || fnmatch(name, each->service->key, 0))
			continue;
		each->named = found = true;
	}
	if (!found)
		no_such_vertex(arena, dag, name, application, errors);
}

/* Without names: all services of the file, or all applications when there is nothing else. */
static void select_all(struct dag *dag)
{
	bool services = false;
	for (size_t i = 0; i < dag->count; i++)
		services |= !dag->vertices[i]->service->application;
	for (size_t i = 0; i < dag->count; i++)
		dag->vertices[i]->named = !services || !dag->vertices[i]->service->application;
}

int dag_select(
	struct arena *arena, struct dag *dag, const struct dag_selection *selection, struct errors *errors)
{
	size_t before = errors->count;
	for (size_t i = 0; i < selection->nservices; i++)
		select_name(arena, dag, selection->services[i], false, errors);
	for (size_t i = 0; i < selection->napplications; i++)
		select_name(arena, dag, selection->applications[i], true, errors);
	if (errors->count > before)
		return -1;
	if (!selection->nservices && !selection->napplications)
		select_all(dag);
	/* Dependents come after their dependencies in the order, so one pass from the end finds the closure.
	 */
	for (size_t i = dag->count; i-- > 0;) {
		struct dag_vertex *vertex = dag->sorted[i];
		vertex->selected |= vertex->named;
		if (!vertex->selected)
			continue;
		for (size_t e = 0; e < vertex->nedges; e++) {
			struct dag_vertex *to = vertex->edges[e].to;
			if (!selection->no_deps)
				to->selected = true;
			if (vertex->edges[e].condition == CONDITION_COMPLETED)
				to->awaited = true;
		}
	}
	return 0;
}

void dag_drop(const struct dag *dag, struct dag_vertex *vertex)
{
	vertex->selected = false;
	vertex->dropped = true;
	/* Dependents come after their dependencies in the order. */
	for (size_t i = vertex->order + 1; i < dag->count; i++) {
		struct dag_vertex *later = dag->sorted[i];
		for (size_t e = 0; later->selected && e < later->nedges; e++) {
			if (!later->edges[e].required || !later->edges[e].to->dropped)
				continue;
			later->selected = false;
			later->dropped = true;
		}
	}
}
