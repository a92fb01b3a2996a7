#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#define SECOND INT64_C(1000000000)

int64_t clock_unix(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

void clock_stamp(char ret_text[CLOCK_STAMP], int64_t unix_ns)
{
	if (unix_ns < 0)
		unix_ns = 0;
	snprintf(ret_text, CLOCK_STAMP, "%lld.%09lld", (long long)(unix_ns / SECOND),
		(long long)(unix_ns % SECOND));
}
