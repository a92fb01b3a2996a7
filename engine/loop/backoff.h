/* How long to wait before something is tried again: longer every time, and not for ever. */
#ifndef ENGINE_LOOP_BACKOFF_H
#define ENGINE_LOOP_BACKOFF_H

#include <stdint.h>

struct backoff {
	int64_t first;    /* pause before the first repetition, ns */
	unsigned factor;  /* each pause is so many times the one before */
	unsigned repeats; /* at the most */
};

/* 50, 200 and 800 ms, for a request: what passes by itself has passed by then. */
extern const struct backoff backoff_request;

/* The pause before the next repetition in ns, which is counted in *repeats (0 to begin with); -1 when there
 * have been enough. */
int64_t backoff_next(const struct backoff *backoff, unsigned *repeats);

#endif
