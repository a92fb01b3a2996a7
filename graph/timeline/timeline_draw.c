#include "base/quote.h"
#include "graph/timeline/timeline.h"

#include <inttypes.h>
#include <string.h>

/* A record of the most steps that are kept has fewer bytes. */
#define PRINTED_MOST ((size_t)64 << 20)

/* The names of the rows, by lane. */
static const char **lane_names(const struct timeline *timeline, struct arena *arena)
{
	const char **names = ARENA_ARRAY(arena, const char *, timeline->nlanes + 1);
	for (size_t i = 0; i < timeline->nsteps; i++) {
		const struct timeline_step *step = &timeline->steps[i];
		if (step->began < 0 || names[step->lane])
			continue;
		const char *object = step->op < OP_COUNT ? op_traits[step->op].object : "step";
		names[step->lane] = arena_printf(arena, "%s %s", object, step->name);
	}
	return names;
}

void timeline_json(FILE *out, const struct timeline *timeline, struct arena *arena)
{
	static const char *const kinds[] = {
		[PART_STEP] = "step", [PART_QUEUE] = "queue", [PART_LOOK] = "look", [PART_AFTER] = "after"
	};
	auto_buf struct buf text;
	struct timeline_advice *advice;
	size_t count = timeline_advise(timeline, arena, &advice);
	buf_init(&text, PRINTED_MOST);
	timeline_write(timeline, &text);
	fprintf(out, "%.*s,\n\"path\":[", (int)(text.len - 2), buf_text(&text)); /* without "}\n" */
	for (size_t i = 0; i < timeline->npath; i++) {
		const struct timeline_part *part = &timeline->path[i];
		fprintf(out, "%s{\"kind\":\"%s\",\"began\":%.6f,\"ended\":%.6f,\"words\":", i ? ",\n" : "\n",
			kinds[part->kind], (double)part->began / 1e9, (double)part->ended / 1e9);
		quote_print(out, timeline_part_words(arena, part));
		if (part->step)
			fprintf(out, ",\"step\":%zu", (size_t)(part->step - timeline->steps));
		fputc('}', out);
	}
	fputs("],\n\"advice\":[", out);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ",\n" : "\n", out);
		quote_print(out, advice[i].text);
	}
	fputs("]}\n", out);
}

/* An event of the trace: a step on the row of its lane. */
static void trace_step(FILE *out, struct arena *arena, const struct timeline_step *step)
{
	static const char *const categories[] = { [LOOK_IMAGE] = "image",
		[LOOK_PREPARE] = "prepare",
		[LOOK_CREATE] = "create",
		[LOOK_START] = "start",
		[LOOK_GATE] = "gate",
		[LOOK_END] = "end",
		[LOOK_HOOK] = "hook" };
	fputs(",\n{\"name\":", out);
	quote_print(out, timeline_step_words(arena, step));
	fprintf(out,
		",\"cat\":\"%s\",\"ph\":\"X\",\"ts\":%.3f,\"dur\":%.3f,\"pid\":1,\"tid\":%zu,\"args\":{\"state\":\"%s\","
		"\"queued_ms\":%.3f,\"critical\":%s",
		categories[timeline_look(step)], (double)step->began / 1e3,
		(double)(step->ended - step->began) / 1e3, step->lane + 1,
		step->state == STEP_FAILED ? "failed" : "done", (double)(step->began - step->ready) / 1e6,
		step->critical ? "true" : "false");
	auto_buf struct buf more;
	buf_init(&more, 1 << 16);
	quote_member(&more, "service", step->service);
	quote_member(&more, "reason", step->reason);
	quote_member(&more, "failure", step->failure);
	fprintf(out, "%s}}", buf_text(&more));
}

void timeline_trace(FILE *out, const struct timeline *timeline, struct arena *arena)
{
	const char **names = lane_names(timeline, arena);
	fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,"
	      "\"tid\":0,\"args\":{\"name\":",
		out);
	quote_print(out, timeline_title(arena, timeline));
	fputs("}}", out);
	for (size_t i = 0; i < timeline->nlanes; i++) {
		fprintf(out,
			",\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":%zu,\"args\":{\"name\":",
			i + 1);
		quote_print(out, names[i]);
		fprintf(out,
			"}},\n{\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":1,\"tid\":%zu,\"args\":{\"sort_index\":%zu}}",
			i + 1, i + 1);
	}
	for (size_t i = 0; i < timeline->nsteps; i++)
		if (timeline->steps[i].began >= 0)
			trace_step(out, arena, &timeline->steps[i]);
	fputs("\n]}\n", out);
}

