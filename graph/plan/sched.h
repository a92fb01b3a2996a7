/* The scheduler: a counter per step and a ready list. No I/O, no clock, no threads; the executor asks for
 * ready steps and reports ends. */
#ifndef GRAPH_SCHED_H
#define GRAPH_SCHED_H

#include "graph/plan/plan.h"

struct sched {
	struct plan *plan;
	struct step **ready[POOL_COUNT]; /* a heap per pool: longest remaining path first */
	size_t nready[POOL_COUNT];
	unsigned running[POOL_COUNT], limit[POOL_COUNT]; /* limit 0: no limit */
	size_t open;                                     /* steps not yet at their end */
	size_t earlier;      /* of them those that are neither last nor undo steps */
	bool late;           /* the last steps have been let go */
	size_t known;        /* steps of the plan taken in so far */
	bool stopped;        /* no new steps but undo ones */
	bool fail_fast;      /* the first failure that is not tolerated stops as sched_stop does */
	const char *why;     /* of the stop */
	struct step **ended; /* steps whose end still has to be told to those that wait */
	size_t nended;
	/* Told when a step runs, is done, fails or is skipped (not when it is dropped); may be NULL. */
	void (*changed)(void *arg, struct step *step);
	void *arg;
};

/* Prepares the plan: counts needs, computes path lengths, queues what is ready. The plan must be acyclic (it
 * is by construction; returns -1 otherwise, which is a bug of a planner). Steps appended later:
 * sched_appended. */
int sched_init(struct sched *sched, struct plan *plan, void (*changed)(void *, struct step *), void *arg);

/* Sets how many steps of a pool may run at once; 0: any number. Without it 100 stops, 4 pulls, 4 builds. */
void sched_limit(struct sched *sched, enum pool pool, unsigned limit);

/* Takes the next step that may run now (state STEP_RUNNING), or returns NULL. */
struct step *sched_next(struct sched *sched);

/* Reports the end of a running step; releases, skips or drops what waits for it. */
void sched_done(struct sched *sched, struct step *step, bool ok);

/* Takes in steps that were appended to the plan since. */
int sched_appended(struct sched *sched);

/* Interrupt: everything that has not begun is skipped, save undo steps and steps that follow one that has
 * begun. */
void sched_stop(struct sched *sched, const char *why);

/* Whether every step has come to its end. */
bool sched_finished(const struct sched *sched);

#endif
