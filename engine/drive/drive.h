/* The one way a plan comes to run: lock, look, plan, run, and look again when somebody else was at it. A
 * command fills a struct drive and hands it a planner; the lock, the planners' looks and the executor are
 * called from this room alone. */
#ifndef ENGINE_DRIVE_H
#define ENGINE_DRIVE_H

#include "engine/run/run.h"
#include "graph/dag/scope.h"

struct drive;
struct follow;
struct timeline; /* graph/timeline/timeline.h */

/* Why a planner looks. */
enum drive_look {
	DRIVE_FIRST,    /* nothing is known yet, or what is known may be too old */
	DRIVE_BROUGHT,  /* the image plan has run: only the images are new */
	DRIVE_CONFLICT, /* somebody else has changed the engine meanwhile; images that are known stay so */
};

/* How a kind of run looks and plans. `drive->arg` is the planner's own. */
struct drive_planner {
	/* Observes and plans: sets drive->seen, plan, image_plan and idle. Returns 0, or -1 with findings. */
	int (*look)(struct drive *drive, enum drive_look why);
	/* Has steps of the image plan failed: leaves out what cannot run without them, so that the rest goes
	 * on. NULL: there is no image plan. */
	void (*drop)(struct drive *drive);
	/* After a run that went well, locks still held, and when there is nothing to do. Returns 0, or -1
	 * with findings. May be NULL. */
	int (*check)(struct drive *drive);
	/* After a run that failed, unless it was interrupted: adds what else has gone wrong meanwhile. May be
	 * NULL. */
	void (*failed)(struct drive *drive);
};

struct drive {
	/* Set by the caller. */
	const struct drive_planner *planner;
	void *arg;
	struct engine *engine;
	struct arena *arena;
	struct errors *errors;
	const struct scope *scope;
	struct run_parallel parallel;
	bool fail_fast, impatient;
	bool last_look;   /* as run_options */
	bool unlocked;    /* no lock is taken: what this very run has begun is stopped again, or nothing of
			     the project is changed */
	int64_t deadline; /* ns for each plan, 0: none */
	struct follow *follow; /* attaches to each container before it starts, and hears its hooks; NULL:
				  nobody listens */
	/* As of run_options, without a follow; its arg is `arg`. */
	bool (*before_start)(void *arg, struct step *step, const char *id);
	const int *signal;         /* an interrupt that came while no plan ran, as a number; NULL: never */
	bool (*halted)(void *arg); /* as of run_options */
	void *halted_arg;
	/* Shows the warnings among the findings, which are then gone; NULL: they wait for the end. */
	void (*warn)(void *arg);
	void *warn_arg;

	/* Gets what each step of the plans has taken; NULL: nobody asks. */
	struct timeline *timeline;

	/* Set by the caller before drive_run. */
	struct sink *sink;

	/* Set by the planner's look; in `scratch`. */
	struct observed *seen;
	struct plan *image_plan; /* pulls and builds that come first; NULL: none are needed */
	struct plan *plan;
	bool idle; /* there is nothing to do */

	/* How the last plan ended. */
	struct run_result result;
	int interrupted; /* number of the signal that ended the run, or 0 */

	/* Of what is seen and planned, a child of `arena`: what a look that begins anew (DRIVE_FIRST) finds
	 * in it is gone. */
	struct arena *scratch;

	/* The driver's own. */
	int locks[2];
	size_t nlocks;
};

/* Takes the locks that are free and looks; nothing is changed. Returns 0, then drive_close has to follow; or
 * -1 with findings. */
int drive_open(struct drive *drive);

/* Looks and plans without a lock, for who only prints the plan. Returns 0 or -1. */
int drive_look(struct drive *drive);

/* Runs what drive_open has planned: waits for the locks that were taken by others, then looks again; runs the
 * image plan and plans the rest with what it brought; plans anew, twice at most, when the engine turns out
 * to be changed by somebody else. Locks are released at the end. Returns 0, or -1: interrupted, or findings.
 */
int drive_run(struct drive *drive);

/* Releases the locks that are still held. */
void drive_close(struct drive *drive);

/* Frees what was seen and planned, and empties `scratch` for the next look. */
void drive_forget(struct drive *drive);

/* Marks those of drive->seen that a run which was cut short may be stopping, and those whose post_start hooks
 * have not all succeeded. (drive_kept.c) */
void drive_see_kept(struct drive *drive);

/* Keep that for the next run: for run_options, `arg` is the drive. (drive_kept.c) */
void drive_keep_stop(void *arg, const struct step *step, const char *id, int64_t grace);
void drive_keep_start(void *arg, const struct step *step, const char *id);

/* Forgets what the run of the plan has brought to its end. (drive_kept.c) */
void drive_forget_kept(const struct drive *drive, const struct plan *plan);

/* What is there now of the scope's projects: containers only, one request. The snapshot is `scratch`'s; NULL
 * with findings in `errors`. */
struct observed *drive_containers(const struct drive *drive, struct errors *errors);

/* Says what is there after an interrupt: the containers by their state, unless the run was about images
 * alone, and what the engine may still be at.
 */
void drive_tell_left(const struct drive *drive);

/* A remark to the sink. */
void drive_note(const struct drive *drive, const char *text);

#endif
