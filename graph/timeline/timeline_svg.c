/* A run as a picture, one row for each object, and as a page with it. */
#include "base/text/svg.h"
#include "graph/timeline/timeline.h"

#include <string.h>

enum { NAME_MOST = 34 };

#define ROW   22.0
#define TOP   66.0  /* title and axis */
#define CHART 820.0 /* width of the run's time */
#define RIGHT 110.0 /* for what a row took */
#define LEFT  24.0

/* Forms tell steps apart, too: gates are thin, ends have a border only. */
static const char style[] =
	".g{stroke:#d8dee4}.k{fill:#1b1f24}.o{stroke:#8b949e;stroke-dasharray:2 3}"
	".i{fill:#7a5195}.p{fill:#7f8790}.e{fill:#56b4e9}.t{fill:#0072b2}.w{fill:#e69f00}.f{fill:none;stroke:#b0437f;stroke-width:2}"
	".u{fill:#009e73}.x{stroke:#c4320a;stroke-width:2.5;fill:none}.j{fill:#a32606;font-weight:600}.v{font-weight:600}"
	"@media (prefers-color-scheme:dark){.g{stroke:#30363d}.k{fill:#e6edf3}.i{fill:#b48ad6}.p{fill:#9aa4af}"
	".e{fill:#9fd6f5}.t{fill:#3d94cc}.f{stroke:#e08fc0}.u{fill:#2fc595}.x{stroke:#ff7b54}.j{fill:#ff9a7a}}";

static const struct look {
	char class;
	double height;
	const char *words;
} looks[] = {
	[LOOK_IMAGE] = { 'i', 14, "image" },
	[LOOK_PREPARE] = { 'p', 14, "network, volume" },
	[LOOK_CREATE] = { 'e', 14, "create" },
	[LOOK_START] = { 't', 14, "start" },
	[LOOK_GATE] = { 'w', 6, "gate waits" },
	[LOOK_END] = { 'f', 12, "stop, remove" },
	[LOOK_HOOK] = { 'u', 10, "hook" },
};

/* What a row is about. */
struct row {
	const char *name;
	bool critical, failed;
	int64_t ended, ran;
};

struct chart {
	FILE *out;
	struct arena *arena;
	const struct timeline *timeline;
	struct row *rows; /* by lane */
	double left;      /* where time begins */
	double scale;     /* pixels a nanosecond */
};

/* The rows, and the places of names and of time. */
static void chart_init(struct chart *chart)
{
	const struct timeline *timeline = chart->timeline;
	size_t longest = 0;
	chart->rows = ARENA_ARRAY(chart->arena, struct row, timeline->nlanes + 1);
	for (size_t i = 0; i < timeline->nsteps; i++) {
		const struct timeline_step *step = &timeline->steps[i];
		struct row *row = &chart->rows[step->lane];
		if (step->began < 0)
			continue;
		if (!row->name) {
			const char *object = step->op < OP_COUNT ? op_traits[step->op].object : "step";
			row->name = strcmp(object, "container") == 0
					    ? step->name
					    : arena_printf(chart->arena, "%s %s", object, step->name);
			row->name = svg_cut(chart->arena, row->name, NAME_MOST);
			size_t length = svg_length(row->name);
			longest = length > longest ? length : longest;
		}
		row->critical |= step->critical;
		row->failed |= step->state == STEP_FAILED;
		row->ended = step->ended > row->ended ? step->ended : row->ended;
		row->ran += step->ended - step->began;
	}
	chart->left = LEFT + SVG_CHARACTER * (double)longest + 14;
	chart->scale = timeline->took > 0 ? CHART / (double)timeline->took : 0;
}

static double x_of(const struct chart *chart, int64_t time)
{
	double x = (double)time * chart->scale;
	return chart->left + (x < CHART ? x : CHART);
}

static double y_of(size_t lane)
{
	return TOP + ROW * (double)lane;
}