/* A row of the text: '#' where something is done, '~' where a gate waits, '.' in the queue. */
static void text_lane(FILE *out, const struct timeline *timeline, size_t lane, size_t width)
{
	enum { MOST = 400 };
	char bar[MOST + 1];
	double scale = timeline->took > 0 ? (double)width / (double)timeline->took : 0;
	memset(bar, ' ', width);
	bar[width] = '\0';
	for (size_t i = 0; i < timeline->nsteps; i++) {
		const struct timeline_step *step = &timeline->steps[i];
		if (step->began < 0 || step->lane != lane)
			continue;
		size_t queue = (size_t)((double)step->ready * scale);
		size_t from = (size_t)((double)step->began * scale);
		size_t to = (size_t)((double)step->ended * scale);
		for (size_t at = queue; at < from && at < width; at++)
			if (bar[at] == ' ')
				bar[at] = '.';
		from = from < width ? from : width - 1;
		to = to > from ? to : from + 1;
		for (size_t at = from; at < to && at < width; at++)
			bar[at] = timeline_look(step) == LOOK_GATE ? '~' : '#';
	}
	fputs(bar, out);
}

/* The rows, each with what it took from its first begin to its last end. */
static void text_lanes(FILE *out, const struct timeline *timeline, struct arena *arena, size_t columns)
{
	enum { NAME_MOST = 34, SPAN = 12, BAR_LEAST = 16, BAR_MOST = 200 };
	const char **names = lane_names(timeline, arena);
	bool *critical = ARENA_ARRAY(arena, bool, timeline->nlanes + 1);
	int64_t *ran = ARENA_ARRAY(arena, int64_t, timeline->nlanes + 1);
	int width = 0;
	for (size_t i = 0; i < timeline->nsteps; i++) {
		const struct timeline_step *step = &timeline->steps[i];
		if (step->began < 0)
			continue;
		critical[step->lane] |= step->critical;
		ran[step->lane] += step->ended - step->began;
	}
	for (size_t i = 0; i < timeline->nlanes; i++) {
		int len = (int)strlen(names[i]);
		width = len > width ? len : width;
	}
	width = width < NAME_MOST ? width : NAME_MOST;
	size_t used = (size_t)width + SPAN, bar = columns > used + BAR_LEAST ? columns - used : BAR_LEAST;
	bar = bar < BAR_MOST ? bar : BAR_MOST;
	for (size_t i = 0; i < timeline->nlanes; i++) {
		const char *name = names[i];
		size_t len = strlen(name);
		if (len > (size_t)width) /* the end tells containers apart */
			name = arena_printf(arena, "%.*s..%s", width / 2 - 1, name,
				name + len - (size_t)(width - width / 2 - 1));
		fprintf(out, "%c %-*s ", critical[i] ? '*' : ' ', width, name);
		text_lane(out, timeline, i, bar);
		fprintf(out, " %s\n", timeline_span(arena, ran[i]));
	}
}

static void text_troubles(FILE *out, const struct timeline *timeline, struct arena *arena)
{
	for (size_t i = 0; i < timeline->nsteps; i++) {
		const struct timeline_step *step = &timeline->steps[i];
		if (step->state == STEP_DONE)
			continue;
		fprintf(out, "%s: %s%s%s\n", step->state == STEP_FAILED ? "failed" : "not begun",
			timeline_step_words(arena, step), step->failure ? ": " : "",
			step->failure ? step->failure : "");
	}
}

void timeline_text(FILE *out, const struct timeline *timeline, struct arena *arena, size_t columns)
{
	struct timeline_advice *advice;
	size_t count = timeline_advise(timeline, arena, &advice);
	fprintf(out, "%s\n\n", timeline_title(arena, timeline));
	text_lanes(out, timeline, arena, columns);
	fputs("\n# at work  ~ a gate waits  . in the queue  * on the way that the run took\n\n", out);
	text_troubles(out, timeline, arena);
	fputs("the way that the run took:\n", out);
	for (size_t i = 0; i < timeline->npath; i++) {
		const struct timeline_part *part = &timeline->path[i];
		fprintf(out, "%10s  %s\n", timeline_span(arena, part->ended - part->began),
			timeline_part_words(arena, part));
	}
	if (count)
		fputs("\nwhat to fix first:\n", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%zu. %s\n", i + 1, advice[i].text);
}

int timeline_draw(FILE *out, const struct timeline *timeline, const char *format, size_t columns)
{
	struct arena *arena = arena_child(timeline->arena);
	int result = 0;
	if (strcmp(format, "text") == 0)
		timeline_text(out, timeline, arena, columns);
	else if (strcmp(format, "svg") == 0)
		timeline_svg(out, timeline, arena, true);
	else if (strcmp(format, "html") == 0)
		timeline_html(out, timeline, arena);
	else if (strcmp(format, "json") == 0)
		timeline_json(out, timeline, arena);
	else if (strcmp(format, "otlp") == 0)
		timeline_otlp(out, timeline, arena);
	else if (strcmp(format, "trace") == 0)
		timeline_trace(out, timeline, arena);
	else
		result = -1;
	arena_destroy(arena);
	return result;
}
