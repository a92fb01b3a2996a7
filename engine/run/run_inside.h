/* Inside of the executor, shared by run.c (the loop), run_step.c (one step), run_watch.c (events and ends)
 * and run_peer.c (which containers a service has by now). Steps and events call each other on purpose: a
 * start is watched for its end, and a container that is gone ends the step that would remove it again. */
#ifndef ENGINE_RUN_INSIDE_H
#define ENGINE_RUN_INSIDE_H

#include "engine/run/op_row.h"
#include "engine/run/run.h"
#include "graph/plan/sched.h"

struct run;

/* A step under way. */
struct task {
	struct run *run;
	struct step *step;
	const struct op_row *row;
	struct task *next;
	struct op_call call;
	struct payload_context context;
	struct request *request;  /* in flight, or NULL */
	struct loop_timer *timer; /* until the next try, or NULL */
	struct loop_timer *grace; /* until an endless one is left to itself after an interrupt, or NULL */
	unsigned repeats, waits;
	const char *told;       /* why it was repeated last, or NULL */
	struct job *job;        /* of row->job, under way, or NULL */
	struct errors findings; /* those of tolerated steps become warnings */
	bool held;              /* it has not been let go yet (task_held) */
	bool gives_up;          /* a job that is about to fail by itself */
	bool over, ok;
	bool quiet; /* ended by an interrupt: no finding */
};

/* A container that this run has started. */
struct started {
	const char *id;
	const struct step *step;
	bool ends_first; /* its start ends what runs before that */
	bool begun;      /* the engine has told of its start */
	bool ended, again;
	bool ending; /* its process has ended, and the engine is about to say so */
	int64_t exit_code;
};

struct run {
	struct engine *engine;
	struct plan *plan;
	const struct run_options *options;
	struct errors *errors;
	struct arena *arena;
	struct sched sched;
	struct task *tasks;
	const struct pair *proxies;
	size_t nproxies;
	struct events *events;
	bool watching;        /* the engine has accepted the subscription */
	const char *blind;    /* why there are no events any more, or NULL */
	struct request *info; /* GET /info in flight */
	const char *left;     /* as in run_result */
	bool patient;         /* watch_last_look still waits for the ends that the engine is about to tell */
	int signal;           /* first interrupt, 0: none */
	bool at_once;         /* second interrupt */
	bool expired;         /* the deadline has passed */
	struct loop_timer *deadline;
	struct started *started;
	size_t nstarted;
	struct map by_id;  /* container id → index + 1 into started */
	struct map common; /* failure of the engine as a whole → its finding */
};

/* What this run has started as the container `id`, or NULL. (run_watch.c) */
struct started *started_find(const struct run *run, const char *id);

/* Starts a step, and ends it for good (frees what it holds). (run_step.c) */
void task_begin(struct run *run, struct step *step);
void task_finish(struct task *task);

/* Lets a held step go on: when the events flow that it needs, and before_start allows it. */
void task_held(struct task *task);

/* Whether it is a job under way that listens to the engine's events. */
bool task_listens(const struct task *task);

/* Nothing more is to begin (sched.why): jobs and what is held end; requests in flight go on. */
void task_interrupt(struct task *task);

/* Cancels everything the task has under way. */
void task_drop(struct task *task);

/* Whether an operation must not begin before the events flow. (run_watch.c) */
bool watch_needed(const struct op_row *row);

/* Subscribes to events, if the plan needs any. Returns -1 when they cannot be asked for. */
int watch_open(struct run *run);
void watch_close(struct run *run);

/* Asks how those are that were started lately, and takes in what the events tell meanwhile. An engine
 * that has begun to handle its end answers when it has done that (moby, handleContainerExit holds the
 * container's lock), whereas its list would still say that it runs. Adds a finding when there is no answer.
 */
void watch_last_look(struct run *run);

/* Remembers a container that was started, and reports those that ended by themselves. */
void watch_started(struct run *run, const char *id, const struct step *step);

/* The same, when the step ends first what runs of it. */
void watch_restarted(struct run *run, const char *id, const struct step *step);
void watch_report(struct run *run, struct run_result *result);

/* For payload_context: `arg` is the task. (run_peer.c) */
const char *peer_first(void *arg, const char *service_key);
const struct payload_peer *peer_all(void *arg, const char *service_key, size_t *ret_count);

/* Whether a start that was refused may be the fault of another container, whose namespace it shares. If so
 * the engine is asked, and the task ends with a finding that names that one when it does not run.
 * (run_namespace.c) */
bool namespace_blame(struct task *task, const struct request *request);

/* Whether a start found the container running (status 304) that shares a namespace of one that this run has
 * started: the namespace may be the former one. (run_namespace.c) */
bool namespace_doubted(struct task *task, const struct request *request);

/* Engine name or id of the network that a step connects to or disconnects from. */
const char *peer_network(const struct run *run, const struct step *step);

#endif
