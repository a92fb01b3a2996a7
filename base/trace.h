/* Typed trace lines for developers and bug reports: FLOW_TRACE=FILE (`1` or `-`: stderr) writes one JSON
 * object a line with the time in milliseconds since the start. Off by default, and then a test of one
 * variable. */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <stdbool.h>

/* Level: 0 off, 1 on. The only global of this floor; written once by trace_start. */
extern int trace_level;

/* Opens the trace when FLOW_TRACE is set. Returns NULL, or the name of the file that cannot be opened
 * (errno). */
const char *trace_start(void);

/* Whether lines could not be written; errno says why. */
bool trace_lost(void);

/* Writes {"t":ms,"what":what,…}: `format` holds the remaining members as JSON without the braces, for
 * instance
 * `"\"step\":%zu,\"state\":\"%s\""`. The caller passes no secrets and no foreign text that needs escaping;
 * such text goes through trace_text. */
void trace_line(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes {"t":ms,"what":what,key:text} with the text escaped and cut at 512 bytes. */
void trace_text(const char *what, const char *key, const char *text);

#define TRACE(...)                                                                                           \
	do {                                                                                                 \
		if (trace_level)                                                                             \
			trace_line(__VA_ARGS__);                                                             \
	} while (0)

#endif
