#include "graph/images/images.h"

#include <string.h>

static void push_tag(
	struct plan *plan, const struct service *service, const char *tag, struct step *built, bool ignore)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->steps[i]->op == OP_IMAGE_PUSH && !strcmp(plan->steps[i]->name, tag))
			return;
	struct step *step = plan_add(plan, OP_IMAGE_PUSH, tag, NULL);
	step->service = service;
	step->may_fail = ignore;
	plan_need(plan, step, built, ON_SUCCESS);
}

bool images_push_one(
	struct plan *plan, const struct service *service, struct step *built, bool ignore_failures)
{
	if (!service->build || !service->image)
		return false;
	push_tag(plan, service, service->image, built, ignore_failures);
	for (size_t i = 0; i < service->build->ntags; i++)
		push_tag(plan, service, service->build->tags[i], built, ignore_failures);
	return true;
}

struct plan *images_push(struct arena *arena, const struct dag *dag, const struct push_options *options)
{
	struct plan *plan = plan_create(arena);
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		if (dag->vertices[i]->selected &&
			!images_push_one(plan, service, NULL, options->ignore_failures))
			plan_note(plan, "service %s: Skipped - %s", service->key,
				service->build ? "Its image has no name" : "Its image is not built here");
	}
	return plan;
}
