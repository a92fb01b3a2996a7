/* A run as OpenTelemetry has it: ExportTraceServiceRequest of opentelemetry/proto/collector/trace/v1 in its
 * JSON form (ids in hexadecimal, 64-bit numbers as text). */
#include "base/quote.h"
#include "base/text/sha256.h"
#include "graph/timeline/timeline.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum { TRACE_ID = 32, SPAN_ID = 16, KIND_INTERNAL = 1, STATUS_OK = 1, STATUS_ERROR = 2 };

/* Of a traceparent, "00-TRACE-SPAN-FLAGS". */
enum { PARENT_TRACE = 3, PARENT_SPAN = 36, PARENT_LENGTH = 55 };

struct trace {
	FILE *out;
	struct arena *arena;
	const struct timeline *timeline;
	const char *id, *root, *parent; /* parent NULL: the run is nobody's part */
};

static bool is_parent(const char *text)
{
	static const char zeros[TRACE_ID + 1] = "00000000000000000000000000000000";
	if (!text || strlen(text) != PARENT_LENGTH || strncmp(text, "00-", PARENT_TRACE) != 0)
		return false;
	for (size_t i = 0; i < PARENT_LENGTH; i++) {
		bool dash = i == 2 || i == PARENT_SPAN - 1 || i == PARENT_SPAN + SPAN_ID;
		if (dash ? text[i] != '-'
			 : !isdigit((unsigned char)text[i]) && !(text[i] >= 'a' && text[i] <= 'f'))
			return false;
	}
	return strncmp(text + PARENT_TRACE, zeros, TRACE_ID) != 0 &&
	       strncmp(text + PARENT_SPAN, zeros, SPAN_ID) != 0;
}

/* An id that is the same whenever the record is printed; `index` of a step, -1: the run. */
static const char *id_of(const struct trace *trace, int64_t index, size_t len)
{
	const struct timeline *timeline = trace->timeline;
	const char *text =
		arena_printf(trace->arena, "%s %s %" PRId64 " %" PRId64 " %s %zu", timeline->project,
			timeline->command, timeline->time / 1000, index, trace->id ? trace->id : "", len);
	return arena_strndup(trace->arena, sha256_hex(trace->arena, text, strlen(text)), len);
}

static void put_attribute(const struct trace *trace, bool more, const char *key, const char *value)
{
	if (!value)
		return;
	fprintf(trace->out, "%s{\"key\":\"%s\",\"value\":{\"stringValue\":", more ? "," : "", key);
	quote_print(trace->out, value);
	fputs("}}", trace->out);
}

/* What all spans have, up to the begin of their attributes. */
static void put_span(const struct trace *trace, const char *id, const char *parent, const char *name,
	int64_t began, int64_t ended)
{
	fprintf(trace->out, "{\"traceId\":\"%s\",\"spanId\":\"%s\"", trace->id, id);
	if (parent)
		fprintf(trace->out, ",\"parentSpanId\":\"%s\"", parent);
	fputs(",\"name\":", trace->out);
	quote_print(trace->out, name);
	fprintf(trace->out,
		",\"kind\":%d,\"startTimeUnixNano\":\"%" PRId64 "\",\"endTimeUnixNano\":\"%" PRId64
		"\",\"attributes\":[",
		KIND_INTERNAL, trace->timeline->time + began, trace->timeline->time + ended);
}

static void put_status(const struct trace *trace, bool ok, const char *message)
{
	fprintf(trace->out, ",\"status\":{\"code\":%d", ok ? STATUS_OK : STATUS_ERROR);
	if (message) {
		fputs(",\"message\":", trace->out);
		quote_print(trace->out, message);
	}
	fputs("}}", trace->out);
}

/* A span of the run, linked to those that it waited for. */
static void put_step(const struct trace *trace, const struct timeline_step *step)
{
	const struct timeline *timeline = trace->timeline;
	FILE *out = trace->out;
	put_span(trace, id_of(trace, step - timeline->steps, SPAN_ID), trace->root,
		timeline_step_words(trace->arena, step), step->began, step->ended);
	put_attribute(trace, false, "docker_flow.object",
		step->op < OP_COUNT ? op_traits[step->op].object : "step");
	put_attribute(trace, true, "docker_flow.name", step->name);
	put_attribute(trace, true, "docker_flow.service", step->service);
	put_attribute(trace, true, "docker_flow.reason", step->reason);
	fprintf(out,
		",{\"key\":\"docker_flow.queued_ms\",\"value\":{\"doubleValue\":%.3f}},"
		"{\"key\":\"docker_flow.critical\",\"value\":{\"boolValue\":%s}}],\"links\":[",
		(double)(step->began - step->ready) / 1e6, step->critical ? "true" : "false");
	bool more = false;
	for (size_t n = 0; n < step->nneeds; n++) {
		if (timeline->steps[step->needs[n]].began < 0)
			continue;
		fprintf(out, "%s{\"traceId\":\"%s\",\"spanId\":\"%s\"}", more ? "," : "", trace->id,
			id_of(trace, (int64_t)step->needs[n], SPAN_ID));
		more = true;
	}
	fputc(']', out);
	put_status(trace, step->state != STEP_FAILED, step->failure);
}

void timeline_otlp(FILE *out, const struct timeline *timeline, struct arena *arena)
{
	struct trace trace = { .out = out, .arena = arena, .timeline = timeline };
	const char *parent = is_parent(timeline->trace_parent) ? timeline->trace_parent : NULL;
	trace.id =
		parent ? arena_strndup(arena, parent + PARENT_TRACE, TRACE_ID) : id_of(&trace, -1, TRACE_ID);
	trace.parent = parent ? arena_strndup(arena, parent + PARENT_SPAN, SPAN_ID) : NULL;
	trace.root = id_of(&trace, -1, SPAN_ID);
	fputs("{\"resourceSpans\":[{\"resource\":{\"attributes\":[", out);
	put_attribute(&trace, false, "service.name", timeline->service_name);
	put_attribute(&trace, true, "service.version", FLOW_VERSION);
	fputs("]},\"scopeSpans\":[{\"scope\":{\"name\":\"docker-flow\",\"version\":\"" FLOW_VERSION
	      "\"},\"spans\":[\n",
		out);
	put_span(&trace, trace.root, trace.parent,
		arena_printf(arena, "%s %s", timeline->command, timeline->project), 0, timeline->took);
	put_attribute(&trace, false, "docker_flow.project", timeline->project);
	put_attribute(&trace, true, "docker_flow.command", timeline->command);
	fputc(']', out);
	put_status(&trace, timeline->ok, NULL);
	for (size_t i = 0; i < timeline->nsteps; i++) {
		if (timeline->steps[i].began < 0)
			continue;
		fputs(",\n", out);
		put_step(&trace, &timeline->steps[i]);
	}
	fputs("\n]}]}]}\n", out);
}
