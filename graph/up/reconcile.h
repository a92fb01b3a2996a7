/* Planners: pure functions from what is wanted and what is there to a plan. */
#ifndef GRAPH_RECONCILE_H
#define GRAPH_RECONCILE_H

#include "graph/dag/dag.h"
#include "graph/plan/plan.h"

enum recreate { RECREATE_CHANGED, RECREATE_ALWAYS, RECREATE_NEVER };

struct reconcile_options {
	enum recreate recreate, recreate_deps; /* --force-recreate, --no-recreate, --always-recreate-deps */
	bool no_start;                         /* create only */
	bool no_deps;       /* --no-deps: what is needed and not selected is left alone on purpose */
	bool all_resources; /* networks and volumes that no service uses, too */
	bool remove_orphans, ignore_orphans;
	bool renew_anon_volumes; /* -V */
	bool rerun;              /* --rerun: tasks that are done and named are run again */
	bool force_start_first;  /* start-first also where both containers write one volume for a while */
	enum tri rollback;       /* TRI_NO: a container that fails in the place of another one stays there */
	bool unchecked; /* as docker-compose: that nothing checks a service whose health is waited for is
			   found out when it runs; else it is refused */
	bool wait;      /* gates for every selected service, not only for those others wait for */
	bool connect_separately; /* engine API below 1.44: create takes one network, the others are connected
				  */
	bool shared_files;       /* client and engine see the same files: configs and secrets can be bound */
	struct opt_int timeout;  /* -t, ns */
	const struct map *scale; /* service key → int64_t *, from --scale; may be NULL */
	const char *ends_with; /* service whose end ends the run: it is run again even if it is a task that is
				  done (--exit-code-from); or NULL */
	bool named_again;   /* a task that is done and named by its own name is run again: it is to be seen */
	bool ends_with_any; /* the same for each task that nobody waits for (--abort-on-container-exit) */
	const struct oneoff *once; /* of `run`: made instead of the containers of its service, which are left
				      alone; or NULL */
	bool images_known;         /* the image round is over: seen->images is complete for what gets created,
				      and holds what was pulled or built */
	const struct map
		*inputs; /* service key → docker-flow.inputs as computed (graph/up/inputs.h); may be NULL */
};

/* Number of containers wanted of a service: what `scale` (as in reconcile_options) says, else the file. */
int64_t reconcile_scale(const struct map *scale, const struct service *service);

#define RECONCILE_CONTAINERS_MOST 10000

/* Refuses more than RECONCILE_CONTAINERS_MOST containers in all, at the place that says how many: a number of
 * a few digits costs as much memory as it says. Returns 0, or -1 with a finding. */
int reconcile_count(
	struct arena *arena, const struct dag *dag, const struct map *scale, struct errors *errors);

/* Images that must be pulled or built before `up` can go on: one step per image, by pull_policy (missing,
 * always, never, build, daily, …), build sections and what is there. Needs seen->images for every image that
 * a planned container needs. `--build` and `--pull` override. */
struct image_options {
	bool build, no_build;
	const char *pull;        /* always, missing, never, build (what can be built), policy or NULL */
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

/* Sets plan->faults: what is wrong in `seen`, which may be newer than the plan, and not in the plan's hands.
 * A container that is paused; one that is unhealthy, has failed, or is restarted after a failure: mild,
 * unless a service that is selected needs it otherwise. One whose service is not selected counts when such a
 * one needs it, mildly where plan->leaves_needed. Judged by the engine's list alone; a check that has
 * not said anything yet is no fault. */
void reconcile_faults(
	struct arena *arena, const struct dag *dag, const struct observed *seen, struct plan *plan);

/* How much a teardown takes away. */
enum teardown_extent {
	TEARDOWN_PROJECT,    /* everything, and with a named service what needs it: `down` */
	TEARDOWN_CONTAINERS, /* containers that have ended; one-offs and orphans stay: `rm` */
	TEARDOWN_PROCESSES,  /* nothing is removed, one-offs and orphans run on: `stop`, `kill`, attached `up`
			      */
};

struct teardown_options {
	enum teardown_extent extent;
	bool volumes; /* -v: anonymous volumes; of a whole project named ones, too (teardown_volume.h) */
	bool images;  /* --rmi: the images in the snapshot; one that others use stays, with a warning */
	bool remove_orphans; /* take orphans and one-offs, too */
	bool oneoffs;        /* one-offs of services in the file are no exception */
	bool running;        /* TEARDOWN_CONTAINERS: those that run are stopped and go, too */
	bool asks_providers; /* what providers of selected services have made is left to them: they are asked
			      * afterwards */
	bool kill;           /* kill all at once instead of stopping in order */
	const char *signal;  /* with `kill`: this one, NULL: KILL */
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
	bool all_resources;    /* volumes of the file that no service uses go, too */
	const char *project;
	const struct observed *seen;
	const char *const *names; /* only these services; of `down --app`: the applications */
	size_t nnames;
	const char *const *excepts; /* these stay, although they need what goes */
	size_t nexcepts;
};

/* The plan of `down` and its kin for a project: stops each container as soon as nothing that runs depends on
 * it, removes containers, networks, volumes, as far as the extent goes. Without a graph the order comes from
 * the depends_on labels. */
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
