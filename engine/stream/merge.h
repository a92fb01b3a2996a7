/* Lines of many streams in order of time: each stream is in order by itself, and the oldest of what they have
 * goes first. A stream that is ahead of the others is held, so that memory stays flat. */
#ifndef ENGINE_MERGE_H
#define ENGINE_MERGE_H

#include "engine/loop/loop.h"
#include "graph/plan/event.h"

struct merge;
struct merge_lane;

struct merge_options {
	struct loop *loop;
	int64_t patience; /* ns that a stream may be silent before the others go on without it; 0: until it
			     ends */
	/* Gets what goes on, in order; `text` is borrowed for the call. */
	void (*emit)(void *arg, const struct event *event);
	void *arg;
};

/* Never NULL; the heap's. */
struct merge *merge_create(const struct merge_options *options);

/* Drops what is left. NULL allowed. */
void merge_destroy(struct merge *merge);

/* Lets what is left go on, in order: no stream has more. */
void merge_flush(struct merge *merge);

/* A stream joins; `hold(arg, held)` makes it wait, or go on. The merge's until merge_leave. */
struct merge_lane *merge_join(struct merge *merge, void (*hold)(void *arg, bool held), void *arg);

/* One more of the stream, of that time (Unix ns; 0: as the one before). `event` is copied, and its text; what
 * else it points to has to last until merge_pends says no. */
void merge_put(struct merge_lane *lane, int64_t time, const struct event *event);

/* The stream has ended, or goes on. */
void merge_pause(struct merge_lane *lane);
void merge_resume(struct merge_lane *lane);

/* Whether something of it has not gone on yet. */
bool merge_pends(const struct merge_lane *lane);

/* Drops what it has, and frees it. NULL allowed. */
void merge_leave(struct merge_lane *lane);

#endif
