/* What the failure of a gate does to a container that it watches. Known once the scheduler has the plan. */
#ifndef GRAPH_TAKEN_BACK_H
#define GRAPH_TAKEN_BACK_H

#include "graph/plan/plan.h"

enum taken_back {
	TAKEN_NOT,      /* the container stays */
	FORMER_RUNS_ON, /* it is removed; the one whose place it was to take has not been stopped yet */
	FORMER_RETURNS, /* it is removed, and the former one is put back */
};

/* By the undo steps that run when `gate` fails, or when what waits for the gate is skipped for that; `id` is
 * the container's. */
enum taken_back taken_back(const struct step *gate, const char *id);

/* The same in words for a message, "the former container is put back"; NULL: it stays. */
const char *taken_back_words(enum taken_back what);

#endif
