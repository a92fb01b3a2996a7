/* A job: an operation that is more than requests and their answers (a gate, a pull, a build): a state machine
 * of its own over the loop. Its kind is a struct with a struct job as its first member, and a row of
 * functions.
 */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include "engine/connect/engine.h"
#include "engine/stream/events.h"
#include "graph/plan/event.h"
#include "graph/plan/plan.h"

/* What a job is given; all borrowed until it is cancelled. */
struct job {
	struct engine *engine;
	struct step *step;
	struct sink *sink; /* for its progress */
	struct errors *errors;
	void (*done)(void *arg, bool ok); /* called once, from the loop; a failure has left a finding */
	void *arg;
};

struct job_row {
	/* Begins a job, with a copy of what it is given. Never calls `done` from within. */
	struct job *(*begin)(const struct job *given);
	/* Ends and frees it, called once, whether or not `done` was. No `done` follows. */
	void (*cancel)(struct job *job);
	/* Tells it of an engine event, of any object; NULL: it does not listen. */
	void (*event)(struct job *job, const struct engine_event *event);
	/* Events may have been missed: it looks itself at what it waits for; NULL: nothing. */
	void (*look)(struct job *job);
	/* The run gives up after so long ("2s"): fails, with what it was still waiting for; `done` follows
	 * soon. False when nothing is missing. No function: it is not what a deadline is for. */
	bool (*give_up)(struct job *job, const char *after);
};

#endif
