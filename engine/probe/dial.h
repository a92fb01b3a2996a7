/* A small stream client for probes: connects to a numeric address without blocking, sends short messages,
 * collects the answer. */
#ifndef ENGINE_DIAL_H
#define ENGINE_DIAL_H

#include "base/buf.h"
#include "engine/loop/loop.h"

#include <stdbool.h>

enum dial_event {
	DIAL_CONNECTED,
	DIAL_DATA,  /* `in` has grown */
	DIAL_END,   /* the peer closed; `in` is whole */
	DIAL_ERROR, /* `error` says why: connect failed, reset, `in` full (EMSGSIZE) */
};

struct dial {
	struct loop *loop;
	int fd; /* -1: none */
	struct loop_watch *watch;
	struct loop_timer *timer; /* tells of a failure that was there at once */
	bool connected;
	int error; /* errno value */
	struct buf in;
	void (*on)(void *arg, enum dial_event event); /* may finish the dial */
	void *arg;
};

/* Begins to connect to `address` (numeric IPv4 or IPv6) and port; at most `most` bytes of answer are kept.
 * `on` is called from the loop, never from within; nothing follows DIAL_END and DIAL_ERROR. */
void dial_begin(struct dial *dial, struct loop *loop, const char *address, int64_t port, size_t most,
	void (*on)(void *arg, enum dial_event event), void *arg);

/* Sends a short message whole; false when the connection does not take it. */
bool dial_send(struct dial *dial, const char *bytes, size_t len);

/* Closes; a zeroed or finished dial is allowed. */
void dial_finish(struct dial *dial);

#endif