/* Ticks at round numbers, eight at most. */
static void put_axis(const struct chart *chart)
{
	static const int64_t factors[] = { 2, 5, 10 };
	int64_t took = chart->timeline->took, base = 1000000, step = base;
	double bottom = y_of(chart->timeline->nlanes);
	for (size_t i = 0; took / step > 7; i = (i + 1) % 3) {
		step = base * factors[i];
		base = factors[i] == 10 ? step : base;
	}
	for (int64_t at = 0; at <= took; at += step) {
		double x = x_of(chart, at);
		fprintf(chart->out,
			"<path class=\"g\" d=\"M%.1f %.1fV%.1f\"/><text class=\"q m\" x=\"%.1f\" y=\"%.1f\">%g s</text>\n",
			x, TOP - 8, bottom, x, TOP - 14, (double)at / 1e9);
	}
}

/* A step: its wait in the queue, its form, the line below it, its failure. */
static void put_bar(const struct chart *chart, const struct timeline_step *step)
{
	const struct look *look = &looks[timeline_look(step)];
	double from = x_of(chart, step->began), width = x_of(chart, step->ended) - from;
	double middle = y_of(step->lane) + ROW / 2 - 1;
	width = width < 2 ? 2 : width;
	fputs("<g><title>", chart->out);
	svg_text(chart->out, timeline_step_words(chart->arena, step));
	fprintf(chart->out, ": %s, from %s on", timeline_span(chart->arena, step->ended - step->began),
		timeline_span(chart->arena, step->began));
	if (step->failure) {
		fputs(": ", chart->out);
		svg_text(chart->out, step->failure);
	}
	fputs("</title>", chart->out);
	if (x_of(chart, step->ready) < from - 1)
		fprintf(chart->out, "<path class=\"o\" d=\"M%.1f %.1fH%.1f\"/>", x_of(chart, step->ready),
			middle, from);
	fprintf(chart->out, "<rect class=\"%c\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
		look->class, from, middle - look->height / 2, width, look->height);
	if (step->critical)
		fprintf(chart->out, "<rect class=\"k\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"2.5\"/>",
			from, middle + 8, width);
	if (step->state == STEP_FAILED)
		fprintf(chart->out, "<path class=\"x\" d=\"M%.1f %.1fl10 10m0 -10l-10 10\"/>",
			from + width - 5, middle - 5);
	fputs("</g>\n", chart->out);
}

static void put_rows(const struct chart *chart)
{
	for (size_t i = 0; i < chart->timeline->nlanes; i++) {
		const struct row *row = &chart->rows[i];
		double y = y_of(i) + ROW / 2 + 3;
		fprintf(chart->out, "<text class=\"n r%s\" x=\"%.1f\" y=\"%.1f\">", row->critical ? " v" : "",
			chart->left - 14, y);
		svg_text(chart->out, row->name);
		fprintf(chart->out, "</text><text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s%s</text>\n",
			row->failed ? "j" : "q", x_of(chart, row->ended) + 10, y,
			timeline_span(chart->arena, row->ran), row->failed ? " failed" : "");
	}
}

/* What the forms mean. */
static void put_legend(const struct chart *chart, double y)
{
	double x = LEFT;
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		fprintf(chart->out,
			"<rect class=\"%c\" x=\"%.1f\" y=\"%.1f\" width=\"26\" height=\"%.1f\"/>"
			"<text class=\"q\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
			looks[i].class, x, y - looks[i].height / 2, looks[i].height, x + 34, y + 4,
			looks[i].words);
		x += 34 + 7 * (double)strlen(looks[i].words) + 18;
	}
	fprintf(chart->out,
		"<path class=\"o\" d=\"M%.1f %.1fh26\"/><text class=\"q\" x=\"%.1f\" y=\"%.1f\">in the queue</text>\n"
		"<rect class=\"k\" x=\"%.1f\" y=\"%.1f\" width=\"26\" height=\"2.5\"/>"
		"<text class=\"q\" x=\"%.1f\" y=\"%.1f\">on the way that the run took</text>\n",
		x, y, x + 34, y + 4, LEFT, y + 21, LEFT + 34, y + 26);
}

