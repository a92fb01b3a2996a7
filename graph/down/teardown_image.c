/* The images that `down --rmi` is about. */
#include "base/text/text.h"
#include "graph/up/reconcile.h"

#include <string.h>

/* Whether the name is one that a build gives an image without a name of its own: PROJECT-SERVICE. */
static bool is_default_name(const char *image, const char *project, const char *service)
{
	size_t len = strlen(project);
	if (strncmp(image, project, len) || (image[len] != '-' && image[len] != '_'))
		return false;
	const char *rest = image + len + 1;
	size_t size = strlen(service);
	return !strncmp(rest, service, size) && (!rest[size] || !strcmp(rest + size, ":latest"));
}

static bool is_named(const struct teardown_scope *scope, const char *service)
{
	return !scope->nnames || text_among(service, scope->names, scope->nnames);
}

void reconcile_removable_images(struct arena *arena, const struct teardown_scope *scope, bool all,
	const char ***ret_references, size_t *ret_count)
{
	const struct dag *dag = scope->dag;
	const struct observed *seen = scope->seen;
	struct map found;
	map_init(&found, arena);
	for (size_t i = 0; dag && i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		if (strcmp(service->project->name, scope->project) || !is_named(scope, service->key))
			continue;
		if (all || (service->build && !service->image))
			map_set(&found, service_image(arena, service), "");
	}
	for (size_t i = 0; !dag && i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		if (!container->service || !is_named(scope, container->service))
			continue;
		if (all || is_default_name(container->image, scope->project, container->service))
			map_set(&found, container->image, "");
	}
	*ret_references = ARENA_ARRAY(arena, const char *, found.count + 1);
	*ret_count = 0;
	size_t at = 0;
	const struct map_entry *entry;
	while ((entry = map_next(&found, &at)))
		(*ret_references)[(*ret_count)++] = entry->key;
}
