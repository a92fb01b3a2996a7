#include "compose/model/model.h"

#include <string.h>

struct service *project_service(const struct project *project, const char *key)
{
	if (project->by_key)
		return map_get(project->by_key, key);
	for (size_t i = 0; i < project->nservices; i++) {
		if (!strcmp(project->services[i]->key, key))
			return project->services[i];
	}
	return NULL;
}

struct network *project_network(const struct project *project, const char *key)
{
	if (project->network_by_key)
		return map_get(project->network_by_key, key);
	for (size_t i = 0; i < project->nnetworks; i++) {
		if (!strcmp(project->networks[i]->key, key))
			return project->networks[i];
	}
	return NULL;
}

struct volume *project_volume(const struct project *project, const char *key)
{
	if (project->volume_by_key)
		return map_get(project->volume_by_key, key);
	for (size_t i = 0; i < project->nvolumes; i++) {
		if (!strcmp(project->volumes[i]->key, key))
			return project->volumes[i];
	}
	return NULL;
}

const char *service_image(struct arena *arena, const struct service *service)
{
	if (service->image)
		return service->image;
	const struct project *project = service->project;
	return arena_printf(arena, "%s%s%s", project->name, project->separator, service->key);
}

const char *service_port_path(struct arena *arena, const struct service *service, size_t index)
{
	size_t flow = service->ports[index]->flow;
	return flow ? arena_printf(arena, "x-flow.ports[%zu]", flow - 1)
		    : arena_printf(arena, "ports[%zu]", index);
}

const struct file_source *service_file_source(const struct service *service, bool secret, const char *key)
{
	const struct project *project = service->project;
	struct file_source *const *sources = secret ? project->secrets : project->configs;
	size_t count = secret ? project->nsecrets : project->nconfigs;
	for (size_t i = 0; i < count; i++)
		if (strcmp(sources[i]->key, key) == 0)
			return sources[i];
	return NULL;
}

const char *service_platform(const struct service *service)
{
	const struct map *env = service->project ? service->project->env : NULL;
	const char *platform = env ? map_get(env, "DOCKER_DEFAULT_PLATFORM") : NULL;
	if (service->platform && *service->platform)
		return service->platform;
	return platform && *platform ? platform : NULL;
}

int64_t service_scale(const struct service *service)
{
	if (service->provider)
		return 0;
	if (service->scale.set)
		return service->scale.value;
	if (service->deploy && service->deploy->replicas.set)
		return service->deploy->replicas.value;
	return 1;
}

const char *service_container_name(struct arena *arena, const struct service *service, int64_t number)
{
	if (service->container_name)
		return service->container_name;
	const struct project *project = service->project;
	return arena_printf(arena, "%s%s%s%s%lld", project->name, project->separator, service->key,
		project->separator, (long long)number);
}

const struct volume *service_volume(const struct service *service, const struct mount *mount)
{
	if (!mount->type || strcmp(mount->type, "volume") || !mount->source)
		return NULL;
	return project_volume(service->project, mount->source);
}

const char *condition_name(enum condition condition)
{
	static const char *const names[] = { [CONDITION_STARTED] = "started",
		[CONDITION_HEALTHY] = "healthy",
		[CONDITION_COMPLETED] = "completed" };
	return names[condition];
}
