#include "graph/down/teardown_volume.h"
#include "base/text/text.h"

static const struct project *planned_project(const struct dag *dag, const char *name)
{
	for (size_t p = 0; dag && p < dag->nprojects; p++)
		if (text_is(dag->projects[p]->name, name))
			return dag->projects[p];
	return NULL;
}

/* What the file declares under that name, or NULL. */
static const struct volume *declared(const struct project *project, const char *name)
{
	for (size_t i = 0; project && i < project->nvolumes; i++)
		if (text_is(project->volumes[i]->name, name))
			return project->volumes[i];
	return NULL;
}

/* External ones and caches outlive each project, whichever of the graph names them. */
static bool outlives_projects(const struct dag *dag, const struct observed_volume *seen)
{
	if (map_has(&seen->labels, "docker-flow.cache"))
		return true;
	for (size_t p = 0; dag && p < dag->nprojects; p++) {
		const struct volume *volume = declared(dag->projects[p], seen->name);
		if (volume && (volume->external || (volume->flow && volume->flow->cache)))
			return true;
	}
	return false;
}

/* Whether the teardown is about the service: one that is switched off is not, unless it is asked for. */
static bool is_meant(const struct teardown_scope *scope, const struct dag_vertex *vertex)
{
	const char *key = vertex->service->key;
	return (!vertex->service->disabled || vertex->selected) &&
	       (!scope->nnames || text_among(key, scope->names, scope->nnames)) &&
	       !text_among(key, scope->excepts, scope->nexcepts);
}

static bool is_used(const struct teardown_scope *scope, const struct volume *volume)
{
	for (size_t i = 0; i < scope->dag->count; i++) {
		const struct service *service = scope->dag->vertices[i]->service;
		for (size_t m = 0; m < service->nvolumes && is_meant(scope, scope->dag->vertices[i]); m++)
			if (service_volume(service, service->volumes[m]) == volume)
				return true;
	}
	return false;
}

bool teardown_volume_stays(struct arena *arena, const struct teardown_scope *scope, const char *project_name,
	const struct observed_volume *seen, const char **ret_why)
{
	const struct project *project = planned_project(scope->dag, project_name);
	*ret_why = NULL;
	if (outlives_projects(scope->dag, seen))
		return true;
	if (!project)
		return false;
	const struct volume *volume = declared(project, seen->name);
	if (volume && (scope->all_resources || is_used(scope, volume)))
		return false;
	if (!scope->nnames && !scope->nexcepts)
		*ret_why = arena_printf(arena,
			"volume %s stays: no active service of the file uses it (docker volume rm %s)",
			seen->name, seen->name);
	return true;
}
