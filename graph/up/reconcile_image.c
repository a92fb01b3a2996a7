/* Images that must be had before containers can be made from them. */
#include "graph/images/freshness.h"
#include "graph/images/images.h"
#include "graph/plan/hooks.h"
#include "graph/up/reconcile.h"

#include <string.h>

/* One image that services share. */
struct wish {
	const struct service *service; /* the first one; when any has a build section the first in the file */
	const char *reference;
	const char *build, *pull;     /* why, or NULL */
	bool fallback, outright;      /* built only when the pull fails; in any case, whatever others want */
	bool chosen;                  /* `service` is whose build section counts */
	struct texts needed_by;       /* keys of services that do not do with what is there */
	const struct service *puller; /* the first that wants it pulled */
	bool dated;                   /* by its policy it may only become so old */
	const struct service *unable; /* may neither pull nor build it, though it is missing */
};

struct wishes {
	struct arena *arena;
	const struct dag *dag;
	const struct observed *seen;
	const struct image_options *options;
	struct plan *plan;
	struct errors *errors;
	struct wish **items;
	size_t count;
	struct map by_reference, images;
};

/* Whether a local image is of the service's platform ("os/architecture[/variant]", "architecture"). */
static bool image_fits(const struct service *service, const struct observed_image *image)
{
	const char *platform = service->platform;
	if (!platform || !image->architecture || !*image->architecture)
		return true;
	const char *slash = strchr(platform, '/');
	if (!slash) /* one word: an operating system or an architecture */
		return !strcmp(platform, image->architecture) || (image->os && !strcmp(platform, image->os));
	size_t os = (size_t)(slash - platform), len = strcspn(slash + 1, "/");
	return (!image->os || (strlen(image->os) == os && !strncmp(platform, image->os, os))) &&
	       strlen(image->architecture) == len && !strncmp(slash + 1, image->architecture, len);
}

/* The policy that holds for a service. */
static const char *policy_of(const struct wishes *wishes, const struct service *service)
{
	const char *asked = wishes->options->pull,
		   *own = service->pull_policy ? service->pull_policy : "missing";
	if (!asked || !strcmp(asked, "policy") || (!strcmp(asked, "build") && !service->build))
		return own;
	if (!strcmp(asked, "build"))
		return asked;
	/* --pull speaks of images that can be pulled, not of ones that are only built here. */
	return service->build && (!service->image || !strcmp(own, "build")) ? own : asked;
}

/* The image is there, but its policy says how old it may become; one named by digest is what it is. */
static const char *stale(const struct wishes *wishes, const char *policy, const struct observed_image *image)
{
	int64_t most = freshness_of(policy), age = wishes->options->now - image->tagged;
	if (!most || !wishes->options->now || strchr(image->reference, '@') || (image->tagged && age <= most))
		return NULL;
	return arena_printf(wishes->arena, "pull policy %s: last pulled too long ago", policy);
}

static void wish_missing(struct wishes *wishes, struct wish *wish, const struct service *service,
	const char *policy, const struct observed_image *image)
{
	const char *why = image && image->id ? arena_printf(wishes->arena, "not there for platform %s",
						       service->platform)
					     : "not there";
	bool never = !strcmp(policy, "never"), pulls = !never && service->image && strcmp(policy, "build");
	if (service->build && !wishes->options->no_build) {
		wish->build = why;
		wish->fallback = pulls;
		wish->pull = pulls ? why : NULL;
	} else if (pulls) {
		wish->pull = why;
	} else if (!wish->unable) {
		wish->unable = service;
	}
}

/* Where no service that shares the image may bring it, that is an error. */
static void refuse_missing(struct wishes *wishes, const struct wish *wish)
{
	const struct service *service = wish->unable;
	if (!service || wish->pull || wish->build)
		return;
	bool never = !strcmp(policy_of(wishes, service), "never");
	const struct member *member = node_member(service->node, "image");
	error_add(wishes->errors, service->build ? ERROR_BUILD : ERROR_PULL,
		member ? &member->at : &service->at,
		arena_printf(wishes->arena, "services.%s.image", service->key),
		"image %s is not there, and %s", wish->reference,
		never ? "the pull policy is \"never\"" : "--no-build forbids to build it");
	error_hint(wishes->errors,
		never ? "pull it, or use another pull policy" : "run without --no-build, or build it first");
}

