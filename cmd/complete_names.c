/* Names that stand in the project. Nothing is fetched and no engine is asked: a <TAB> must not wait. */
#include "cmd/complete_names.h"
#include "cmd/open/project.h"

static const struct project *complete_load(struct ctx *ctx, struct errors *ignored)
{
	struct load_options options = project_options(ctx, NULL);
	struct project *project;
	options.fetch = NULL;
	options.no_consistency = true;
	if (load_project(ctx->arena, &options, &ctx->sources, &project, ignored) < 0)
		return NULL;
	return project;
}

static void add_applications(struct ctx *ctx, const struct project *project, struct texts *names)
{
	struct registry *registry;
	const struct map_entry *entry;
	size_t at = 0;
	if (project_registry(ctx, project, NULL, &registry) < 0 || !registry)
		return;
	while ((entry = map_next(&registry->apps, &at)))
		texts_add(ctx->arena, names, entry->key);
}

struct texts complete_names(struct ctx *ctx, enum value_kind kind)
{
	struct errors ignored;
	struct texts names = { 0 };
	errors_init(&ignored, ctx->arena);
	const struct project *project = complete_load(ctx, &ignored);
	if (kind == VALUE_APPLICATION)
		add_applications(ctx, project, &names);
	for (size_t i = 0; project && i < project->nservices; i++) {
		const struct service *service = project->services[i];
		if (kind == VALUE_SERVICE || kind == VALUE_SCALE)
			texts_add(ctx->arena, &names, service->key);
		for (size_t p = 0; kind == VALUE_PROFILE && p < service->nprofiles; p++)
			texts_add(ctx->arena, &names, service->profiles[p]);
	}
	return names;
}
