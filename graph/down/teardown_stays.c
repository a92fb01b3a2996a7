#include "graph/down/teardown_stays.h"
#include "base/text/text.h"

#include <string.h>

/* Whether the service of a container of the project is in the file, with or without an active profile. */
static bool is_service_in_file(const struct dag *dag, const char *project, const char *service)
{
	for (size_t p = 0; service && p < dag->nprojects; p++) {
		if (!text_is(dag->projects[p]->name, project))
			continue;
		for (size_t i = 0; i < dag->projects[p]->nservices; i++) {
			if (!strcmp(dag->projects[p]->services[i]->key, service))
				return true;
		}
	}
	return false;
}

/* The service of a planned project whose provider has made the container, or NULL. */
static const struct service *provider_of(
	const struct teardown_scope *scope, const struct observed_container *seen)
{
	const struct service *service = NULL;
	for (size_t p = 0; scope->dag && !service && p < scope->dag->nprojects; p++)
		service = observed_provider(scope->dag->projects[p], seen);
	return service;
}

const struct service *teardown_asked(const struct teardown_scope *scope,
	const struct teardown_options *options, const struct observed_container *seen)
{
	const struct service *service = options->asks_providers ? provider_of(scope, seen) : NULL;
	const struct dag_vertex *vertex = service ? dag_vertex(scope->dag, service) : NULL;
	return vertex && vertex->selected ? service : NULL;
}

/* Whether no active profile has the container's service, nor anybody who needs it. */
static bool is_switched_off(const struct dag *dag, const struct observed_container *seen)
{
	const struct dag_vertex *vertex = dag ? dag_find_in(dag, seen->project, seen->service) : NULL;
	return vertex && vertex->service->disabled && !vertex->selected;
}

const char *teardown_stays(struct arena *arena, const struct teardown_scope *scope,
	const struct teardown_options *options, const struct observed_container *seen)
{
	const char *service = seen->service ? seen->service : "unknown";
	bool in_file = !scope->dag || is_service_in_file(scope->dag, scope->project, seen->service);
	/* `start` and `restart` leave it alone, too; `down` is the end of the whole project. */
	if (options->extent != TEARDOWN_PROJECT && !scope->nnames && is_switched_off(scope->dag, seen))
		return "its profile is not active";
	if (!in_file && options->extent != TEARDOWN_PROJECT && provider_of(scope, seen))
		return "its provider has it";
	if (options->remove_orphans || seen->abandoned || (seen->hook && options->extent == TEARDOWN_PROJECT))
		return NULL;
	if (seen->oneoff && !options->oneoffs)
		return arena_printf(arena, "one-off container %s of service %s", seen->name, service);
	if (!in_file)
		return arena_printf(
			arena, "orphan container %s (service %s is not in the file)", seen->name, service);
	return NULL;
}