/* By what services share an image: its name, and the platform that they ask for. */
static const char *wish_key(const struct wishes *wishes, const struct service *service)
{
	const char *reference = service_image(wishes->arena, service);
	return service->platform ? arena_printf(wishes->arena, "%s %s", reference, service->platform)
				 : reference;
}

/* What one service wants of its image, as if nobody shared it. */
static struct wish wish_of(struct wishes *wishes, const struct service *service)
{
	const char *reference = service_image(wishes->arena, service);
	const struct image_options *options = wishes->options;
	const char *policy = policy_of(wishes, service);
	const struct observed_image *image = map_get(&wishes->images, reference);
	struct wish own = { .service = service, .reference = reference, .dated = freshness_of(policy) > 0 };
	if (service->build && !options->no_build && (options->build || !strcmp(policy, "build")))
		own.build = options->build ? "--build" : "pull policy build";
	else if (!strcmp(policy, "always") && service->image && !service->build)
		own.pull = options->pull && !strcmp(options->pull, "always") ? "--pull always"
									     : "pull policy always";
	else if (!strcmp(policy, "always") && service->image) {
		own.pull = options->pull ? "--pull always" : "pull policy always";
		own.build = options->no_build ? NULL : "its pull failed";
		own.fallback = !options->no_build;
	} else if (image && (!image->id || !image_fits(service, image)))
		wish_missing(wishes, &own, service, policy, image);
	else if (image && service->image && !service->build)
		own.pull = stale(wishes, policy, image);
	return own;
}

/* Adds it to what others want of the image. */
static void consider(struct wishes *wishes, const struct service *service)
{
	const char *key = wish_key(wishes, service);
	struct wish own = wish_of(wishes, service), *wish = map_get(&wishes->by_reference, key);
	if (!wish) {
		wish = ARENA_NEW(wishes->arena, struct wish);
		wish->reference = own.reference;
		wish->service = service;
		map_set(&wishes->by_reference, key, wish);
		*ARENA_PUSH(wishes->arena, wishes->items, wishes->count) = wish;
	}
	if (own.pull && !wish->puller)
		wish->puller = service;
	if (own.pull || own.build)
		texts_add_once(wishes->arena, &wish->needed_by, service->key);
	wish->pull = wish->pull ? wish->pull : own.pull;
	wish->build = wish->build ? wish->build : own.build;
	wish->fallback |= own.fallback;
	wish->outright |= own.build && !own.fallback;
	wish->unable = wish->unable ? wish->unable : own.unable;
	wish->dated |= own.dated;
}

/* An image that services share is built for the first of them in the file, as `build` does it. */
static void choose_builders(const struct wishes *wishes)
{
	for (size_t i = 0; i < wishes->dag->count; i++) {
		const struct dag_vertex *vertex = wishes->dag->vertices[i];
		struct wish *wish =
			vertex->service->build && vertex->selected
				? map_get(&wishes->by_reference, wish_key(wishes, vertex->service))
				: NULL;
		if (!wish || reconcile_scale(wishes->options->scale, vertex->service) <= 0)
			continue;
		if (!wish->chosen)
			wish->service = vertex->service;
		else if (wish->build)
			images_warn_shared(wishes->errors, wish->reference, wish->service, vertex->service);
		wish->chosen = true;
	}
}

static void emit(struct wishes *wishes, struct wish *wish)
{
	struct step *pull = NULL;
	bool fallback = wish->fallback && !wish->outright;
	if (wish->pull && (!wish->build || fallback)) {
		pull = plan_add(wishes->plan, OP_IMAGE_PULL, wish->reference, wish->pull);
		pull->service = wish->puller;
		pull->may_fail = fallback;
		pull->image.dated = wish->dated;
		pull->image.needed_by = wish->needed_by;
	}
	if (!wish->build)
		return;
	struct step *build = plan_add(
		wishes->plan, OP_IMAGE_BUILD, wish->reference, pull ? "if it cannot be pulled" : wish->build);
	const struct observed_image *image = map_get(&wishes->images, wish->reference);
	build->service = wish->service;
	build->image.needed_by = wish->needed_by;
	build->image.compose_version = image ? image->compose_version : NULL;
	plan_need(wishes->plan, build, pull, ON_FAILURE);
}

