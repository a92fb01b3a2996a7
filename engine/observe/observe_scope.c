#include "engine/observe/observe.h"

#include <string.h>

/* Engine names of what the service uses. */
static void add_used(
	struct arena *arena, const struct service *service, struct texts *networks, struct texts *volumes)
{
	const struct project *project = service->project;
	for (size_t i = 0; i < service->nnetworks; i++) {
		const struct network *network = project_network(project, service->networks[i]->key);
		if (network)
			texts_add_once(arena, networks, network->name);
	}
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		const struct volume *volume = mount->source && strcmp(mount->type, "volume") == 0
						      ? project_volume(project, mount->source)
						      : NULL;
		if (volume)
			texts_add_once(arena, volumes, volume->name);
	}
}

/* Engine names of all that the project declares. */
static void add_declared(
	struct arena *arena, const struct project *project, struct texts *networks, struct texts *volumes)
{
	for (size_t i = 0; project && i < project->nnetworks; i++)
		texts_add_once(arena, networks, project->networks[i]->name);
	for (size_t i = 0; project && i < project->nvolumes; i++)
		texts_add_once(arena, volumes, project->volumes[i]->name);
}

struct observe_query observe_scope(struct arena *arena, const struct scope *scope, bool by_label)
{
	struct texts names = scope_names(arena, scope), networks = { 0 }, volumes = { 0 };
	for (size_t i = 0; !by_label && scope->dag && i < scope->dag->count; i++)
		if (scope->dag->vertices[i]->selected)
			add_used(arena, scope->dag->vertices[i]->service, &networks, &volumes);
	if (!by_label && scope->all_resources)
		add_declared(arena, scope->project, &networks, &volumes);
	return (struct observe_query){
		.projects = names.items,
		.nprojects = names.count,
		.networks = networks.items,
		.nnetworks = networks.count,
		.volumes = volumes.items,
		.nvolumes = volumes.count,
		.by_label = by_label || !scope->dag,
	};
}
