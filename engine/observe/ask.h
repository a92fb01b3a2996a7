/* GET requests that are repeated while their failure may pass: one by itself, or several at the same time. */
#ifndef ENGINE_ASK_H
#define ENGINE_ASK_H

#include "engine/connect/engine.h"

struct ask {
	/* Set by the asker; what they point to has to be there until the answer. */
	struct engine *engine;
	const char *path, *query;       /* `query` and what follows, to `data`, may be left out */
	const char *const *headers;     /* as in struct request */
	int64_t takes;                  /* likewise */
	void (*begin)(struct ask *ask); /* before each try: what an earlier one has brought is void */
	/* As in struct request, whose `arg` is the ask. */
	void (*data)(struct request *request, const char *bytes, size_t len);
	/* The answer, or the failure that has not passed; NULL: the request cannot be made, and `errors` has
	 * a finding. Called within ask_send in that case, else from the loop. */
	void (*answered)(struct ask *ask, struct request *request);
	void *arg;             /* the asker's own */
	size_t *open;          /* how many are under way, for ask_wait; NULL: nobody counts */
	struct errors *errors; /* for what cannot be sent */

	/* Its own. */
	struct request *request;  /* in flight, or NULL */
	struct loop_timer *timer; /* until the next try, or NULL */
	unsigned repeats;
};

/* Asks. */
void ask_send(struct ask *ask);

/* Whether the answer is still to come. */
bool ask_pends(const struct ask *ask);

/* Lets go of one that is under way: there will be no answer. Safe from within `data`. */
void ask_cancel(struct ask *ask);

/* Turns the loop until all that count in `open` have been answered. */
void ask_wait(struct engine *engine, size_t *open);

#endif
