/* A plan: steps, each one engine operation on one object, with its reason and what it waits for. Planners
 * make plans, `plan` prints them, one executor (engine/run/run.h) runs them: what is printed is what would
 * run.
 */
#ifndef GRAPH_PLAN_H
#define GRAPH_PLAN_H

#include "base/text/texts.h"
#include "compose/model/model.h"
#include "graph/plan/observed.h"
#include "graph/plan/op.h"

#include <stdio.h>

enum step_state {
	STEP_WAITING,
	STEP_READY,
	STEP_RUNNING,
	STEP_DONE,
	STEP_FAILED,
	STEP_SKIPPED,
	STEP_DROPPED, /* turned out not to be needed (undo steps, fallbacks); nobody is told */
};

/* When an edge releases the step that waits. */
enum release {
	ON_SUCCESS, /* the other succeeded; its failure skips this one */
	ON_FAILURE, /* the other failed or was skipped: fallbacks; its success drops this one silently */
	ON_SKIP,    /* the other never began (its needs failed, or an interrupt), or an interrupt has cut its
		       waiting short: undo steps; else dropped */
	ON_BEGUN,   /* the other began, and has ended well or not; else dropped: undo steps */
	ON_INTACT,  /* the other succeeded, never began, or was cut short; its failure drops this one: undo
		     * steps
		     */
	ON_END,     /* whatever happened: clean-up and reports */
	ON_SOFT,    /* the other ended; its failure is a warning (required: false) */
};

/* A one-off, of `run` or of a hook: one more container of a service, beside its own. */
struct oneoff {
	const char *service; /* key, of the file's project */
	const char *name;
	const char *slug;       /* label com.docker.compose.slug */
	const char *owner;      /* label docker-flow.owner: the process that has to see to its removal (--rm,
				   engine/loop/process.h); or NULL */
	bool interactive;       /* stdin is attached and closed with the client's */
	bool auto_remove;       /* --rm */
	bool aliases;           /* --use-aliases: the service's network aliases too */
	unsigned rows, columns; /* of its terminal; 0: none, or not known */
	const char
		*hook; /* label com.docker.compose.hook, of a hook's container: "pre_start"; of `run`: NULL */
};

struct step;

struct need {
	struct step *on;
	enum release release;
	bool cause; /* of all needs that are causes one has to be met, by a step that was not dropped */
};

/* What a family of operations needs beside what every step has. */

/* What a build is asked for beside what the file says. */
struct build_wish {
	struct texts args; /* NAME=VALUE, or NAME: of the environment; over the file's */
	struct texts ssh;  /* ID, or ID=PATH: over the file's */
	bool no_cache, pull;
};

/* OP_IMAGE_* */
struct step_image {
	const struct build_wish *wish; /* _BUILD; or NULL */
	struct texts needed_by;        /* keys of the services of `up` that do not do with what is there */
	bool dated; /* _PULL: the engine is to note when, since the image may only become so old */
	/* _BUILD: label com.docker.compose.version of the image that has the name; NULL: not known */
	const char *compose_version;
};

/* OP_NETWORK_* */
struct step_network {
	const struct network *wanted;
	/* _CREATE: as this one was, which has been removed; _REMOVE, _CONNECT, _DISCONNECT: this very one.
	 * NULL: the one of `wanted`. */
	const struct observed_network *seen;
	const struct attachment *attachment;      /* _CONNECT: the place that the file says */
	const struct observed_attachment *former; /* _CONNECT: the place it had, as far as it was looked at,
						     else `attachment`; neither: alias is the service's key */
	bool apart;   /* _CONNECT, `former`: without the aliases, so that nobody finds it by them */
	bool renewed; /* _CONNECT, `former`: the network is another one; addresses that it does not have are
			 left out */
};

/* OP_VOLUME_* */
struct step_volume {
	const struct volume *wanted;
};

/* An attribute that a container gets otherwise than the one it replaces has it. */
struct step_change {
	const char *attribute; /* "environment.MODE" */
	const char *old, *new; /* NULL: not set */
};

