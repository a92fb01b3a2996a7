/* Inside of the loop, shared by loop.c (descriptors, timers) and loop_signals.c (children, signals, the
 * plugin socket), and by nobody else. The two call each other on purpose: they are halves of one object,
 * whose end releases both. */
#ifndef ENGINE_LOOP_INSIDE_H
#define ENGINE_LOOP_INSIDE_H

#include "engine/loop/loop.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>

struct loop_watch {
	struct loop *loop;
	size_t at; /* index into fds and watches */
	void (*ready)(void *arg, short revents);
	void *arg;
};

struct loop_timer {
	size_t at; /* index into the heap */
	int64_t when;
	uint64_t order; /* timers of the same instant fire in the order they were made */
	void (*due)(void *arg);
	void *arg;
};

struct loop_child {
	struct loop *loop;
	pid_t pid;
	int fd;                   /* pidfd, or -1 */
	struct loop_watch *watch; /* of the pidfd */
	struct loop_timer *timer; /* without a pidfd */
	void (*ended)(void *arg, int status);
	void *arg;
	struct loop_child *next;
};

struct loop {
	/* What poll is given; a removed watch leaves a hole (fd -1, watch NULL) until no dispatch runs. */
	struct pollfd *fds;
	struct loop_watch **watches;
	size_t nfds, room;
	unsigned depth; /* nested turns */
	bool holes;

	struct loop_timer **heap;
	size_t ntimers, timer_room;
	uint64_t orders;

	struct loop_child *children;

	int signal_fd, plugin_fd; /* -1: not there */
	struct loop_watch *signal_watch, *plugin_watch;
	int64_t interrupted; /* time of the last interrupt that came as a signal, 0: none */
	int last_signal;     /* of SIGINT, SIGTERM, SIGHUP, 0: none */
	struct loop_taker taker;
	sigset_t also;  /* taken over beside the usual ones */
	sigset_t aside; /* told to `witness` alone */
	struct loop_taker witness;
	void (*overheard)(void *arg);
	void *overheard_arg;
};

/* Releases children and signals; part of loop_destroy. */
void loop_signals_finish(struct loop *loop);

#endif
