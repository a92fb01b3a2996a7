#include "engine/probe/probe.h"

#include "base/trace.h"

#include <stdarg.h>

static void try_stop(struct probe_try *try)
{
	if (!try->running)
		return;
	try->running = false;
	loop_cancel(try->engine->loop, try->timer);
	try->timer = NULL;
	try->own_of->cancel(try);
}

static void try_deliver(void *arg)
{
	struct probe_try *try = arg;
	try->timer = NULL;
	try_stop(try);
	TRACE("probe", "\"kind\":\"%s\",\"ready\":%s", try->own_of->name, try->ready ? "true" : "false");
	try->done(try->arg, try->ready);
}

void probe_settle(struct probe_try *try, bool ready, const char *format, ...)
{
	va_list args;
	if (!try->running || try->settled)
		return;
	struct arena *before = try->told;
	try->told = arena_child(try->engine->arena);
	va_start(args, format);
	try->why = arena_vprintf(try->told, format, args);
	va_end(args);
	arena_destroy(before);
	try->settled = true;
	try->ready = ready;
	/* From a turn of its own: kinds settle anywhere, even while they begin. */
	loop_cancel(try->engine->loop, try->timer);
	try->timer = loop_after(try->engine->loop, 0, try_deliver, try);
}

static void try_on_late(void *arg)
{
	struct probe_try *try = arg;
	try->timer = NULL;
	if (try->by->late)
		try->by->late(try);
	else
		probe_settle(try, false, "no answer within %.3gs", (double)try->timeout / PACE_SECOND);
}

void probe_begin(struct probe_try *try, int64_t timeout, int64_t interval)
{
	try_stop(try);
	arena_destroy(try->arena);
	try->arena = arena_child(try->engine->arena);
	try->own = arena_alloc(try->arena, try->by->size);
	try->own_of = try->by;
	buf_finish(&try->output);
	buf_init(&try->output, PROBE_OUTPUT_MOST);
	try->timeout = timeout;
	try->interval = interval;
	try->running = true;
	try->settled = try->ready = false;
	try->timer = loop_after(try->engine->loop, timeout, try_on_late, try);
	try->by->begin(try);
}

void probe_cancel(struct probe_try *try)
{
	try_stop(try);
}

void probe_finish(struct probe_try *try)
{
	try_stop(try);
	buf_finish(&try->output);
	arena_destroy(try->arena);
	arena_destroy(try->told);
	try->arena = try->told = NULL;
	try->why = NULL;
}

void probe_output(struct probe_try *try, const char *bytes, size_t len)
{
	buf_keep_last(&try->output, bytes, len);
}
