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

/* Streams the output of container `id`. `line(arg, standard_error, text, len)` per line, without its newline;
 * `opened(arg)` when the engine has accepted (attach before start waits for it; may be NULL); `end(arg,
 * failure)` once at the end, failure NULL for a clean one. Lines longer than 1 MiB come in pieces. */
struct logs *logs_open(struct engine *engine, const char *id, const struct logs_options *options,
	void (*line)(void *arg, bool standard_error, const char *text, size_t len), void (*opened)(void *arg),
	void (*end)(void *arg, const char *failure), void *arg, struct errors *errors);

/* The last `count` lines of a container, for messages; arena's text, "" when there are none, NULL when there
 * is no such container any more. `since`: as in logs_options, NULL or "": all. Turns no loop: `got(arg,
 * text)` comes from it. */
void logs_tail(struct engine *engine, const char *id, unsigned count, const char *since, bool tty,
	void (*got)(void *arg, const char *text), void *arg);

/* Stops and frees; without `end` when that was not called yet. NULL allowed; safe from within the callbacks.
 */
void logs_close(struct logs *logs);

#endif
