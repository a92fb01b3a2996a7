#include "base/text/text.h"
#include "base/text/texts.h"
#include "compose/tree/image_name.h"
#include "graph/images/freshness.h"
#include "graph/images/images.h"
#include "graph/plan/hooks.h"

#include <string.h>

struct pulling {
	struct arena *arena;
	const struct pull_options *options;
	struct plan *plan;
	struct map there;    /* references of images that are there */
	struct map by_image; /* reference and platform → the step that pulls it */
};

/* The policy that holds for a service. */
static const char *pull_policy(const struct service *service, const struct pull_options *options)
{
	const char *own = service->pull_policy ? service->pull_policy : "always";
	return options->policy ? options->policy : own;
}

static bool only_missing(const char *policy)
{
	return text_is(policy, "missing") || text_is(policy, "if_not_present");
}

/* Why nothing is pulled for the service; NULL: its image is pulled. */
static const char *pull_skips(const struct pulling *pulling, const struct service *service)
{
	const char *policy = pull_policy(service, pulling->options);
	if (!service->image)
		return "No image to be pulled";
	if (text_is(policy, "never") || text_is(policy, "build"))
		return arena_printf(pulling->arena, "The pull policy is %s", policy);
	/* docker compose 2.40, pkg/compose/pull.go: the latest of an image is never there */
	if (only_missing(policy) && map_has(&pulling->there, service->image) &&
		!image_name_latest(service->image))
		return "Image is already present locally";
	if (service->build && pulling->options->ignore_buildable)
		return "Image can be built";
	return NULL;
}

/* `quiet`: that nothing is pulled for it is not told. */
static void plan_pull(struct pulling *pulling, const struct service *service, bool quiet)
{
	const char *policy = pull_policy(service, pulling->options);
	const char *why = pull_skips(pulling, service);
	const char *key = arena_printf(pulling->arena, "%s %s", service->image ? service->image : "",
		service->platform ? service->platform : "");
	struct step *step = why ? NULL : map_get(&pulling->by_image, key);
	if (step)
		why = arena_printf(pulling->arena, "Image is already being pulled by %s", step->service->key);
	if (why && !quiet)
		plan_note(pulling->plan, "service %s: Skipped - %s", service->key, why);
	if (why && !step)
		return;
	if (!step) {
		bool missing = only_missing(policy) && !map_has(&pulling->there, service->image);
		step = plan_add(pulling->plan, OP_IMAGE_PULL, service->image, missing ? "not there" : NULL);
		step->service = service;
		step->may_fail = pulling->options->ignore_failures;
		map_set(&pulling->by_image, key, step);
	}
	step->image.dated |= service->pull_policy && freshness_of(service->pull_policy) > 0;
}

/* Whether a service of this run builds the image, and has no other name for it to be pulled by. */
static bool is_only_built(struct arena *arena, const struct dag *dag, const char *image)
{
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		if (service->build && !service->image && text_is(image, service_image(arena, service)))
			return true;
	}
	return false;
}

void images_pull_looks(struct arena *arena, const struct dag *dag, const struct pull_options *options,
	const char ***ret_references, size_t *ret_count)
{
	struct texts references = { 0 };
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->vertices[i];
		const struct service *service = vertex->service;
		if (!vertex->selected)
			continue;
		if (service->image && only_missing(pull_policy(service, options)))
			texts_add_once(arena, &references, service->image);
		for (size_t h = 0; h < service->npre_start; h++)
			if (service->pre_start[h]->image &&
				only_missing(pull_policy(hook_service(arena, service, h), options)))
				texts_add_once(arena, &references, service->pre_start[h]->image);
	}
	*ret_references = references.items;
	*ret_count = references.count;
}

struct plan *images_pull(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct pull_options *options)
{
	struct pulling pulling = { .arena = arena, .options = options, .plan = plan_create(arena) };
	map_init(&pulling.there, arena);
	map_init(&pulling.by_image, arena);
	for (size_t i = 0; i < seen->nimages; i++)
		if (seen->images[i]->id)
			map_set(&pulling.there, seen->images[i]->reference, seen->images[i]);
	for (size_t i = 0; i < dag->count; i++)
		if (dag->vertices[i]->selected)
			plan_pull(&pulling, dag->vertices[i]->service, false);
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		for (size_t h = 0; dag->vertices[i]->selected && h < service->npre_start; h++)
			if (service->pre_start[h]->image &&
				!is_only_built(arena, dag, service->pre_start[h]->image))
				plan_pull(&pulling, hook_service(arena, service, h), true);
	}
	return pulling.plan;
}
