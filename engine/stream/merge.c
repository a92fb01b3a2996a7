#include "engine/stream/merge.h"

#include "base/heap.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_WORD INT64_C(800000000)  /* ns more than usual that a stream has for its first word */
#define AHEAD_MOST ((size_t)256 << 10) /* bytes of a stream that wait for others before it is held */

struct merge_item {
	struct merge_item *next;
	int64_t time;
	struct event event;
	char text[];
};

struct merge_lane {
	struct merge *merge;
	struct merge_lane *next;
	struct merge_item *first, **last;
	size_t bytes;
	int64_t time;  /* of the latest item */
	int64_t heard; /* when it came, by the loop's clock */
	bool over, held;
	void (*hold)(void *arg, bool held);
	void *arg;
};

struct merge {
	struct merge_options options;
	struct merge_lane *lanes;
	struct loop_timer *timer;
	bool busy, again; /* items are going on, and more has come meanwhile */
};

static void merge_pump(struct merge *merge);

struct merge *merge_create(const struct merge_options *options)
{
	struct merge *merge = HEAP_NEW(struct merge);
	merge->options = *options;
	return merge;
}

static void out_of_patience(void *arg)
{
	struct merge *merge = arg;
	merge->timer = NULL;
	merge_pump(merge);
}

/* ns until nobody waits for the lane any more; 0: nobody does; -1: until something comes from it. */
static int64_t lane_due(const struct merge_lane *lane)
{
	int64_t patience = lane->merge->options.patience, left;
	if (lane->first || lane->over)
		return 0;
	if (!patience)
		return -1;
	left = lane->heard + patience - loop_now();
	return left > 0 ? left : 0;
}

/* The lane whose turn it is; NULL: none has anything, or another one has to be waited for, for `ret_due` ns
 * (-1: until it says something). */
static struct merge_lane *next_lane(const struct merge *merge, int64_t *ret_due)
{
	struct merge_lane *oldest = NULL;
	*ret_due = 0;
	for (struct merge_lane *lane = merge->lanes; lane; lane = lane->next) {
		int64_t due = lane_due(lane);
		if (due && (*ret_due == 0 || *ret_due == -1 || (due > 0 && due > *ret_due)))
			*ret_due = due;
		if (lane->first && (!oldest || lane->first->time < oldest->first->time))
			oldest = lane;
	}
	return oldest && !*ret_due ? oldest : NULL;
}

static size_t item_size(const struct merge_item *item)
{
	return sizeof *item + item->event.len;
}

/* What it points to is borrowed of somebody whose stream goes on only afterwards. */
static void merge_emit(struct merge_lane *lane)
{
	struct merge *merge = lane->merge;
	struct merge_item *item = lane->first;
	lane->first = item->next;
	if (!lane->first)
		lane->last = &lane->first;
	lane->bytes -= item_size(item);
	merge->options.emit(merge->options.arg, &item->event);
	free(item);
	if (lane->held && !lane->first) {
		lane->held = false;
		lane->hold(lane->arg, false);
	}
}

/* Lets go on what can. Who gets it may cause more to come, or end a stream. */
static void merge_pump(struct merge *merge)
{
	struct merge_lane *lane;
	int64_t due = 0;
	merge->again = merge->busy;
	if (merge->busy)
		return;
	merge->busy = true;
	do {
		merge->again = false;
		while ((lane = next_lane(merge, &due)))
			merge_emit(lane);
	} while (merge->again);
	merge->busy = false;
	if (merge->timer)
		loop_cancel(merge->options.loop, merge->timer);
	merge->timer = due > 0 ? loop_after(merge->options.loop, due, out_of_patience, merge) : NULL;
}

void merge_flush(struct merge *merge)
{
	for (struct merge_lane *lane = merge->lanes; lane; lane = lane->next)
		lane->over = true;
	merge_pump(merge);
}

struct merge_lane *merge_join(struct merge *merge, void (*hold)(void *arg, bool held), void *arg)
{
	struct merge_lane *lane = HEAP_NEW(struct merge_lane), **at = &merge->lanes;
	lane->merge = merge;
	lane->last = &lane->first;
	lane->heard = loop_now() + FIRST_WORD;
	lane->hold = hold;
	lane->arg = arg;
	while (*at) /* of the same time, the one that has joined first goes first */
		at = &(*at)->next;
	*at = lane;
	return lane;
}

void merge_put(struct merge_lane *lane, int64_t time, const struct event *event)
{
	size_t len = event->text ? event->len : 0;
	struct merge_item *item = heap_zeroed(sizeof *item + len + 1);
	item->event = *event;
	item->event.len = len;
	if (event->text) {
		memcpy(item->text, event->text, len);
		item->event.text = item->text;
	}
	item->time = lane->time = time > lane->time ? time : lane->time;
	lane->heard = loop_now();
	*lane->last = item;
	lane->last = &item->next;
	lane->bytes += item_size(item);
	merge_pump(lane->merge);
	if (lane->bytes > AHEAD_MOST && !lane->held) {
		lane->held = true;
		lane->hold(lane->arg, true);
	}
}

void merge_pause(struct merge_lane *lane)
{
	lane->over = true;
	merge_pump(lane->merge);
}

void merge_resume(struct merge_lane *lane)
{
	lane->over = false;
	lane->heard = loop_now();
}

bool merge_pends(const struct merge_lane *lane)
{
	return lane && lane->first;
}

static void lane_free(struct merge_lane *lane)
{
	while (lane->first) {
		struct merge_item *item = lane->first;
		lane->first = item->next;
		free(item);
	}
	free(lane);
}

void merge_leave(struct merge_lane *lane)
{
	if (!lane)
		return;
	struct merge *merge = lane->merge;
	struct merge_lane **at = &merge->lanes;
	while (*at != lane)
		at = &(*at)->next;
	*at = lane->next;
	lane_free(lane);
	merge_pump(merge);
}

void merge_destroy(struct merge *merge)
{
	if (!merge)
		return;
	while (merge->lanes) {
		struct merge_lane *lane = merge->lanes;
		merge->lanes = lane->next;
		lane_free(lane);
	}
	loop_cancel(merge->options.loop, merge->timer);
	free(merge);
}
