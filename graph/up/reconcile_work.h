/* What the files of the `up` planner share. First everything is decided (reconcile_network.c, _volume.c,
 * _decide.c), so that nothing is planned when the wish cannot be met; then the steps are written down
 * (reconcile_service.c, _gate.c), dependencies before dependents. */
#ifndef GRAPH_RECONCILE_WORK_H
#define GRAPH_RECONCILE_WORK_H

#include "graph/up/reconcile.h"

/* The undo steps that start a container again which this run has stopped, and before that stop it when it was
 * started beside something that is taken back. NULL: not needed. */
struct way_back {
	struct step *stop, *start;
	struct step *ready; /* the start, or its last post_start hook */
};

/* A container that is there, of a planned project. */
struct existing {
	const struct observed_container *seen;
	struct task *task; /* its service; NULL: the service is not in the file */
	bool temporary; /* has the name of a recreate that was not finished: 12 hex digits, `_`, final name */
	bool away; /* was put aside for another one by a run that was cut short: final name, `_`, its own 12
		    * hex digits
		    */
	const struct replica *replica; /* that it belongs to; NULL: none */
	const char *unwanted;          /* why it is to be removed, or NULL */
	struct step *stop, *remove;
	struct step *aside; /* gives it the name of one that was put aside */
	struct step *start; /* again, of one that no replica takes and whose network is remade */
	struct way_back way_back;
	struct step **back; /* undo steps that put it back on networks whose change is taken back */
	size_t nback;
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
	struct step *rename;      /* to its final name */
	struct step *ready;       /* what dependents wait for: the start, or its last post_start hook */
	struct step *gate;        /* of this one alone (gate_replica); or NULL */
	struct step *taken_back;  /* undo step that removes what `create` has made, or `now`; or NULL */
	struct way_back way_back; /* of the container that `create` makes */
};

/* A network or volume that selected services use. */
struct net {
	const struct network *network;
	const struct observed_network *seen;
	bool renew;                            /* there with another configuration: removed and created */
	const struct observed_network **twins; /* more of our networks of that name; they go */
	size_t ntwins;
	struct step *remove, *create;
	struct net_member *members; /* of one that is remade */
	size_t nmembers;
};

/* A container on a network that is remade. */
struct net_member {
	struct existing *existing;
	const struct observed_attachment *at; /* its place by now */
	struct step *leave, *join;            /* join: NULL, it is replaced or removed */
};

/* When something is taken back. */
struct turn {
	struct step *step;
	enum release release;
	struct step *after[2]; /* undo steps that come first, whatever becomes of them; or NULL */
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
	bool hooked;         /* its pre_start hooks have been planned, as far as they are due */
	struct step **hooks; /* create, start and gate of each; the last one is what starts wait for */
	size_t nhooks;
	bool start_first;    /* its containers that run are replaced so */
	int64_t parallelism; /* how many are replaced at a time; 0: all */
	struct step **turns; /* of each container that is replaced the step after which the next may be */
	size_t nturns;
	struct step *proof; /* the gate that its replaced containers are removed behind, and that a change of
			     * its networks stays behind; or NULL */
	bool remade;        /* some container is recreated or restarted */
	const char *
		anew; /* service that begins without its former data: it, or one that it waits for; or NULL */
	struct gate_slot {
		bool asked;
		bool unchecked;    /* it was noted that an optional dependency cannot be waited for */
		struct step *step; /* NULL: nothing to wait for */
	} gates[3];                /* by condition */
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
	struct step *renewed; /* the last step of the change of networks: all who keep their place on them are
				 there; NULL: none changes */
	struct step *settled; /* what the change of networks stays behind: its proof, else `renewed` */
	struct step *alone;   /* removes the last of the networks' twins; NULL: there are none */
	struct map images;    /* reference → struct observed_image */
	struct name_wait *name_waits;
	size_t nname_waits;
};

/* Fills in what every planner of services begins with: a task for each vertex with the containers of its
 * service. (reconcile.c) */
void work_begin(struct work *work);

/* The task of a vertex or edge target. */
struct task *work_task(const struct work *work, const struct dag_vertex *vertex);

/* The replica that an edge names as a container; NULL: it names none, or one that this run leaves alone. */
const struct replica *work_named_replica(const struct work *work, const struct dag_edge *edge);

/* Whether the service shares a namespace of what its edge leads to (network_mode, pid, ipc). */
bool work_shares(const struct service *service, const struct dag_edge *edge);

/* The file's project, of which all that it declares is wanted (--all-resources); else NULL. */
const struct project *work_whole_project(const struct work *work);

/* Whether the container's process lives: running, restarting or paused. */
bool existing_runs(const struct existing *existing);

/* Whether the container's service has left the file, or it is a one-off that has ended. Applications are
 * nobody's orphans, nor is what a provider of the file's services has made. */
bool existing_orphan(const struct work *work, const struct existing *existing);

