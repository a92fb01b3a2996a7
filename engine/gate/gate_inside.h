/* What the files of the gate share. */
#ifndef ENGINE_GATE_INSIDE_H
#define ENGINE_GATE_INSIDE_H

#include "engine/gate/gate.h"
#include "engine/probe/probe.h"

/* One container's machine. LOOK → ROUTE → PROBE ⇄ WAIT → READY; an end or a start of the container goes back
 * to LOOK; LISTEN waits for events alone; every failure goes through REPORT, which fetches the last lines. */
enum watch_state {
	WATCH_NEW,
	WATCH_LOOK,   /* inspect is under way */
	WATCH_ROUTE,  /* finding out which way a probe can go */
	WATCH_PROBE,  /* a try is under way */
	WATCH_WAIT,   /* for the next try */
	WATCH_LISTEN, /* for an event */
	WATCH_REPORT, /* failed: its last lines are under way */
	WATCH_READY,
	WATCH_FAILED,
};

/* As much of a probe's answer as a row of a screen may hold. */
#define GATE_ANSWER_MOST 256

struct gate;

struct watch {
	struct gate *gate;
	const char *id;
	const struct service *service; /* the container's */
	enum watch_state state;
	struct arena
		*arena; /* of `look` and what is made of it, a child of the gate's; each look has another */
	struct look look;
	bool looked;             /* `look` holds something */
	bool reviewed;           /* a look has been judged: what comes after it is news */
	bool removed;            /* the engine does not know it any more */
	bool died, began;        /* while LOOK was under way: an end, a start */
	bool completed;          /* it ended with 0 at some time */
	int64_t restarts_before; /* RestartCount at the first look */
	struct request *request;
	unsigned repeats; /* of the look, after failures that pass by themselves */
	struct loop_timer *timer;
	struct route route;
	struct probe_try try;
	struct pace pace;
	int64_t try_began;
	char answer[GATE_ANSWER_MOST]; /* of the last probe, as it was told */
	const char *why, *hint;        /* of the failure; the gate's arena's */
};

struct gate {
	struct job job;
	struct arena *arena; /* the gate is in it, too */
	struct watch *watches;
	size_t count;
	bool over, ok; /* decided; `done` follows by the timer */
	struct loop_timer *timer;
};

/* What messages call the container: as the gate's step says, else as the engine does, else its id. */
const char *gate_name(const struct watch *watch);

/* The kind of probe that the gate's step asks for, and whether it leaves the verdict to the engine. */
enum probe_kind gate_kind(const struct gate *gate);
bool gate_by_engine(const struct gate *gate);

/* Whether the engine has found the container unhealthy before, so that it will not say so again. */
bool gate_in_review(const struct watch *watch);

/* Sets the command that the watch's try runs, as the probe or the container's own check has it. */
void gate_set_command(struct watch *watch);

/* Sets the pace of the tries, or, after a restart of the container, quickens it. (All: gate_try.c) */
void gate_set_pace(struct watch *watch);

/* Fetches the last lines of a failed container, then leaves the finding and calls `told(watch)`. */
void gate_report(struct watch *watch, void (*told)(struct watch *watch));

/* What is missing after so long ("2s"): "container shop-db-1 is not ready after 2s: exit code 1". Arena's. */
const char *gate_missing(const struct watch *watch, const char *after);

/* Says with --verbose which way a probe goes. */
void gate_note_way(struct watch *watch);

/* Tells what the last probe answered when that is news: ours, or, with `theirs`, the engine's own, as the
 * last look has it. One line, for screens that have a row for the gate; it asks nobody for it. */
void gate_tell_answer(struct watch *watch, bool theirs);

/* Says that the engine restarts a container that is waited for. */
void gate_note_restart(struct watch *watch);

#endif
