/* What the files of the `up` planner share. First everything is decided (reconcile_network.c, _volume.c,
 * _decide.c), so that nothing is planned when the wish cannot be met; then the steps are written down
 * (reconcile_service.c, _gate.c), dependencies before dependents. */
#ifndef GRAPH_RECONCILE_WORK_H
#define GRAPH_RECONCILE_WORK_H

#include "graph/up/reconcile.h"

/* A container that is there, of a planned project. */
struct existing {
	const struct observed_container *seen;
	struct task *task; /* its service; NULL: the service is not in the file */
	bool temporary; /* has the name of a recreate that was not finished: 12 hex digits, `_`, final name */
	bool taken;     /* belongs to a replica */
	const char *unwanted; /* why it is to be removed, or NULL */
	struct step *stop, *remove;
	bool stopped_early; /* `stop` was planned for a dependency (restart: true) or a network that is remade
			     */
	const struct step
		*gone;      /* takes away what the container shares, so that it cannot come back; or NULL */
	struct step *start; /* again, of one that no replica takes and whose network is remade */
};

enum action {
	ACTION_KEEP,
	ACTION_CREATE,
	ACTION_START,    /* there, as it should be, but not running */
	ACTION_RESTART,  /* stop and start: a dependency or a network is remade */
	ACTION_RECREATE, /* `now` differs from the file */
	ACTION_FINISH, /* `now` is the new container of an interrupted recreate, `old` the one it replaces */
};

/* One container that the file wants. */
struct replica {
	int64_t number;
	const char *name; /* final */
	enum action action;
	const char *reason;
	struct existing *now, *old; /* NULL: none */
	struct step *create, *start;
	struct step *rename; /* to its final name */
	struct step *ready;  /* what dependents wait for: the start, or its last post_start hook */
};

/* A network or volume that selected services use. */
struct net {
	const struct network *network;
	const struct observed_network *seen;
	bool renew;                            /* there with another configuration: removed and created */
	const struct observed_network **twins; /* more of our networks of that name; they go */
	size_t ntwins;
	struct step *create;
};

struct vol {
	const struct volume *volume;
	const struct observed_volume *seen;
	const char *missing; /* why it is created, or NULL */
	struct step *create;
};

/* A service being planned. */
struct task {
	struct dag_vertex *vertex;
	const struct service *service;
	int64_t scale;
	struct existing **existing; /* its containers, without one-offs */
	size_t nexisting;
	struct replica **replicas;
	size_t nreplicas;
	const char *hash;   /* config-hash; NULL: refers to a container that does not exist yet */
	const char *inputs; /* docker-flow.inputs, or NULL */
	const char *reference;
	const struct observed_image *image; /* NULL: not known */
	struct attachment **attachments;
	size_t nattachments;
	struct net **nets;        /* same order and count as attachments */
	struct net *applications; /* network of the applications it depends on, or NULL */
	bool one_shot;
	bool remade; /* some container is recreated or restarted */
	struct gate_slot {
		bool asked;
		struct step *step; /* NULL: nothing to wait for */
	} gates[3];                /* by condition */
};

/* Something to take back when `skip` never begins although `success` was done. */
struct undo {
	enum op op;
	const char *name, *reason;
	const struct service *service;
	struct step *target, *success;
	const struct step *skip;
	const struct observed_container *container;
	const struct network *network; /* OP_NETWORK_CONNECT */
	const struct attachment *attachment;
	bool remove_volumes;
	struct step *step; /* once written */
};

/* A step that needs a container name that another container may still have. */
struct name_wait {
	struct step *step;
	const char *name;
	const struct existing *self;
};

struct work {
	struct arena *arena;
	const struct dag *dag;
	const struct observed *seen;
	const struct reconcile_options *options;
	struct plan *plan;
	struct errors *errors;
	struct task *tasks; /* by vertex->order */
	struct existing **existing;
	size_t nexisting;
	struct map by_name; /* container name → struct existing */
	struct map nets;    /* engine name → struct net */
	struct map vols;
	struct step *alone; /* removes the last of the networks' twins; NULL: there are none */
	struct map images;  /* reference → struct observed_image */
	struct undo *undos;
	size_t nundos;
	struct name_wait *name_waits;
	size_t nname_waits;
};

/* The task of a vertex or edge target. */
struct task *work_task(const struct work *work, const struct dag_vertex *vertex);

/* Whether the container's process lives: running, restarting or paused. */
bool existing_runs(const struct existing *existing);

/* The container's place on a network of that engine name, or NULL. */
const struct observed_attachment *existing_attachment(const struct existing *existing, const char *network);

/* The one step that stops the container; NULL when it does not run. `ret_fresh` (may be NULL): made by this
 * call. */
struct step *existing_stop(struct work *work, struct existing *existing, const char *reason, bool *ret_fresh);

/* Writes the step that removes a container once it is stopped; its volumes stay. */
struct step *existing_removal(struct work *work, struct existing *existing, const char *reason);

/* Stops (when it runs) and removes a container that nobody wants. */
void existing_remove(struct work *work, struct existing *existing);

/* Collects the networks selected services use, finds them, and reports what cannot be met. */
void networks_decide(struct work *work);

/* Why an unchanged container does not do because of its networks, or NULL. */
const char *networks_fault(const struct work *work, const struct task *task, const struct existing *existing);

/* Whether one of the container's networks is remade. */
bool networks_renewed(const struct task *task, const struct existing *existing);

/* Writes steps that remove twins of networks, create and remake networks; nothing was written before. */
void networks_emit(struct work *work);

/* Makes all other steps wait until the twins are gone: nothing is taken away that could not be started again.
 */
void networks_alone(struct work *work);

/* Writes the steps that connect a container to the networks it lacks: `create` is its create step, or
 * `existing` the container. */
void networks_connect(
	struct work *work, const struct task *task, const struct existing *existing, struct step *create);

/* The same for volumes. */
void volumes_decide(struct work *work);
const char *volumes_fault(const struct work *work, const struct task *task, const struct existing *existing);
void volumes_emit(struct work *work);

/* Makes `step` wait for the volumes that the plan creates for the service. */
void volumes_need(struct work *work, const struct task *task, struct step *step);

/* Decides what becomes of each container of a service. Dependencies must have been decided before. */
void task_decide(struct work *work, struct task *task);

/* Writes the steps of a service. Dependencies must have been written before. */
void task_emit(struct work *work, struct task *task);

/* Adds something to take back; the caller fills in the rest. Valid until the next call. */
struct undo *undo_add(struct work *work, enum op op, const struct service *service, const char *name);

/* Starts a container again that was stopped early, when `skip`, which was to follow, never begins. */
void undo_put_back(struct work *work, const struct existing *existing, struct step *skip);

/* Writes the undo steps; they come last, so that printed plans have no gaps in their numbers. */
void undos_emit(struct work *work);

/* Makes `step` wait for what the service's dependencies must have reached; NULL only writes the gates. */
void gates_need(struct work *work, const struct task *task, struct step *step);

/* Notes dependents that run beside an unhealthy dependency. */
void gates_note(struct work *work, const struct task *task);

/* Gates for every selected service (--wait). */
void gates_wait(struct work *work);

#endif