/* OP_CONTAINER_CREATE */
struct step_create {
	const struct observed_container *replaces; /* the container whose place it takes; NULL: none */
	bool renew_volumes;                        /* its anonymous volumes are not inherited */
	const char *image_id;                      /* sha256:… when known at planning */
	/* Label docker-flow.inputs, to be completed by inputs_complete with what the volume steps in `needs`
	 * brought. */
	const char *inputs;
	/* Label docker-flow.applications: ids of the applications the service needs, comma-joined; NULL:
	 * none. */
	const char *applications;
	/* Label com.docker.compose.depends_on: "db:service_healthy:false,…", without what this run leaves
	 * out; NULL: none. */
	const char *depends_on;
	const struct oneoff *oneoff; /* of `run`, or of a hook; NULL: one of the service's containers */
	/* Of a hook: the container that is there, or the one that a step creates, whose volumes it has. */
	const struct observed_container *volumes_of;
	const struct step *volumes_from;
	struct step_change *changes; /* what differs from that one, where it was asked for */
	size_t nchanges;
};

/* OP_CONTAINER_STOP, _RESTART, _KILL, _DRAIN; OP_*_REMOVE */
struct step_ending {
	struct opt_int timeout; /* _STOP, _RESTART: ns; unset: the container's own */
	int64_t drain;          /* _DRAIN: ns */
	const char *signal;     /* _KILL, or NULL */
	bool restarts;          /* _STOP: the same container is started again */
	bool remove_volumes;    /* _REMOVE: anonymous ones too */
	bool force;             /* _REMOVE: a running one too */
	bool yields; /* _REMOVE of networks, volumes and images: what others use stays, which is no failure */
};

/* OP_CONTAINER_EXEC */
struct step_exec {
	const struct hook *hook;
	bool before_stop; /* a container that has ended needs none */
};

/* OP_GATE: all containers of the step's service must meet `condition` by `probe`. */
struct step_gate {
	enum condition condition;
	const struct probe *probe;
	const struct observed_container **watched; /* existing containers of the service */
	size_t nwatched;
	struct step **starts; /* start steps of this plan whose containers it watches */
	size_t nstarts;
	bool unchecked; /* nothing checks them, so it fails: they get a moment to say more by their end */
	bool lasting;   /* they must have been up for a moment, and never have ended in a failure */
	/* For the message of a failed gate: who waits, "web -> db (healthy)"; else what happens then, "the
	 * former container runs on". */
	const char *edge, *otherwise;
	bool optional; /* only dependents with `required: false` wait for it: its failure is a warning */
	/* What its only container is called, which has another name until its predecessor is out of its way,
	 * and goes with that when it fails; NULL: as the engine says. */
	const char *replica;
	const char
		*hook; /* "pre_start[0]": the hook whose container is to complete; NULL: the service's own */
};

struct step {
	size_t number; /* 1-based position in the plan */
	enum op op;
	bool undo; /* runs only to take something back; not printed unless it runs */
	bool last; /* begins when everything else is over but what is last, too; only such steps may wait for
		      it */
	bool may_fail;              /* its failure is only a warning: another step makes up for it */
	const struct step *follows; /* once that step has begun, an interrupt does not skip this one: what was
				       torn down is put up again */
	const char *name;           /* of the object: container, network, volume or image name */
	const char *new_name; /* its final one: of a rename, and of a create whose container replaces one */
	const char *reason;   /* "image changed: a -> b", "not found" */

	/* What it works on, where that is a service or its container. */
	const struct service *service;
	const struct observed_container *container; /* NULL: the one that `target` creates */
	struct step *target;                        /* the create step whose container it is */
	int64_t number_of;                          /* container-number */

	/* Of each family; those of other families than the operation's stay zero. */
	struct step_image image;
	struct step_network network;
	struct step_volume volume;
	struct step_create create;
	struct step_ending ending;
	struct step_exec exec;
	struct step_gate gate;

	struct need *needs;
	size_t nneeds;

	/* Filled while running. */
	enum step_state state;
	const char *result_id; /* id of what was created; OP_VOLUME_CREATE: its CreatedAt */
	const char *kept;      /* of a removal that yields: why what it is about stays; NULL: it is gone */
	const char *failure;   /* one line: why it failed, or why it was skipped */
	bool conflict;        /* it failed because the engine is not as it was seen: somebody else is at it */
	bool cut;             /* it has not failed by itself: an interrupt has ended its waiting */
	int64_t began, ended; /* monotonic ns; 0: not yet */

	/* The scheduler's own. */
	size_t blocked;           /* needs not yet released */
	bool caused;              /* one of its causes was met */
	struct step **dependents; /* steps that name this one in `needs`, each once */
	size_t ndependents;
	unsigned length; /* longest remaining path, itself included */
};

