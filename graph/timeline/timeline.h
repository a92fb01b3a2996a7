/* What a run has taken: when each step could begin, began and ended, what the run as a whole waited for, and
 * what to do about it. Pure: plans and JSON in, words and pictures out. */
#ifndef GRAPH_TIMELINE_H
#define GRAPH_TIMELINE_H

#include "base/buf.h"
#include "graph/plan/plan.h"

#include <stdio.h>

struct cJSON; /* cjson/cJSON.h */

/* A step as it went. Times are ns since the run began. */
struct timeline_step {
	enum op op;   /* OP_COUNT: none that we know (an older or newer record) */
	size_t round; /* index of the plan that it stood in */
	const char *name, *argument, *service, *reason, *failure; /* any may be NULL but the name */
	enum step_state state;                                    /* _DONE, _FAILED or _SKIPPED */
	bool last, undo;                                          /* as of struct step */
	int64_t began, ended;                                     /* -1: it never began */
	size_t *needs; /* indices of steps of its round that it waited for */
	size_t nneeds;
	/* of a gate */
	const char *check; /* how it was looked at: "http", "container" */
	int64_t interval;  /* ns between two looks at the longest; 0: not known */
	bool by_engine;    /* the engine alone looked (early: false) */

	/* Derived by timeline_measure. */
	int64_t ready; /* when all it waited for was over */
	bool critical; /* the run would have been over sooner without it */
	size_t lane;   /* the row of a picture that it stands in */
};

/* One plan, from the begin of its first step to the end of its last. */
struct timeline_round {
	const char *name; /* "images", "containers" */
	int64_t began, ended;
};

/* A piece of the path of steps that had to wait for each other, which is what the run took. */
struct timeline_part {
	enum timeline_kind {
		PART_STEP,
		PART_QUEUE, /* the step could have begun, but too many others ran */
		PART_LOOK,  /* the engine was looked at: before the first plan, and between two */
		PART_AFTER, /* after the last step: what has become of what has started */
	} kind;
	const struct timeline_step *step; /* NULL: none */
	int64_t began, ended;
};

struct timeline {
	struct arena *arena;
	const char *project, *command;
	int64_t time;             /* Unix ns of its begin */
	int64_t clock;            /* of the loop at its begin; 0: it is read from a record */
	const char *trace_parent; /* traceparent of who called us (W3C Trace Context); or NULL */
	const char *service_name; /* who runs, for OpenTelemetry: "docker-flow" unless it is set */
	int64_t took;
	bool ok;
	bool watched; /* after the last step what has no check was watched for a while (--wait) */
	struct timeline_round *rounds;
	size_t nrounds;
	struct timeline_step *steps;
	size_t nsteps;

	/* Derived by timeline_measure. */
	struct timeline_part *path; /* in order of time */
	size_t npath;
	size_t nlanes;
};

/* A run that begins: `time` of day and `clock` (loop_now). Texts are copied. */
struct timeline *timeline_create(
	struct arena *arena, const char *project, const char *command, int64_t time, int64_t clock);

/* Takes in how the steps of a plan that has run from `began` to `ended` (of the same clock) went; all that is
 * kept is copied. Steps that turned out not to be needed are left out. */
void timeline_take(
	struct timeline *timeline, const struct plan *plan, const char *name, int64_t began, int64_t ended);

/* The run is over; measures it. */
void timeline_end(struct timeline *timeline, bool ok, int64_t clock);

/* Appends the record: one JSON object that timeline_read takes again. */
void timeline_write(const struct timeline *timeline, struct buf *to);

/* Reads a record; measured. `what` names it in findings. Returns NULL with a finding when it is none. */
struct timeline *timeline_read(
	struct arena *arena, const struct cJSON *json, const char *what, struct errors *errors);

/* Fills in what is derived. (graph/timeline/timeline_measure.c) */
void timeline_measure(struct timeline *timeline);

/* A piece of advice, in the order of what it is worth. */
struct timeline_advice {
	const struct timeline_part *part;
	const char *text; /* what took so long, and what to do */
};

/* What to fix first: the longest parts of the path, five at most, each with what to do; arena's. Nothing for
 * parts that are too short to matter. (graph/timeline/timeline_advice.c) */
size_t timeline_advise(
	const struct timeline *timeline, struct arena *arena, struct timeline_advice **ret_advice);

/* How a step or part reads: "container shop-db-1 start", "waiting for a free place: image pull app". The
 * arena's. */
const char *timeline_step_words(struct arena *arena, const struct timeline_step *step);
const char *timeline_part_words(struct arena *arena, const struct timeline_part *part);

/* "0.42 s", "12.3 s", "2 min 5 s" from ns; the arena's. */
const char *timeline_span(struct arena *arena, int64_t ns);

/* "up of shop: 12.3 s" with what it came to; the arena's. */
const char *timeline_title(struct arena *arena, const struct timeline *timeline);

/* Kinds of steps that pictures tell apart. */
enum timeline_look { LOOK_IMAGE, LOOK_PREPARE, LOOK_CREATE, LOOK_START, LOOK_GATE, LOOK_END, LOOK_HOOK };
enum timeline_look timeline_look(const struct timeline_step *step);

/* Prints a measured run "text" (of that many columns), "svg", "html", "json", "trace" (trace events, for
 * ui.perfetto.dev and chrome://tracing: "Trace Event Format" of the Chromium project) or "otlp". Returns -1
 * for another format. (graph/timeline/timeline_draw.c) */
int timeline_draw(FILE *out, const struct timeline *timeline, const char *format, size_t columns);

/* Parts of timeline_draw. _otlp is an ExportTraceServiceRequest (OpenTelemetry Protocol, JSON): one trace, a
 * span for the run and one for each step, each a part of it and linked to those that it waited for. */
void timeline_text(FILE *out, const struct timeline *timeline, struct arena *arena, size_t columns);
void timeline_svg(FILE *out, const struct timeline *timeline, struct arena *arena, bool headed);
void timeline_html(FILE *out, const struct timeline *timeline, struct arena *arena);
void timeline_json(FILE *out, const struct timeline *timeline, struct arena *arena);
void timeline_otlp(FILE *out, const struct timeline *timeline, struct arena *arena);
void timeline_trace(FILE *out, const struct timeline *timeline, struct arena *arena);

#endif
