/* Inside of follow.c (all containers, events) and follow_one.c (one container: its streams, its state, what
 * is told of it). */
#ifndef ENGINE_FOLLOW_INSIDE_H
#define ENGINE_FOLLOW_INSIDE_H

#include "engine/drive/follow.h"
#include "engine/stream/events.h"
#include "engine/stream/merge.h"

struct follow {
	struct arena *arena;
	struct engine *engine;
	struct errors *errors;
	struct follow_options options;
	struct events *events;
	struct merge *merge;     /* NULL: lines are told as they come */
	bool subscribed, blind;  /* events are coming; they will never come again */
	bool incomplete;         /* an output broke off */
	bool ends_final;         /* whoever has ended does not come back */
	struct loop_timer *held; /* until it is asked again whether lines may come */
	int64_t began;           /* Unix ns */
	struct arena *index;     /* of the next two; made anew when removed ones are forgotten */
	struct map by_id;        /* container id → follow_one */
	struct follow_one **ones;
	size_t count, removed;
};

/* No lines come until there is room for them. (follow.c) */
void follow_hold(struct follow *follow);

/* Reads what it says as `options` say, or from `one->since` on. */
void follow_one_read(struct follow_one *one, const struct logs_options *options);
void follow_one_read_since(struct follow_one *one);

/* It has been started: what it says is read when it is wanted. It has ended: that is told once it is known
 * whether it is started again. */
void follow_one_started(struct follow_one *one, bool wanted);
void follow_one_ended(struct follow_one *one, const struct engine_event *event);

/* Whether it comes back is known, or of no account any more: nobody waits for that. */
void follow_one_decide(struct follow_one *one);

/* It has been stopped on request, or has gone: between two tries of its restart policy nothing else tells of
 * its end. */
void follow_one_stopped(struct follow_one *one);
void follow_one_gone(struct follow_one *one);

/* Asks how it is: one that has ended for good does not run any more, and its exit is told. */
void follow_one_look(struct follow_one *one);

/* Whether it is not known yet whether it has ended for good. */
bool follow_one_pends(const struct follow_one *one);

/* Cancels all that is under way. */
void follow_one_close(struct follow_one *one);

#endif
