/* Progress as typed events into a sink: tty, plain, json and quiet screens are sinks, the core knows none of
 * them. */
#ifndef GRAPH_EVENT_H
#define GRAPH_EVENT_H

#include "graph/plan/plan.h"

enum event_kind {
	EVENT_STEP,     /* a step changed its state */
	EVENT_PROGRESS, /* a pull or build tells how far it is */
	EVENT_OUTPUT,   /* a line of a build's output */
	EVENT_PROBE,    /* what a gate was answered last, when that is another answer than before */
	EVENT_RETRY,    /* something failed for a transient reason and is tried again */
	EVENT_NOTE,     /* a remark: which way a probe goes (--verbose), waiting for a lock, … */
	EVENT_LOG, /* a line of a container's output (attached up); without a name, a remark among these */
	EVENT_WAITING, /* the engine does not answer: `name` is its address, `elapsed` how long; 0: that is
			  over */
	EVENT_EXIT,    /* a container ended (attached up, logs -f) */
};

/* What a part of a build, a vertex of its graph, comes to. */
enum event_turn { TURN_NONE, TURN_BEGINS, TURN_ENDS };

struct event {
	enum event_kind kind;
	int64_t time;                                 /* Unix ns */
	int64_t elapsed;                              /* of the step, ns */
	const struct step *step;                      /* EVENT_STEP to _RETRY; else NULL */
	enum step_state state;                        /* EVENT_STEP */
	const char *object, *name, *service, *reason; /* of the step, or of what the event speaks of */
	const char
		*text; /* the words: state word, output line, remark. Foreign text: screens neutralise it */
	const char *part;       /* EVENT_PROGRESS, _OUTPUT: layer id or build vertex */
	enum event_turn turn;   /* EVENT_PROGRESS of a build: its part begins, or ends as `text` says */
	int64_t current, total; /* EVENT_PROGRESS: bytes or 0 */
	int64_t status;         /* EVENT_EXIT: exit code */
	bool again;             /* EVENT_EXIT: it is started again */
	size_t len;             /* EVENT_LOG: bytes of `text`, which may hold any byte */
	bool standard_error;    /* EVENT_LOG */
};

struct sink {
	void (*on)(struct sink *sink, const struct event *event);
	void (*tick)(struct sink *sink); /* about ten times a second while something runs; may be NULL */
	void (*end)(struct sink *sink, bool ok); /* after the last event; may be NULL */
	void (*yield)(struct sink *sink); /* somebody else is about to print where it draws; may be NULL */
	bool wants_tick;
	bool wants_kept;   /* also told of containers that are as they should be */
	const char *title; /* of what runs: "up", "stop" */
	bool interrupted;  /* what runs was interrupted */
};

/* An event of that kind with what every one says of its step: time of day, how long it has run, state, names.
 * `now` is of the clock that tells when steps begin and end; a step under way has run until then. */
struct event event_of_step(enum event_kind kind, const struct step *step, int64_t now);

/* Delivers to the sink; NULL is allowed and drops. */
void event_send(struct sink *sink, const struct event *event);

/* Tells the notes of a plan, which may be NULL, and of what is kept, as of steps that are done, whoever wants
 * that. */
void event_notes(struct sink *sink, const struct plan *plan);

/* Before somebody else prints where the screen draws: what it has drawn is taken away until it draws again.
 * NULL allowed. */
void event_yield(struct sink *sink);

/* After the last event: the final picture, and one line of totals when something failed. NULL allowed. */
void event_end(struct sink *sink, bool ok);

#endif