/* The container's place on a network of that engine name, or NULL. */
const struct observed_attachment *existing_attachment(const struct existing *existing, const char *network);

/* The one step that stops the container; NULL when it does not run. `ret_fresh` (may be NULL): made by this
 * call. */
struct step *existing_stop(struct work *work, struct existing *existing, const char *reason, bool *ret_fresh);

/* The name of a container that is put aside for another one of that name. */
const char *existing_away_name(struct work *work, const struct existing *existing, const char *name);

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

/* Of these the step that creates a network. */
void networks_create(struct work *work, struct net *net, const char *reason);

/* And the steps that remake the networks that change. (reconcile_renew.c) */
void networks_renew(struct work *work);

/* Writes the undo steps that bring the former networks back; all else has been written.
 * (reconcile_former.c) */
void networks_return(struct work *work);

/* The networks that are there and change. */
struct net **networks_changed(const struct work *work, size_t *ret_count);

/* The container's place on the network, or NULL. */
const struct observed_attachment *net_place(const struct net *net, const struct existing *existing);

/* Fills in a step that moves a container to a network or off it. Returns it. */
struct step *net_move(struct step *step, const struct net *net, const struct existing *existing);

/* Whether the container is there after the plan: nothing replaces or removes it. */
bool existing_stays(const struct work *work, const struct existing *existing);

/* Makes the start of a container of the service wait until its networks are as they should be; `existing`
 * NULL: one that the plan makes. */
void networks_need(
	struct work *work, const struct task *task, const struct existing *existing, struct step *start);

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

/* Why the container must be replaced for the sake of x-flow.ports, or NULL: docker compose, whose
 * configuration is the same, publishes none of them. */
const char *ports_fault(const struct work *work, const struct task *task, const struct existing *existing);
void volumes_emit(struct work *work);

/* Whether the service begins without what its containers have written: one is made and a volume of it is, or
 * it has no volume, and so nothing outlives its container. Once its replicas are decided. */
bool volumes_lost(const struct work *work, const struct task *task);

/* Makes `step` wait for the volumes that the plan creates for the service. */
void volumes_need(struct work *work, const struct task *task, struct step *step);

/* Refuses a service that cannot have its containers, and says so at the place; returns whether it has.
 * (reconcile_refuse.c) */
bool task_refuse(struct work *work, const struct task *task);

/* Decides what becomes of each container of a service. Dependencies must have been decided before. */
void task_decide(struct work *work, struct task *task);

/* Whether `a` is the better container for the name `final`: that name, then running, then the newer one. */
bool existing_better(const struct existing *a, const struct existing *b, const char *final);

/* Why a container that does not run is started. */
const char *existing_idle(const struct work *work, const struct existing *existing);

/* Whether a one-shot of that task is done by this container. */
bool existing_done(const struct task *task, const struct existing *existing);

/* Of these the files that configs, secrets and binds name: refuses those that are not there. */
void files_refuse(struct work *work, const struct task *task);

/* Of these the running containers that have to be restarted for the sake of others: what they depend on is
 * remade, or they have lost a namespace. (reconcile_restart.c) */
void task_restart(const struct work *work, const struct task *task);

/* Why a container of the service is stopped for the sake of what its edge leads to, which is remade. */
const char *restart_reason(
	const struct work *work, const struct service *service, const struct dag_edge *edge);

/* Notes that a service which is not part of this run loses a namespace that it shares. */
void task_note_bereft(const struct work *work, const struct task *task);

/* Why a container that the engine restarts again and again, after longer and longer pauses, is started anew:
 * somebody is about to wait for it, and its next try is to be now; NULL: nobody is, or it does not fail.
 * (reconcile_restart.c) */
const char *existing_retried(const struct work *work, const struct existing *existing);

/* Whether the service gets a one-off, and only that; and decides so. (reconcile_once.c) */
bool task_is_once(const struct work *work, const struct task *task);
void task_once(struct work *work, struct task *task);

/* Writes the steps that remove what killed runs were to remove. (reconcile_once.c) */
void leftovers_emit(struct work *work);

/* Writes the steps of a service. Dependencies must have been written before. */
void task_emit(struct work *work, struct task *task);

/* Makes a step wait for the container that has the name, if any has; `self`: that one may. */
void names_need(struct work *work, struct step *step, const char *name, const struct existing *self);

/* For reconcile_replace.c. The step that creates a replica's container; `now` is what it replaces, or NULL.
 */
struct step *replica_create(struct work *work, struct task *task, struct replica *replica);

/* The step that starts a replica's container, with what comes between create and start: networks, uploads.
 * NULL: nothing is to be started. */
struct step *replica_start(struct work *work, struct task *task, struct replica *replica, const char *reason);

/* Writes the steps of the service's pre_start hooks, once, before `replica` and the others are started: those
 * of a service of which no container stays that was started before. Returns the step that has to succeed
 * before any of them starts, or before one that they replace is stopped; NULL: no hook is due. (All of hooks:
 * reconcile_hook.c) */
