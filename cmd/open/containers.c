#include "cmd/open/containers.h"
#include "base/text/text.h"
#include "cmd/open/connect.h"
#include "cmd/open/project.h"
#include "engine/drive/drive.h"

#include <stdlib.h>
#include <string.h>

bool containers_has(const struct scope *scope, const struct observed_container *container)
{
	if (!container->project)
		return false;
	if (text_is(scope->name, container->project))
		return true;
	const struct dag_vertex *vertex =
		scope->dag && container->service ? dag_find(scope->dag, container->service) : NULL;
	return vertex && vertex->selected && strcmp(vertex->service->project->name, container->project) == 0;
}

int containers_open(struct ctx *ctx, const char *const *services, size_t nservices, struct scope *ret_scope)
{
	struct scope_wish wish = { .name_is_enough = true,
		.selection = { .services = services, .nservices = nservices, .looking = true } };
	return scope_open(ctx, &wish, ret_scope) < 0 ? -1 : connect_engine(ctx);
}

static int containers_by_name(const void *a, const void *b)
{
	const struct observed_container *const *one = a, *const *other = b;
	return strcmp((*one)->name, (*other)->name);
}

int containers_look(struct ctx *ctx, bool all, struct containers *ret_containers)
{
	const struct scope *scope = &ret_containers->scope;
	struct drive drive = {
		.engine = ctx->engine, .arena = ctx->arena, .scratch = ctx->arena, .scope = scope
	};
	struct observed *seen = drive_containers(&drive, &ctx->errors);
	if (!seen)
		return -1;
	struct containers list = { .scope = *scope, .items = seen->containers };
	for (size_t i = 0; i < seen->ncontainers; i++) {
		struct observed_container *container = seen->containers[i];
		if (containers_has(scope, container) && (all || container_state_runs(container->state)) &&
			scope_means(scope, container->service))
			list.items[list.count++] = container;
	}
	if (list.count)
		qsort(list.items, list.count, sizeof *list.items, containers_by_name);
	*ret_containers = list;
	return 0;
}

int containers_read(struct ctx *ctx, const char *const *services, size_t nservices, bool all,
	struct containers *ret_containers)
{
	return containers_open(ctx, services, nservices, &ret_containers->scope) < 0
		       ? -1
		       : containers_look(ctx, all, ret_containers);
}