void timeline_svg(FILE *out, const struct timeline *timeline, struct arena *arena, bool headed)
{
	struct chart chart = { .out = out, .arena = arena, .timeline = timeline };
	const char *title = timeline_title(arena, timeline);
	chart_init(&chart);
	svg_begin(out, chart.left + CHART + RIGHT, y_of(timeline->nlanes) + 62, title, style);
	if (headed) {
		fprintf(out, "<text class=\"h\" x=\"%.0f\" y=\"26\">", LEFT);
		svg_text(out, title);
		fputs("</text>\n", out);
	}
	put_axis(&chart);
	for (size_t i = 0; i < timeline->nsteps; i++)
		if (timeline->steps[i].began >= 0)
			put_bar(&chart, &timeline->steps[i]);
	put_rows(&chart);
	put_legend(&chart, y_of(timeline->nlanes) + 20);
	svg_end(out);
}

static void put_advice(FILE *out, const struct timeline *timeline, struct arena *arena)
{
	struct timeline_advice *advice;
	size_t count = timeline_advise(timeline, arena, &advice);
	if (count)
		fputs("<h2>What to fix first</h2>\n<ol>\n", out);
	for (size_t i = 0; i < count; i++) {
		fputs("<li>", out);
		svg_text(out, advice[i].text);
		fputs("</li>\n", out);
	}
	if (count)
		fputs("</ol>\n", out);
}

static void put_path(FILE *out, const struct timeline *timeline, struct arena *arena)
{
	fputs("<h2>The way that the run took</h2>\n<table>\n"
	      "<tr><th class=\"r\">from</th><th class=\"r\">took</th><th>what</th></tr>\n",
		out);
	for (size_t i = 0; i < timeline->npath; i++) {
		const struct timeline_part *part = &timeline->path[i];
		fprintf(out, "<tr><td class=\"r\">%s</td><td class=\"r\">%s</td><td>",
			timeline_span(arena, part->began), timeline_span(arena, part->ended - part->began));
		svg_text(out, timeline_part_words(arena, part));
		fputs("</td></tr>\n", out);
	}
	fputs("</table>\n", out);
}

static void put_cell(FILE *out, const char *class, const char *text)
{
	fprintf(out, "<td%s>", class);
	svg_text(out, text);
	fputs("</td>", out);
}

/* Every step as a row. */
static void put_steps(FILE *out, const struct timeline *timeline, struct arena *arena)
{
	fputs("<h2>All steps</h2>\n<table>\n<tr><th>step</th><th class=\"r\">could begin</th>"
	      "<th class=\"r\">began</th><th class=\"r\">took</th><th>why</th><th>end</th></tr>\n",
		out);
	for (size_t i = 0; i < timeline->nsteps; i++) {
		const struct timeline_step *step = &timeline->steps[i];
		bool ran = step->began >= 0;
		const char *end = step->failure                 ? step->failure
				  : step->state == STEP_DONE    ? "done"
				  : step->state == STEP_SKIPPED ? "not begun"
								: "failed";
		fputs("<tr>", out);
		put_cell(out, "", timeline_step_words(arena, step));
		put_cell(out, " class=\"r\"", ran ? timeline_span(arena, step->ready) : "");
		put_cell(out, " class=\"r\"", ran ? timeline_span(arena, step->began) : "");
		put_cell(out, " class=\"r\"", ran ? timeline_span(arena, step->ended - step->began) : "");
		put_cell(out, "", step->reason);
		put_cell(out, "", end);
		fputs("</tr>\n", out);
	}
	fputs("</table>\n", out);
}

void timeline_html(FILE *out, const struct timeline *timeline, struct arena *arena)
{
	svg_page_begin(out, timeline_title(arena, timeline));
	put_advice(out, timeline, arena);
	fputs("<div class=\"scroll\">\n", out);
	timeline_svg(out, timeline, arena, false);
	fputs("</div>\n", out);
	put_path(out, timeline, arena);
	put_steps(out, timeline, arena);
	svg_page_end(out);
}
