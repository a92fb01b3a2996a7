/* What the screens have in common: the words for an event, and the counts of a run. */
#ifndef CMD_SHOW_WORDS_H
#define CMD_SHOW_WORDS_H

#include "base/map.h"
#include "graph/plan/event.h"

#include <stdio.h>

/* Words of a step's state: "Creating", "Created", "Error", "Skipped"; NULL for those not shown. */
const char *show_word(const struct event *event);

/* The name of the event's object. A container that was to be renamed for its successor, and was not, has the
 * one it had. */
const char *show_name(const struct event *event);

/* "0.4s", "1m12s" from nanoseconds; `room` at least 24 bytes. Returns `to`. */
const char *show_elapsed(char *to, size_t room, int64_t ns);

/* "still waiting for the engine at unix:///… (4 s)" for an EVENT_WAITING; `room` at least 64 bytes. Returns
 * `to`. */
const char *show_waiting(char *to, size_t room, const struct event *event);

/* The same, when a screen of lines should tell it: at first and then every half minute; else NULL. `told` is
 * the screen's own, 0 at first. */
const char *show_waiting_due(char *to, size_t room, const struct event *event, int64_t *told);

/* Counts for the line of totals. */
struct show_totals {
	size_t done, failed, skipped; /* steps */
	int64_t began;                /* monotonic ns; 0: of a run that has not begun */
};

/* Counts the end of a step, but for the failure of one that may fail. The first event of what is done begins
 * the run. */
void show_count(struct show_totals *totals, const struct event *event, int64_t now);

/* What a screen for people has told of a run. */
struct show_past {
	struct map fallen;  /* objects that have failed or were skipped: "object name"; the container of a
			       gate that is about one alone */
	struct map renewed; /* containers that are being replaced: name → the step that makes the new one */
};

/* Nothing was told yet. */
void show_past_init(struct show_past *past, struct arena *arena);

/* Whether a screen for people leaves the event out: the last of what befalls an object that has failed or was
 * skipped already, or one whose replacement's gate has, and the parts of a replacement, which is one thing:
 * it begins when the new container is made, and is done when that has its name. */
bool show_is_echo(struct show_past *past, const struct event *event);

/* "up: 1 failed, 2 skipped, 7 done  0.6s" to `out`; nothing when no step has failed: the findings say what is
 * wrong. */
void show_sum(FILE *out, const char *title, const struct show_totals *totals, int64_t now);

#endif
