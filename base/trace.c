#include "base/trace.h"
#include "base/quote.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int trace_level;
static FILE *trace_file;
static struct timespec trace_begin;

const char *trace_start(void)
{
	const char *name = getenv("FLOW_TRACE");
	if (!name || !*name)
		return NULL;
	bool to_stderr = strcmp(name, "-") == 0 || strcmp(name, "1") == 0;
	trace_file = to_stderr ? stderr : fopen(name, "ae");
	if (!trace_file)
		return name;
	setvbuf(trace_file, NULL, _IOLBF, 0);
	clock_gettime(CLOCK_MONOTONIC, &trace_begin);
	trace_level = 1;
	return NULL;
}

bool trace_lost(void)
{
	return trace_file && (fflush(trace_file) != 0 || ferror(trace_file));
}

static void line_begin(const char *what)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	double ms = (double)(now.tv_sec - trace_begin.tv_sec) * 1e3 +
		    (double)(now.tv_nsec - trace_begin.tv_nsec) / 1e6;
	fprintf(trace_file, "{\"t\":%.3f,\"what\":\"%s\"", ms, what);
}

void trace_line(const char *what, const char *format, ...)
{
	if (!trace_file)
		return;
	va_list args;
	line_begin(what);
	fputc(',', trace_file);
	va_start(args, format);
	vfprintf(trace_file, format, args);
	va_end(args);
	fputs("}\n", trace_file);
}

void trace_text(const char *what, const char *key, const char *text)
{
	if (!trace_file)
		return;
	line_begin(what);
	char start[513];
	snprintf(start, sizeof start, "%s", text ? text : "");
	fprintf(trace_file, ",\"%s\":", key);
	quote_print(trace_file, start);
	fputs("}\n", trace_file);
}
