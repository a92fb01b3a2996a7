/* Output of containers as lines: history, follow, attach. Frames are joined until the newline, lines keep
 * their order within a container. */
#ifndef ENGINE_LOGS_H
#define ENGINE_LOGS_H

#include "engine/engine.h"

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

/* Decoder of the engine's multiplexed stream (Engine API, ContainerAttach: [stream][0 0 0][length, 4 bytes
 * big endian][payload]); fed with arbitrary pieces. A stream that begins unlike a frame is raw: a terminal's.
 */
struct frames {
	unsigned char head[8];
	unsigned have;
	size_t left;
	bool raw;   /* no frames: everything is stdout */
	bool stop;  /* set by a callback: drop the rest of what was fed */
	bool first; /* while `payload` is called: these are the first bytes of a frame */
	bool begun; /* a whole head was seen */
};

/* Decodes `len` bytes; calls `payload` with pieces of them as they lie, nothing is copied. */
void frames_feed(struct frames *frames, const char *bytes, size_t len,
	void (*payload)(void *arg, bool standard_error, const char *bytes, size_t len), void *arg);

#endif
