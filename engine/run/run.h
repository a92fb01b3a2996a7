/* The executor: scheduler + operation rows + requests + events. It runs any plan and decides nothing. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "engine/connect/engine.h"
#include "graph/plan/event.h"
#include "graph/plan/plan.h"

/* How much at once; 0: as usual. */
struct run_parallel {
	unsigned requests; /* width of the API pool: by the engine's CPUs (clamp 2 × NCPU to 4…16) */
	unsigned pulls;    /* and pushes: 4 */
	unsigned builds;   /* 4 */
};

struct run_options {
	struct sink *sink;
	const struct observed *seen; /* the snapshot the plan was made from; may be NULL */
	bool fail_fast;
	bool impatient; /* the first interrupt already ends at once (the stop after a Ctrl-C) */
	struct run_parallel parallel;
	int64_t deadline; /* ns for the whole run, then it stops as failed (--wait-timeout); 0: none */
	const char *const *projects; /* whose events to watch */
	size_t nprojects;
	bool last_look;    /* before the run ends, once: has what was started lately ended already? */
	bool shared_files; /* engine/payload/service_files.h: service_files_shared */
	/* A container is about to start; returns whether it may. If not, it is asked again after every turn
	 * of the loop: the output is being attached to. May be NULL. */
	bool (*before_start)(void *arg, struct step *step, const char *id);
	/* A hook of the container has printed a line, without its end. May be NULL. */
	void (*hook_said)(void *arg, const struct step *step, const char *id, const char *text, size_t len);
	void *arg;
	/* The container is asked to stop, and has `grace` ns for it; negative: as long as it likes. May be
	 * NULL. */
	void (*stops)(void *arg, const struct step *step, const char *id, int64_t grace);
	/* A container with post_start hooks is about to be started. May be NULL. */
	void (*starts)(void *arg, const struct step *step, const char *id);
	void *stops_arg; /* of both */
	/* Asked after every turn of the loop: true ends the run as a first interrupt does, without a signal.
	 * May be NULL. */
	bool (*halted)(void *arg);
	void *halted_arg;
};

/* A container that this run started and that ended on its own, not by a step, before the run's end. */
struct run_end {
	const char *id, *name, *service;
	int64_t exit_code;
	bool again; /* its restart policy has started it since */
};

struct run_result {
	size_t done, failed, skipped; /* steps */
	int interrupted;              /* signal number, or 0 */
	const char *left;             /* what the engine was still at when a second interrupt came; or NULL */
	struct run_end *ends;         /* plan's arena; at most one entry a container, the latest end */
	size_t nends;
};

/* Runs the plan to its end. Independent branches go on after a failure (unless fail_fast); every failure is
 * in `errors` with the step's object, the engine's words and a hint for the frequent ones (port in use, image
 * missing, name taken, no space). The first interrupt stops feeding, finishes requests in flight, runs undo
 * steps; the second ends at once. Requests that can safely be repeated are, with back-off, told as
 * EVENT_RETRY. Returns 0 when all steps succeeded, else -1. */
int run_plan(struct engine *engine, struct plan *plan, const struct run_options *options,
	struct run_result *ret_result, struct errors *errors);

#endif
