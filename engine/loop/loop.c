#include "engine/loop/loop.h"

#include "base/heap.h"
#include "engine/loop/loop_inside.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct loop *loop_create(void)
{
	struct loop *loop = HEAP_NEW(struct loop);
	loop->signal_fd = loop->plugin_fd = -1;
	/* Inherited as ignored it would take the status of every child. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&loop->also);
	sigemptyset(&loop->aside);
	return loop;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	loop_signals_finish(loop);
	for (size_t i = 0; i < loop->nfds; i++)
		free(loop->watches[i]);
	for (size_t i = 0; i < loop->ntimers; i++)
		free(loop->heap[i]);
	free(loop->fds);
	free(loop->watches);
	free(loop->heap);
	free(loop);
}

int64_t loop_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Descriptors */

struct loop_watch *loop_watch(
	struct loop *loop, int fd, short events, void (*ready)(void *arg, short revents), void *arg)
{
	if (loop->nfds == loop->room) {
		loop->room = loop->room ? 2 * loop->room : 16;
		loop->fds = heap_resize(loop->fds, loop->room, sizeof *loop->fds);
		loop->watches = heap_resize(loop->watches, loop->room, sizeof(struct loop_watch *));
	}
	struct loop_watch *watch = HEAP_NEW(struct loop_watch);
	*watch = (struct loop_watch){ .loop = loop, .at = loop->nfds, .ready = ready, .arg = arg };
	loop->fds[loop->nfds] = (struct pollfd){ .fd = fd, .events = events };
	loop->watches[loop->nfds++] = watch;
	return watch;
}

void loop_watch_events(struct loop_watch *watch, short events)
{
	watch->loop->fds[watch->at].events = events;
}

void loop_unwatch(struct loop *loop, struct loop_watch *watch)
{
	if (!watch)
		return;
	loop->fds[watch->at] = (struct pollfd){ .fd = -1 };
	loop->watches[watch->at] = NULL;
	loop->holes = true;
	free(watch);
}

/* Closes the holes. Only while no dispatch walks the array. */
static void compact_watches(struct loop *loop)
{
	size_t kept = 0;
	for (size_t i = 0; i < loop->nfds; i++) {
		if (!loop->watches[i])
			continue;
		loop->fds[kept] = loop->fds[i];
		loop->watches[kept] = loop->watches[i];
		loop->watches[kept]->at = kept;
		kept++;
	}
	loop->nfds = kept;
	loop->holes = false;
}

/* Timers: a binary heap, the next one on top */

static bool timer_before(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->when != b->when ? a->when < b->when : a->order < b->order;
}

static void timer_place(struct loop *loop, struct loop_timer *timer, size_t at)
{
	loop->heap[at] = timer;
	timer->at = at;
}

static void sift_up(struct loop *loop, struct loop_timer *timer, size_t at)
{
	for (; at > 0 && timer_before(timer, loop->heap[(at - 1) / 2]); at = (at - 1) / 2)
		timer_place(loop, loop->heap[(at - 1) / 2], at);
	timer_place(loop, timer, at);
}

static void sift_down(struct loop *loop, struct loop_timer *timer, size_t at)
{
	for (size_t child; (child = 2 * at + 1) < loop->ntimers; at = child) {
		if (child + 1 < loop->ntimers && timer_before(loop->heap[child + 1], loop->heap[child]))
			child++;
		if (!timer_before(loop->heap[child], timer))
			break;
		timer_place(loop, loop->heap[child], at);
	}
	timer_place(loop, timer, at);
}

struct loop_timer *loop_after(struct loop *loop, int64_t ns, void (*due)(void *arg), void *arg)
{
	if (loop->ntimers == loop->timer_room) {
		loop->timer_room = loop->timer_room ? 2 * loop->timer_room : 16;
		loop->heap = heap_resize(loop->heap, loop->timer_room, sizeof(struct loop_timer *));
	}
	struct loop_timer *timer = HEAP_NEW(struct loop_timer);
	int64_t when;
	if (__builtin_add_overflow(loop_now(), ns > 0 ? ns : 0, &when))
		when = INT64_MAX;
	*timer = (struct loop_timer){ .when = when, .order = loop->orders++, .due = due, .arg = arg };
	sift_up(loop, timer, loop->ntimers++);
	return timer;
}

/* Takes it out of the heap. */
static void timer_take_out(struct loop *loop, struct loop_timer *timer)
{
	size_t at = timer->at;
	struct loop_timer *last = loop->heap[--loop->ntimers];
	if (last == timer)
		return;
	if (at > 0 && timer_before(last, loop->heap[(at - 1) / 2]))
		sift_up(loop, last, at);
	else
		sift_down(loop, last, at);
}

void loop_cancel(struct loop *loop, struct loop_timer *timer)
{
	if (!timer)
		return;
	timer_take_out(loop, timer);
	free(timer);
}

/* Fires what is due now; timers made meanwhile wait for the next turn, so that one that renews itself with 0
 * starves nobody. */
static void fire_timers(struct loop *loop)
{
	int64_t now = loop_now();
	uint64_t fresh = loop->orders;
	while (loop->ntimers && loop->heap[0]->when <= now && loop->heap[0]->order < fresh) {
		struct loop_timer *timer = loop->heap[0];
		void (*due)(void *arg) = timer->due;
		void *arg = timer->arg;
		timer_take_out(loop, timer);
		free(timer);
		due(arg);
	}
}

/* Turns */

/* Time to wait: the nearest timer, `most_ns` at most; NULL: no limit. */
static struct timespec *poll_timeout(const struct loop *loop, int64_t most_ns, struct timespec *space)
{
	int64_t wait = most_ns;
	if (loop->ntimers) {
		int64_t left = loop->heap[0]->when - loop_now();
		if (left < 0)
			left = 0;
		if (wait < 0 || left < wait)
			wait = left;
	}
	if (wait < 0)
		return NULL;
	*space = (struct timespec){ .tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000 };
	return space;
}

/* Delivers what poll reported. A nested turn inside a callback overwrites and delivers the reports, so each
 * is cleared as it is taken. */
static void dispatch_reports(struct loop *loop)
{
	for (size_t i = 0; i < loop->nfds; i++) {
		short revents = loop->fds[i].revents;
		struct loop_watch *watch = loop->watches[i];
		loop->fds[i].revents = 0;
		if (watch && revents)
			watch->ready(watch->arg, revents);
	}
}

void loop_turn(struct loop *loop, int64_t most_ns)
{
	if (loop->holes && loop->depth == 0)
		compact_watches(loop);
	struct timespec space;
	int ready = ppoll(loop->fds, loop->nfds, poll_timeout(loop, most_ns, &space), NULL);
	if (ready < 0) {
		for (size_t i = 0; i < loop->nfds; i++)
			loop->fds[i].revents = 0;
	}
	loop->depth++;
	if (ready > 0)
		dispatch_reports(loop);
	fire_timers(loop);
	loop->depth--;
}

void loop_run(struct loop *loop, bool (*done)(void *arg), void *arg)
{
	while (!done(arg))
		loop_turn(loop, -1);
}

static void pause_ends(void *arg)
{
	bool *over = arg;
	*over = true;
}

void loop_pause(struct loop *loop, int64_t ns)
{
	bool over = false;
	loop_after(loop, ns, pause_ends, &over);
	while (!over)
		loop_turn(loop, -1);
}
