/* The event loop: one thread, descriptors, timers, children and signals. Everything above it is callbacks
 * that append and return. */
#ifndef ENGINE_LOOP_H
#define ENGINE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct loop;
struct loop_watch;
struct loop_timer;

/* Makes a loop; never NULL. Destroy it after everything that uses it. SIGCHLD has its usual meaning from then
 * on. */
struct loop *loop_create(void);
void loop_destroy(struct loop *loop);

/* Monotonic time in nanoseconds. */
int64_t loop_now(void);

/* Calls `ready(arg, revents)` whenever poll(2) reports `events` (POLLIN, POLLOUT) or an error on `fd`. The
 * descriptor stays the caller's. */
struct loop_watch *loop_watch(
	struct loop *loop, int fd, short events, void (*ready)(void *arg, short revents), void *arg);

/* Changes the events waited for; ends the watch (NULL allowed; safe from within its own callback). */
void loop_watch_events(struct loop_watch *watch, short events);
void loop_unwatch(struct loop *loop, struct loop_watch *watch);

/* Calls `due(arg)` once after `ns` nanoseconds. The timer is gone when it has fired. */
struct loop_timer *loop_after(struct loop *loop, int64_t ns, void (*due)(void *arg), void *arg);

/* Cancels a timer that has not fired (NULL allowed). */
void loop_cancel(struct loop *loop, struct loop_timer *timer);

/* Calls `ended(arg, status)` (status as of waitpid) when the child `pid`, which the caller spawned, has
 * ended. */
void loop_child(struct loop *loop, pid_t pid, void (*ended)(void *arg, int status), void *arg);

/* Takes SIGINT, SIGTERM, SIGHUP (and SIGWINCH) over as loop events: `got(arg, signal)`; NULL gives them
 * back. The docker CLI's plugin socket (DOCKER_CLI_PLUGIN_SOCKET) is watched too: its end is told once as
 * SIGINT, unless another interrupt came within the last second. */
void loop_signals(struct loop *loop, void (*got)(void *arg, int signal), void *arg);

/* Waits until `fd` takes bytes: true, also when that cannot be known. False when an interrupt has come, or
 * comes meanwhile, and it does not within `patience` ns of this call. Nothing is delivered. */
bool loop_await_room(struct loop *loop, int fd, int64_t patience);

/* A terminal says that it has room when there is some, and a write waits for more; and the descriptor that we
 * were given is not ours to be made non-blocking. Opens it anew, for writing without waiting. Returns the
 * descriptor, the caller's to close; -1: it is no terminal, or cannot be. */
int loop_open_unblocked(int fd);

/* Takes these signals over as well, until loop_signals gives all back: a list ended by a 0. They are no
 * interrupts: only the taker hears of them. Somebody has to be the taker. */
void loop_signals_also(struct loop *loop, const int *numbers);

/* Tells these signals, a list ended by a 0, to `got` alone, whoever the taker is, until loop_signals gives
 * all back or `got` is NULL: what befalls the terminal is no matter of what runs. Somebody has to be the
 * taker. */
void loop_signals_aside(struct loop *loop, const int *numbers, void (*got)(void *arg, int signal), void *arg);

/* Who takes the signals; `got` NULL: nobody. */
struct loop_taker {
	void (*got)(void *arg, int signal);
	void *arg;
};

/* The same for as long as something lasts: push returns who took the signals before, pop gives them to it
 * again. */
struct loop_taker loop_signals_push(struct loop *loop, void (*got)(void *arg, int signal), void *arg);
void loop_signals_pop(struct loop *loop, struct loop_taker before);

/* Calls `heard(arg)` at each interrupt that is told as a loop event, before loop_signals' taker is; NULL: no
 * more. */
void loop_overhear(struct loop *loop, void (*heard)(void *arg), void *arg);

/* The interrupt (SIGINT, SIGTERM or SIGHUP) that was told last, 0 without one. */
int loop_last_signal(const struct loop *loop);

/* One turn: waits for the next thing to happen, at most `most_ns` (-1: no limit), and delivers it. */
void loop_turn(struct loop *loop, int64_t most_ns);

/* Turns until `done(arg)` is true. */
void loop_run(struct loop *loop, bool (*done)(void *arg), void *arg);

/* Turns for that many nanoseconds. */
void loop_pause(struct loop *loop, int64_t ns);

#endif
