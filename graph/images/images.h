/* The planners of `pull`, `build` and `push`: a step for each image, whoever shares it, and a note for each
 * service that has none to give, in docker compose's words ("Skipped - …"). */
#ifndef GRAPH_IMAGES_H
#define GRAPH_IMAGES_H

#include "base/text/texts.h"
#include "graph/dag/dag.h"
#include "graph/plan/plan.h"

struct pull_options {
	const char *policy; /* in place of the services' own: always or missing; NULL: theirs */
	bool ignore_buildable, ignore_failures;
};

/* References of images whose presence decides whether they are pulled: for seen->images. */
void images_pull_looks(struct arena *arena, const struct dag *dag, const struct pull_options *options,
	const char ***ret_references, size_t *ret_count);

/* The plan of `pull` for the services selected: all images are pulled, there or not, unless a policy says
 * otherwise. (graph/images/images_pull.c) */
struct plan *images_pull(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct pull_options *options);

struct build_options {
	struct build_wish wish;
	bool push;               /* what was built, as `push` does */
	const struct map *bases; /* as of images_order */
};

/* The plan of `build` for the services selected, and for those whose images are their additional contexts: an
 * image that several share once, for the first of them in the file; the others' build sections get a warning
 * when they differ. NULL: their contexts go in circles, which has left findings.
 * (graph/images/images_build.c)
 */
struct plan *images_build(struct arena *arena, const struct dag *dag, const struct build_options *options,
	struct errors *errors);

/* Warns at the build section of a service whose image is built for another one, `built`, and differs from
 * that one's: it counts for nothing. */
void images_warn_shared(
	struct errors *errors, const char *image, const struct service *built, const struct service *service);

/* Makes each build of the plan wait for the steps that bring the images it begins from, as far as the plan
 * has them: `additional_contexts: {x: "service:KEY"}`, and what `bases` says: service key → struct texts,
 * keys of the services whose images its Dockerfile names; may be NULL. A circle is left open. */
void images_order(const struct dag *dag, struct plan *plan, const struct map *bases);

/* Adds to a plan the builds of services whose images are additional contexts of builds in it. */
void images_add_contexts(const struct dag *dag, struct plan *plan);

/* Refuses builds of a plan whose additional contexts lead back to them. Returns 0, or -1 with a finding for
 * each circle. */
int images_refuse_circles(const struct dag *dag, const struct plan *plan, struct errors *errors);

/* The arguments of a service's build: the file's, with those of the environment that it only names, and over
 * them those of the wish (NULL: none). (graph/images/images_args.c) */
struct pair *images_args(
	struct arena *arena, const struct service *service, const struct build_wish *wish, size_t *ret_count);

struct push_options {
	bool ignore_failures;
};

/* The plan of `push` for the services selected: images that are built and have a name of their own, by that
 * and by `build.tags`. (graph/images/images_push.c) */
struct plan *images_push(struct arena *arena, const struct dag *dag, const struct push_options *options);

/* Of that the steps for one service, after its build (NULL: none). Whether it has any. */
bool images_push_one(
	struct plan *plan, const struct service *service, struct step *built, bool ignore_failures);

#endif
