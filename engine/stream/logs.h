/* Output of containers as lines: history, follow, attach. Frames are joined until the newline, lines keep
 * their order within a container. */
#ifndef ENGINE_LOGS_H
#define ENGINE_LOGS_H

#include "engine/connect/engine.h"

struct logs;

struct logs_options {
	bool follow, timestamps;
	const char *tail, *since, *until; /* as the API takes them; NULL: all */
	bool attach; /* POST /containers/ID/attach instead of /logs: only what comes from now on */
	bool tty;    /* the container has a terminal: raw bytes, no frames */
};

struct logs_listener {
	/* One line, without its newline; in pieces when it is longer than 1 MiB. */
	void (*line)(void *arg, bool standard_error, const char *text, size_t len);
	/* The engine has accepted (attach before start waits for it); may be NULL. */
	void (*opened)(void *arg);
	/* Once at the end, `failure` NULL for a clean one. */
	void (*end)(void *arg, const char *failure);
	void *arg;
};

/* Streams the output of container `id` to a listener; both structs are copied, the texts of the options
 * are needed for the call alone.
 * Returns NULL with a finding when it cannot be asked for. */
struct logs *logs_open(struct engine *engine, const char *id, const struct logs_options *options,
	const struct logs_listener *listener, struct errors *errors);

/* Makes the engine wait, or go on: lines that have come already are still given. */
void logs_hold(struct logs *logs, bool held);

/* Which last lines are wanted. */
struct logs_tail {
	unsigned count;
	const char *since;   /* as in logs_options, NULL or "": all */
	const char *without; /* lines that hold this text are left out; NULL: none */
	bool tty;
	/* Gets them: "" when there are none, NULL when there is no such container any more; borrowed for the
	 * call. */
	void (*got)(void *arg, const char *text);
	void *arg;
};

/* The last lines of a container, for messages. Turns no loop: `got` is called from it, unless the returned
 * request is cancelled before (http_cancel); without it (NULL) `got` was called already. */
struct request *logs_tail(struct engine *engine, const char *id, const struct logs_tail *wanted);

/* Stops and frees; without `end` when that was not called yet. NULL allowed; safe from within the callbacks.
 */
void logs_close(struct logs *logs);

#endif