/* A pull or a build may bring another image than the one running containers are made from. */
static void note_running(const struct wishes *wishes)
{
	struct map noted;
	map_init(&noted, wishes->arena);
	for (size_t i = 0; i < wishes->seen->ncontainers; i++) {
		const struct observed_container *seen = wishes->seen->containers[i];
		const struct dag_vertex *vertex = dag_find_in(wishes->dag, seen->project, seen->service);
		if (!vertex || !vertex->selected || seen->oneoff || map_has(&noted, seen->service))
			continue;
		const struct wish *wish =
			map_get(&wishes->by_reference, service_image(wishes->arena, vertex->service));
		if (!wish || (!wish->pull && !wish->build))
			continue;
		map_set(&noted, seen->service, NULL);
		plan_note(wishes->plan, "service %s: recreated if the %s brings a new image", seen->service,
			wish->pull ? "pull" : "build");
	}
}

int reconcile_images(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct image_options *options, struct plan **ret_plan, struct errors *errors)
{
	size_t before = errors->count;
	struct wishes wishes = { .arena = arena,
		.dag = dag,
		.seen = seen,
		.options = options,
		.plan = plan_create(arena),
		.errors = errors };
	map_init(&wishes.by_reference, arena);
	map_init(&wishes.images, arena);
	for (size_t i = 0; i < seen->nimages; i++)
		map_set(&wishes.images, seen->images[i]->reference, seen->images[i]);
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->sorted[i];
		if (!vertex->selected || reconcile_scale(options->scale, vertex->service) <= 0)
			continue;
		consider(&wishes, vertex->service);
		for (size_t h = 0; h < vertex->service->npre_start; h++)
			if (vertex->service->pre_start[h]->image)
				consider(&wishes, hook_service(arena, vertex->service, h));
	}
	choose_builders(&wishes);
	for (size_t i = 0; i < wishes.count; i++) {
		refuse_missing(&wishes, wishes.items[i]);
		emit(&wishes, wishes.items[i]);
	}
	note_running(&wishes);
	if (errors->count > before)
		return -1;
	images_add_contexts(dag, wishes.plan);
	if (images_refuse_circles(dag, wishes.plan, errors) != 0)
		return -1;
	images_order(dag, wishes.plan, NULL);
	*ret_plan = wishes.plan;
	return 0;
}

/* Whether the policy wants to know about the image even when all containers are as they should be. */
static bool asks_for_look(const struct service *service)
{
	const char *policy = service->pull_policy;
	return policy && (!strcmp(policy, "always") || !strcmp(policy, "build") || freshness_of(policy) > 0);
}

void reconcile_wanted_images(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct reconcile_options *options, const char ***ret_references, size_t *ret_count)
{
	struct errors ignored; /* the same findings come again from the plan that counts */
	errors_init(&ignored, arena);
	struct map wanted;
	map_init(&wanted, arena);
	struct plan *plan;
	if (reconcile_up(arena, dag, seen, options, &plan, &ignored) == 0) {
		for (size_t i = 0; i < plan->count; i++) {
			if (op_traits[plan->steps[i]->op].creates)
				map_set(&wanted, service_image(arena, plan->steps[i]->service), NULL);
		}
		for (size_t i = 0; i < dag->count; i++) {
			const struct service *service = dag->sorted[i]->service;
			if (dag->sorted[i]->selected && asks_for_look(service))
				map_set(&wanted, service_image(arena, service), NULL);
		}
	}
	*ret_references = ARENA_ARRAY(arena, const char *, wanted.count + 1);
	*ret_count = 0;
	size_t at = 0;
	const struct map_entry *entry;
	while ((entry = map_next(&wanted, &at)))
		(*ret_references)[(*ret_count)++] = entry->key;
}
