/* The labels docker-flow.inputs that the selected services should have. */
#include "cmd/open/project.h"
#include "engine/payload/service_files.h"
#include "graph/up/inputs.h"

const struct map *scope_inputs(struct ctx *ctx, const struct scope *scope, const struct observed *seen)
{
	struct map *inputs = map_create(ctx->arena);
	for (size_t i = 0; scope->dag && i < scope->dag->count; i++) {
		const struct dag_vertex *vertex = scope->dag->vertices[i];
		struct inputs_file *files;
		size_t count;
		if (!vertex->selected)
			continue;
		service_files_inputs(ctx->arena, vertex->service, &files, &count);
		map_set(inputs, vertex->service->key,
			(void *)inputs_digest(ctx->arena, vertex, files, count, seen));
	}
	return inputs;
}
