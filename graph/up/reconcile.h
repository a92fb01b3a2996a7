/* Planners: pure functions from what is wanted and what is there to a plan. */
#ifndef GRAPH_RECONCILE_H
#define GRAPH_RECONCILE_H

#include "graph/dag/dag.h"
#include "graph/plan/plan.h"

enum recreate { RECREATE_CHANGED, RECREATE_ALWAYS, RECREATE_NEVER };

struct reconcile_options {
	enum recreate recreate, recreate_deps; /* --force-recreate, --no-recreate, --always-recreate-deps */
	bool no_start;                         /* create only */
	bool remove_orphans, ignore_orphans;
	bool renew_anon_volumes; /* -V */
	bool wait;               /* gates for every selected service, not only for those others wait for */
	bool connect_separately; /* engine API below 1.44: create takes one network, the others are connected
				  */
	bool shared_files;       /* client and engine see the same files: configs and secrets can be bound */
	struct opt_int timeout;  /* -t, ns */
	const struct map *scale; /* service key → int64_t *, from --scale; may be NULL */
	bool images_known;       /* the image round is over: seen->images is complete for what gets created,
				    and holds what was pulled or built */
	const struct map
		*inputs; /* service key → docker-flow.inputs as computed (graph/up/inputs.h); may be NULL */
};

/* Number of containers wanted of a service: what `scale` (as in reconcile_options) says, else the file. */
int64_t reconcile_scale(const struct map *scale, const struct service *service);

/* Images that must be pulled or built before `up` can go on: one step per image, by pull_policy (missing,
 * always, never, build, daily, …), build sections and what is there. Needs seen->images for every image that
 * a planned container needs. `--build` and `--pull` override. */
struct image_options {
	bool build, no_build;
	const char *pull;        /* always, missing, never, policy or NULL */
	int64_t now;             /* Unix seconds, for daily, weekly, every_… */
	const struct map *scale; /* as in reconcile_options: services without containers need no image */
};
int reconcile_images(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct image_options *options, struct plan **ret_plan, struct errors *errors);

/* References of images the plan of `up` will have to know: of services with a container to create, or whose
 * policy asks for a look. Empty for a stack that is as it should be. */
void reconcile_wanted_images(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct reconcile_options *options, const char ***ret_references, size_t *ret_count);

/* The plan of `up`: networks, volumes, containers (create, recreate, start, scale), gates, orphans. Recreate
 * never drops a volume. Done one-shots stay done. Gates are planned only for dependents that this plan
 * creates or starts. Returns -1 with findings when the wish cannot be met (external network missing, volume
 * exists with another configuration, …): nothing was changed then. */
int reconcile_up(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct reconcile_options *options, struct plan **ret_plan, struct errors *errors);

/* Names given by `container_name` that the plan gives to a container and nobody of the snapshot has: only the
 * whole engine can tell whether they are free. */
void reconcile_wanted_names(struct arena *arena, const struct plan *plan, const struct observed *seen,
	const char ***ret_names, size_t *ret_count);

/* Refuses a plan whose names others have: containers of another project, or of none. Returns -1 with
 * findings. */
int reconcile_names(struct arena *arena, const struct plan *plan, struct observed_container *const *others,
	size_t nothers, struct errors *errors);

struct teardown_options {
	bool volumes; /* -v: named (not external, not cache) and anonymous volumes */
	bool images;  /* --rmi: the images in the snapshot; one that others use stays, with a warning */
	bool remove_orphans;
	bool keep; /* only stop: nothing is removed, one-offs and orphans run on (`stop`, attached `up`) */
	bool kill; /* kill all at once instead of stopping in order */
	struct opt_int timeout;
};

/* A service's networks as the engine gets them: by priority, then by key; the first is the primary one that
 * HostConfig.NetworkMode names. */
struct attachment **reconcile_attachments(
	struct arena *arena, const struct service *service, size_t *ret_count);

/* Whether configs and secrets of the service go by archive before the start: `content` those made from
 * environment or content, `files` file-based ones too (x-flow.files, or files not shared with the engine). */
void reconcile_uploads(const struct service *service, bool shared_files, bool *ret_content, bool *ret_files);

/* What the planners of `down` look at. */
struct teardown_scope {
	const struct dag *dag; /* NULL: only a project name is known */
	const char *project;
	const struct observed *seen;
	const char *const *names; /* only these services; of `down --app`: the applications */
	size_t nnames;
};

/* The plan of `down` for a project: stops each container as soon as nothing that runs depends on it, removes
 * containers, networks, volumes. Without a graph the order comes from the depends_on labels. */
struct plan *reconcile_down(
	struct arena *arena, const struct teardown_scope *scope, const struct teardown_options *options);

/* Images that `down --rmi` is about: of the services, all of them or only those that were built without an
 * image name of their own. Without a graph the containers' images. For seen->images. */
void reconcile_removable_images(struct arena *arena, const struct teardown_scope *scope, bool all,
	const char ***ret_references, size_t *ret_count);

/* The plan of `down --app ID…`: these applications and the upstream that only they need; refuses while a
 * running dependent (in `seen`) needs one. The project is theirs. */
int reconcile_down_applications(struct arena *arena, const struct teardown_scope *scope,
	const struct teardown_options *options, struct plan **ret_plan, struct errors *errors);

#endif