struct step *hooks_before(struct work *work, struct task *task, const struct replica *replica);

/* Leaves what `undo` takes back where it is when a hook of the service fails: the next run starts it. */
void hooks_keep(struct work *work, const struct task *task, struct step *undo);

/* Finds the containers of hooks that earlier runs have left to the selected services (others may be looked at
 * still), `due`: to those whose hooks this plan runs again; and writes the steps that remove them. */
void hooks_find_left(struct work *work, bool due);
void hooks_remove_left(struct work *work);

/* The step that gives a replica's container, now called `name`, its final name after `after` (may be NULL).
 */
struct step *replica_rename(struct work *work, const struct task *task, struct replica *replica,
	const char *name, struct step *after);

/* Stops what asked to be restarted with `task`, before `step` takes a container of `task` away. */
void dependents_stop(struct work *work, const struct task *task, struct step *step);

/* Writes the steps that replace a container, or go on with that. (reconcile_replace.c) */
void replica_replace(struct work *work, struct task *task, struct replica *replica);

/* How its containers are replaced: sets start_first and parallelism, and notes why start-first cannot be. All
 * else has been decided. (reconcile_order.c) */
void order_decide(struct work *work, struct task *task);

/* Whether the file asks for start-first, possible or not. */
bool order_asked(const struct service *service);

/* Makes `step` wait until so few containers of the service are being replaced that it may be its turn; and
 * says after which step another one may (NULL: at once). Without a limit both do nothing. */
void order_wait(struct work *work, const struct task *task, struct step *step);
void order_done(struct work *work, struct task *task, struct step *step);

/* Writes the steps that replace a container which runs until its successor is ready, or go on with that.
 * (reconcile_switch.c) */
void replica_switch(struct work *work, struct task *task, struct replica *replica);

/* Whether it is replaced that way: `old` is the container that goes. */
bool replica_switches(const struct task *task, const struct existing *old);

/* Gives a container, which a run that was cut short has put aside, its places on the networks as the file
 * says, since it may have lost its aliases, before it has its name again, by which a further run would
 * take it for one that has lost nothing. Where the file does not ask for start-first nothing is lost. */
void places_return(struct work *work, const struct task *task, const struct replica *replica);

/* Puts it on its networks again with the aliases it had (of one that an earlier run has put aside: as the
 * file says), when it is its turn, before `start` (NULL: it runs). Returns the last of these undo steps. */
struct step *places_undo(struct work *work, const struct task *task, struct existing *old,
	const struct turn *turn, struct step *start);

/* Stops and removes the container of a replica when it is its turn. Returns the step that removes. */
struct step *replica_take_back(struct work *work, struct replica *replica, const struct turn *turn);

/* Adds a replica's start to the proof of its service, and makes that one if there is none. Returns it. (All
 * of proofs: reconcile_proof.c) */
struct step *proof_watch(struct work *work, struct task *task, const struct replica *replica);

/* Gives one proof to all services that a change of networks touches, and to those that share namespaces with
 * them: they stand or fall together. Without rollback there is none. */
void proofs_of_networks(struct work *work);

/* Whether the proof of the service is that of the networks. */
bool proof_of_networks(const struct work *work, const struct task *task);

/* Makes proofs wait for the gates of their services, which have all been written, and takes back with them
 * what was restarted for their sake. */
void proofs_finish(struct work *work);

/* Starts a container again that was stopped when `start`, which was to follow, never begins. */
void undo_put_back(struct work *work, struct existing *existing, struct step *start);

/* Starts those again that were restarted with the service, beside what it had before: what they were started
 * beside is taken back when `proof` fails. */
void undo_followers(struct work *work, const struct task *task, struct step *proof);

/* Stops the containers of the service that were moved to other networks and started there when the networks'
 * proof fails, and starts those again that ran before. */
void undo_moved(struct work *work, const struct task *task);

/* The same for a container that no replica takes, if it was. */
void undo_moved_alone(struct work *work, struct existing *existing);

/* Lets the undo steps that start containers again wait for each other and for the networks that they are put
 * back on; all of them have been written. */
void undo_order(struct work *work);

/* Removes the container that `create` makes when `skip`, which was to follow, never begins. Returns the undo
 * step. */
struct step *undo_create(struct work *work, struct step *create, struct step *skip, const char *reason);

/* Makes `step` wait for what the service's dependencies must have reached; NULL only writes the gates: those
 * of edges with an end that this plan creates or starts. */
void gates_need(struct work *work, const struct task *task, struct step *step);

/* The gate of a replica's container alone, which runs already or is started by the plan: that it is healthy
 * where something checks it, else that it stays up. `otherwise` is what happens when it fails. */
struct step *gate_replica(
	struct work *work, const struct task *task, struct replica *replica, const char *otherwise);

/* Gates for every selected service (--wait). */
void gates_wait(struct work *work);

#endif
