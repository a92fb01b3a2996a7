/* When to try again, and when to give up: the policy of a gate, as pure functions of the time.
 *
 * Tries come quickly at first and ever more slowly, up to the interval, so that a service is seen ready soon
 * after it is. The retries are defined by time, so that the quick tries do not eat them: after start_period a
 * failure counts when at least one interval has passed since the one counted before (the first: since the end
 * of start_period). With interval 1s, retries 30, start_period 10s a service so has 40 s at least, and more
 * when a try takes longer than the interval. */
#ifndef ENGINE_PACE_H
#define ENGINE_PACE_H

#include "compose/model/model.h"

#include <stdbool.h>
#include <stdint.h>

#define PACE_MS       INT64_C(1000000)
#define PACE_SECOND   (1000 * PACE_MS)
#define PACE_FLOOR    (10 * PACE_MS) /* shortest interval */
#define PACE_INTERVAL PACE_SECOND
#define PACE_TIMEOUT  (5 * PACE_SECOND)
#define PACE_RETRIES  30

/* How quickly a kind of probe is tried at first: every kind has its cost. */
struct pace_growth {
	int64_t first;    /* delay after the first failure, ns */
	unsigned divisor; /* each delay is longer by this part of itself: 1 doubles, 8 adds an eighth */
};

struct pace {
	int64_t interval, timeout, start_period; /* ns */
	int64_t retries;
	struct pace_growth growth;
	int64_t delay;   /* last one given out; 0: none yet */
	int64_t counted; /* time of the last counted failure, or of the end of start_period */
	int64_t failures;
};

/* Begins at monotonic time `now` with the probe's values, defaults where unset (NULL: all of them). */
void pace_init(struct pace *pace, const struct probe *probe, struct pace_growth growth, int64_t now);

/* Starts the quick tries again (the container was started again); failures stay counted. */
void pace_quicken(struct pace *pace);

/* A try failed at `now`; `spent` is what it took when it was a row of tries (a helper's), else 0. Returns
 * whether the gate has failed by that. */
bool pace_failed(struct pace *pace, int64_t now, int64_t spent);

/* Delay before the next try, ns; longer every time. */
int64_t pace_next(struct pace *pace);

/* Time that is certainly left at `now` before the gate can fail, ns, at least 0: what a lasting probe may
 * take. */
int64_t pace_left(const struct pace *pace, int64_t now);

#endif
