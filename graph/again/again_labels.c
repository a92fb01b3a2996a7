/* A project without its file. */
#include "base/text/text.h"
#include "base/text/texts.h"
#include "graph/again/again.h"

#include <string.h>

/* Engine label com.docker.compose.depends_on. */
static enum condition condition_of(const char *word)
{
	if (text_is(word, "service_healthy"))
		return CONDITION_HEALTHY;
	if (text_is(word, "service_completed_successfully"))
		return CONDITION_COMPLETED;
	return CONDITION_STARTED;
}

/* One entry, `db:service_healthy:true`. */
static struct dependency *read_dependency(struct arena *arena, const char *entry)
{
	struct texts parts = texts_split(arena, entry, ':');
	struct dependency *dependency = ARENA_NEW(arena, struct dependency);
	dependency->key = parts.items[0];
	dependency->condition = condition_of(parts.count > 1 ? parts.items[1] : NULL);
	dependency->restart = parts.count < 3 || text_is(parts.items[2], "true");
	dependency->required = true;
	return dependency;
}

static void read_dependencies(struct arena *arena, struct service *service, const char *label)
{
	struct texts entries = texts_split(arena, label ? label : "", ',');
	for (size_t i = 0; i < entries.count; i++)
		if (*entries.items[i])
			*ARENA_PUSH(arena, service->depends_on, service->ndepends_on) =
				read_dependency(arena, entries.items[i]);
}

const struct project *again_project(struct arena *arena, const char *name, const struct observed *seen)
{
	struct project *project = ARENA_NEW(arena, struct project);
	struct map known;
	map_init(&known, arena);
	project->name = name;
	project->separator = "-";
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		if (!text_is(container->project, name) || !container->service || container->oneoff ||
			map_has(&known, container->service))
			continue;
		struct service *service = ARENA_NEW(arena, struct service);
		service->key = container->service;
		service->project = project;
		read_dependencies(arena, service, observed_label(container, "com.docker.compose.depends_on"));
		map_set(&known, service->key, service);
		*ARENA_PUSH(arena, project->services, project->nservices) = service;
	}
	return project;
}
