/* The time of day. What measures or waits takes the loop's clock (loop_now), which nobody sets. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since the epoch. */
int64_t clock_unix(void);

/* Room for a stamp and its terminator. */
enum { CLOCK_STAMP = 32 };

/* A time in Unix nanoseconds as "SECONDS.NANOSECONDS" (Engine API: since and until); before the epoch is 0.
 */
void clock_stamp(char ret_text[CLOCK_STAMP], int64_t unix_ns);

#endif
