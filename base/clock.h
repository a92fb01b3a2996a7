/* The time of day. What measures or waits takes the loop's clock (loop_now), which nobody sets. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since the epoch. */
int64_t clock_unix(void);

/* Room for a stamp and its terminator. */
enum { CLOCK_STAMP = 32 };

/* A time in Unix nanoseconds as "SECONDS.NANOSECONDS" (Engine API: since and until); before the epoch is 0.
 */
void clock_stamp(char ret_text[CLOCK_STAMP], int64_t unix_ns);

/* The same as the engine has it in front of lines: "2026-11-21T14:13:22.500000000Z". */
void clock_text(char ret_text[CLOCK_STAMP], int64_t unix_ns);

/* Reads a time of RFC 3339 ("2026-11-21T14:13:22.5Z", "+01:00" for Z) into Unix nanoseconds. Seconds or the
 * whole time of day may be missing; without a zone it is local time. Before the epoch, as the zero time of
 * the engine is, it is 0. Returns -1 when the text is no time, or one after the year 2262. */
int clock_read(const char *text, int64_t *ret_unix_ns);

/* Takes such a time and the blank behind it off the begin of a line; 0, and the line as it is: there is none.
 */
int64_t clock_take(const char **text, size_t *len);

#endif
