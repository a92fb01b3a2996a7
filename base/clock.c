#include "base/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
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

void clock_text(char ret_text[CLOCK_STAMP], int64_t unix_ns)
{
	time_t seconds = unix_ns / SECOND;
	struct tm tm;
	char date[CLOCK_STAMP] = "";
	if (gmtime_r(&seconds, &tm))
		strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret_text, CLOCK_STAMP, "%.19s.%09dZ", date, (int)(unix_ns % SECOND));
}

/* What follows the point of a second, as nanoseconds; moves *text behind it. */
static int64_t read_fraction(const char **text)
{
	int64_t ns = 0, worth = SECOND;
	if (**text != '.')
		return 0;
	for (++*text; **text >= '0' && **text <= '9'; ++*text) {
		worth /= 10;
		ns += (**text - '0') * worth;
	}
	return ns;
}

int clock_read(const char *text, int64_t *ret_unix_ns)
{
	static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d" };
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		struct tm tm = { .tm_isdst = -1 }, zone = { 0 };
		const char *rest = strptime(text, formats[i], &tm);
		int64_t ns = rest ? read_fraction(&rest) : 0;
		const char *end = rest && *rest ? strptime(rest, "%z", &zone) : rest;
		if (!end || *end)
			continue;
		int64_t seconds = *rest ? timegm(&tm) - zone.tm_gmtoff : mktime(&tm);
		if (seconds < 0)
			seconds = ns = 0;
		*ret_unix_ns = seconds < INT64_MAX / SECOND ? seconds * SECOND + ns : -1;
		return *ret_unix_ns < 0 ? -1 : 0;
	}
	return -1;
}

int64_t clock_take(const char **text, size_t *len)
{
	char stamp[64];
	int64_t time = 0;
	const char *space = memchr(*text, ' ', *len);
	size_t size = space ? (size_t)(space - *text) : 0;
	if (!size || size >= sizeof stamp)
		return 0;
	memcpy(stamp, *text, size);
	stamp[size] = '\0';
	if (clock_read(stamp, &time) < 0)
		return 0;
	*text += size + 1;
	*len -= size + 1;
	return time;
}
