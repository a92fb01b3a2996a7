#include "graph/plan/observed.h"

#include "base/text/text.h"

#include <string.h>

static const char *const state_names[] = {
	[CONTAINER_CREATED] = "created",
	[CONTAINER_RUNNING] = "running",
	[CONTAINER_PAUSED] = "paused",
	[CONTAINER_RESTARTING] = "restarting",
	[CONTAINER_EXITED] = "exited",
	[CONTAINER_REMOVING] = "removing",
	[CONTAINER_DEAD] = "dead",
};

struct observed_image *observed_image(const struct observed *seen, const char *reference)
{
	for (size_t i = 0; i < seen->nimages; i++) {
		if (!strcmp(seen->images[i]->reference, reference))
			return seen->images[i];
	}
	return NULL;
}

struct observed_network *observed_network(const struct observed *seen, const char *name)
{
	struct observed_network *found = NULL;
	for (size_t i = 0; i < seen->nnetworks; i++) {
		struct observed_network *network = seen->networks[i];
		if (strcmp(network->name, name))
			continue;
		if (network->project)
			return network;
		if (!found)
			found = network;
	}
	return found;
}

struct observed_volume *observed_volume(const struct observed *seen, const char *name)
{
	for (size_t i = 0; i < seen->nvolumes; i++) {
		if (!strcmp(seen->volumes[i]->name, name))
			return seen->volumes[i];
	}
	return NULL;
}

const struct observed_container *observed_called(const struct observed *seen, const char *name)
{
	enum { PRINTED = 12 };
	size_t len = strlen(name);
	for (; seen; seen = seen->others)
		for (size_t i = 0; i < seen->ncontainers; i++) {
			const struct observed_container *container = seen->containers[i];
			if (text_is(container->name, name) ||
				(len >= PRINTED && strncmp(container->id, name, len) == 0))
				return container;
		}
	return NULL;
}

bool observed_anonymous(const struct observed_mount *mount)
{
	return mount->name && strlen(mount->name) == 64 && strspn(mount->name, "0123456789abcdef") == 64;
}

bool observed_upload(const struct observed_container *container, const struct observed_mount *mount)
{
	const char *line = observed_label(container, "docker-flow.uploads"), *hash = container->config_hash;
	size_t len = mount->target ? strlen(mount->target) : 0, first = hash ? strlen(hash) : 0;
	if (!line || !len || !first || !observed_anonymous(mount) || strncmp(line, hash, first) != 0)
		return false;
	for (line += first; *line == '\n'; line += strcspn(line, "\n"))
		if (strncmp(++line, mount->target, len) == 0 && (!line[len] || line[len] == '\n'))
			return true;
	return false;
}

bool observed_older(const struct observed_network *a, const struct observed_network *b)
{
	int order = strcmp(a->created, b->created);
	return order ? order < 0 : strcmp(a->id, b->id) < 0;
}

const char *container_state_name(enum container_state state)
{
	return state_names[state];
}

enum container_state container_state_parse(const char *name)
{
	for (size_t i = 0; i < sizeof state_names / sizeof *state_names; i++) {
		if (name && !strcmp(state_names[i], name))
			return (enum container_state)i;
	}
	return CONTAINER_DEAD;
}

bool container_state_runs(enum container_state state)
{
	return state == CONTAINER_RUNNING || state == CONTAINER_RESTARTING || state == CONTAINER_PAUSED;
}

int container_exit_status(int64_t code)
{
	int last = (int)(code & 0xff);
	return code && !last ? 1 : last;
}

const char *observed_label(const struct observed_container *container, const char *name)
{
	for (size_t i = 0; i < container->nlabels; i++)
		if (strcmp(container->labels[i].key, name) == 0)
			return container->labels[i].value;
	return NULL;
}

const struct service *observed_provider(
	const struct project *project, const struct observed_container *container)
{
	const char *key = observed_label(container, "docker-flow.provider");
	if (!key || !container->project || strcmp(container->project, project->name) != 0 ||
		(project->provides && strcmp(project->provides, key) == 0))
		return NULL;
	const struct service *service = project_service(project, key);
	return service && service->provider ? service : NULL;
}

void observed_imagine(struct arena *arena, const struct project *project, struct observed *seen)
{
	for (size_t i = 0; i < project->nnetworks; i++) {
		if (!project->networks[i]->external)
			continue;
		struct observed_network *network = ARENA_NEW(arena, struct observed_network);
		network->id = network->name = project->networks[i]->name;
		map_init(&network->labels, arena);
		*ARENA_PUSH(arena, seen->networks, seen->nnetworks) = network;
	}
	for (size_t i = 0; i < project->nvolumes; i++) {
		if (!project->volumes[i]->external)
			continue;
		struct observed_volume *volume = ARENA_NEW(arena, struct observed_volume);
		volume->name = project->volumes[i]->name;
		map_init(&volume->labels, arena);
		*ARENA_PUSH(arena, seen->volumes, seen->nvolumes) = volume;
	}
}
