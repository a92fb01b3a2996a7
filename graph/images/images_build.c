#include "graph/images/images.h"
#include "base/text/text.h"

#include <string.h>

/* The key in "service:KEY", or NULL. */
static const char *context_service(const struct pair *context)
{
	return text_after(context->value, "service:");
}

/* The step that brings an image for good: a build after the pull that it stands in for. */
static struct step *bringer(const struct plan *plan, const char *image)
{
	for (size_t i = plan->count; i-- > 0;)
		if (!strcmp(plan->steps[i]->name, image) && op_traits[plan->steps[i]->op].makes)
			return plan->steps[i];
	return NULL;
}

/* Whether a step waits for another; `known` has those of which that is known not to be so. */
static bool waits_for(const struct step *step, const struct step *other, bool *known)
{
	bool waits = step == other;
	if (known[step->number])
		return false;
	known[step->number] = true;
	for (size_t i = 0; !waits && i < step->nneeds; i++)
		waits = waits_for(step->needs[i].on, other, known);
	return waits;
}

static void need_image_of(const struct dag *dag, struct plan *plan, struct step *step, const char *key)
{
	const struct dag_vertex *vertex = dag_find(dag, key);
	struct step *other = vertex ? bringer(plan, service_image(plan->arena, vertex->service)) : NULL;
	if (other && !waits_for(other, step, ARENA_ARRAY(plan->arena, bool, plan->count + 1)))
		plan_need(plan, step, other, ON_SUCCESS);
}

void images_order(const struct dag *dag, struct plan *plan, const struct map *bases)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct step *step = plan->steps[i];
		const struct build *build = op_traits[step->op].builds ? step->service->build : NULL;
		const struct texts *from = build && bases ? map_get(bases, step->service->key) : NULL;
		for (size_t c = 0; build && c < build->nadditional_contexts; c++) {
			const char *key = context_service(&build->additional_contexts[c]);
			if (key)
				need_image_of(dag, plan, step, key);
		}
		for (size_t f = 0; from && f < from->count; f++)
			need_image_of(dag, plan, step, from->items[f]);
	}
	plan_order(plan);
}

void images_add_contexts(const struct dag *dag, struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) { /* grows */
		const struct service *service = plan->steps[i]->service;
		const struct build *build = op_traits[plan->steps[i]->op].builds ? service->build : NULL;
		for (size_t c = 0; build && c < build->nadditional_contexts; c++) {
			const char *key = context_service(&build->additional_contexts[c]);
			const struct dag_vertex *vertex = key ? dag_find(dag, key) : NULL;
			if (!vertex || !vertex->service->build)
				continue;
			const char *image = service_image(plan->arena, vertex->service);
			if (bringer(plan, image))
				continue;
			plan_add(plan, OP_IMAGE_BUILD, image,
				arena_printf(plan->arena, "%s begins from it", service->key))
				->service = vertex->service;
		}
	}
}

/* How far the contexts of a service were followed; `from` leads back on the way that is being followed. */
struct context_walk {
	enum { WALK_NEW, WALK_OPEN, WALK_DONE } state;
	const struct service *from;
};

/* "a -> b -> a" */
static const char *circle_text(struct arena *arena, struct map *walks, const struct service *service)
{
	const char *text = service->key;
	const struct service *at = service;
	do {
		const struct context_walk *walk = map_get(walks, at->key);
		at = walk->from;
		text = arena_printf(arena, "%s -> %s", at->key, text);
	} while (at != service);
	return text;
}

/* Follows the contexts of a build; `from` is the one on whose way it lies. */
static void follow_contexts(const struct dag *dag, const struct service *service, const struct service *from,
	struct map *walks, struct errors *errors)
{
	struct context_walk *walk = map_get(walks, service->key);
	if (!walk) {
		walk = ARENA_NEW(errors->arena, struct context_walk);
		map_set(walks, service->key, walk);
	}
	if (walk->state == WALK_DONE)
		return;
	walk->from = from;
	if (walk->state == WALK_OPEN) {
		error_add(errors, ERROR_FILE, &service->at,
			arena_printf(errors->arena, "services.%s.build.additional_contexts", service->key),
			"the contexts lead back to their own build: %s",
			circle_text(errors->arena, walks, service));
		error_hint(errors, "an image cannot begin from itself");
		return;
	}
	walk->state = WALK_OPEN;
	for (size_t i = 0; i < service->build->nadditional_contexts; i++) {
		const char *key = context_service(&service->build->additional_contexts[i]);
		const struct dag_vertex *vertex = key ? dag_find(dag, key) : NULL;
		if (vertex && vertex->service->build)
			follow_contexts(dag, vertex->service, service, walks, errors);
	}
	walk->state = WALK_DONE;
}

int images_refuse_circles(const struct dag *dag, const struct plan *plan, struct errors *errors)
{
	size_t before = errors->count;
	struct map walks;
	map_init(&walks, errors->arena);
	for (size_t i = 0; i < plan->count; i++)
		if (op_traits[plan->steps[i]->op].builds)
			follow_contexts(dag, plan->steps[i]->service, NULL, &walks, errors);
	return errors->count > before ? -1 : 0;
}

struct building {
	struct plan *plan;
	const struct dag *dag;
	const struct build_options *options;
	struct errors *errors;
	struct map seen; /* service key → itself */
};

void images_warn_shared(
	struct errors *errors, const char *image, const struct service *built, const struct service *service)
{
	const struct member *build = node_member(service->node, "build");
	if (service == built || !build || node_equal(build->value, node_get(built->node, "build")))
		return;
	error_warn(errors, &build->at, arena_printf(errors->arena, "services.%s.build", service->key),
		"image %s is built once, as services.%s.build says, which differs", image, built->key);
	error_hint(errors, "give the two services images of different names, or the same build");
}

/* The contexts' services come before the service itself, so that who reads the plan sees why. */
static void plan_build(struct building *building, const struct service *service)
{
	const struct build *build = service->build;
	if (!build || map_has(&building->seen, service->key))
		return;
	map_set(&building->seen, service->key, (void *)service);
	for (size_t i = 0; i < build->nadditional_contexts; i++) {
		const char *key = context_service(&build->additional_contexts[i]);
		const struct dag_vertex *vertex = key ? dag_find(building->dag, key) : NULL;
		if (vertex)
			plan_build(building, vertex->service);
	}
	const char *image = service_image(building->plan->arena, service);
	struct step *step = bringer(building->plan, image);
	if (step) {
		plan_note(building->plan, "service %s: Skipped - Image is already being built by %s",
			service->key, step->service->key);
		images_warn_shared(building->errors, image, step->service, service);
	} else {
		step = plan_add(building->plan, OP_IMAGE_BUILD, image, NULL);
		step->service = service;
		step->image.wish = &building->options->wish;
	}
	if (building->options->push)
		images_push_one(building->plan, service, step, false);
}

struct plan *images_build(struct arena *arena, const struct dag *dag, const struct build_options *options,
	struct errors *errors)
{
	struct building building = {
		.plan = plan_create(arena), .dag = dag, .options = options, .errors = errors
	};
	map_init(&building.seen, arena);
	for (size_t i = 0; i < dag->count; i++)
		if (dag->vertices[i]->selected)
			plan_build(&building, dag->vertices[i]->service);
	if (images_refuse_circles(dag, building.plan, errors) != 0)
		return NULL;
	images_order(dag, building.plan, options->bases);
	return building.plan;
}