/* What is wrong with a container and mended by no step. */
struct plan_fault {
	struct mark at; /* who needs it, else its service */
	const char *path, *text, *hint;
	bool mild; /* nobody needs it as the file says: a warning */
};

/* A container that is as it should be, so that no step is about it. */
struct plan_kept {
	const char *name, *word; /* "Running", "Stopped" */
};

struct plan {
	struct arena *arena;
	struct step **steps;
	size_t count;
	struct step **undos; /* steps that take something back, until plan_order puts them at the end */
	size_t nundos;
	const char **notes; /* "service web: container made by another tool, content counts as unchanged" */
	size_t nnotes;
	struct plan_fault *faults; /* printed as notes; a run that leaves one has failed */
	size_t nfaults;
	bool leaves_needed; /* what is needed and not selected is left alone on purpose: its faults are mild
			     */
	struct plan_kept *kept; /* not printed with the plan */
	size_t nkept;
};

/* Returns an empty plan. */
struct plan *plan_create(struct arena *arena);

/* Appends a step with object name (borrowed) and reason (may be NULL) and returns it. */
struct step *plan_add(struct plan *plan, enum op op, const char *name, const char *reason);

/* Puts a step right before another one; those from there on get new numbers. */
struct step *plan_add_before(
	struct plan *plan, const struct step *before, enum op op, const char *name, const char *reason);

/* Returns a step that takes something back: it becomes part of the plan, as its end, when plan_order is
 * called, so that printed plans have no gaps in their numbers. Its needs say when it runs; one whose needs
 * cannot be met any more is dropped. */
struct step *plan_add_undo(struct plan *plan, enum op op, const char *name, const char *reason);

/* Makes `step` wait for `on`; NULL for `on` does nothing, the same edge is kept once. */
void plan_need(struct plan *plan, struct step *step, struct step *on, enum release release);

/* The same for a need as another step has it. Returns whether it is new. */
bool plan_need_like(struct plan *plan, struct step *step, const struct need *need);

/* Gives an undo step one more cause: it waits for `on` as well, and runs when any of its causes is met. NULL
 * for `on` does nothing, the same cause is kept once. Returns whether it is new. */
bool plan_cause(struct plan *plan, struct step *step, struct step *on, enum release release);

/* Says of a container (name borrowed) that it is as it should be: the word is what a step would have ended
 * with. */
void plan_keep(struct plan *plan, const char *name, const char *word);

/* Numbers the steps anew so that every step comes after those it needs, and otherwise as planned (they stay
 * as they are when there is a cycle); then come the undo steps. */
void plan_order(struct plan *plan);

/* Adds a note (formatted, copied). */
void plan_note(struct plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether a failure of the step is only a warning: it may_fail, or it is a gate that is optional. */
bool step_tolerated(const struct step *step);

/* Whether another step makes up for the step's failure, and its operation has words for that
 * (op_traits.fallback). Known once the scheduler has the plan. */
bool step_made_up(const struct step *step);

/* Whether the run of the plan has failed, and only because the engine was not as it was seen. */
bool plan_conflict(const struct plan *plan);

/* Whether the step works on the container of a hook that runs in one of its own. */
bool step_of_hook(const struct step *step);

/* Id of the container that a step works on; NULL: none, or not made yet. */
const char *step_container(const struct step *step);

/* Name of the object as the user knows it: a container that is to replace another has the final one from the
 * start. */
const char *step_shown_name(const struct step *step);

/* What the verb needs beside the object: the new name, the network, the condition waited for; NULL: nothing.
 */
const char *step_argument(const struct step *step);

/* Number of steps that a user would call a change: without gates and undo steps. 0: nothing to do. */
size_t plan_changes(const struct plan *plan);

/* Prints the plan, one line a step: `3 <- 1,2  container web-1  create  not found`, and below a step the
 * changes that are known of it, `image: a -> b`; or as JSON
 * {"changes":N,"steps":[{"step","object","name","verb","argument","service","reason","changed":[{"attribute","old","new"}],"needs":[{"step","release"}]}],"notes":[…]}.
 * Undo steps are left out. After a number in `<-`: `?` soft, `!` on failure, `*` whatever happens. */
void plan_print(FILE *out, const struct plan *plan, bool json);

#endif
