/* The graph as a picture: SVG, and a page with it and what it says as a table. */
#include "base/text/svg.h"
#include "graph/dag/draw.h"
#include "graph/dag/layout.h"

#include <string.h>

enum { NAME_MOST = 32 };

/* Lines differ in form and in colour: colours that everybody tells apart (Okabe and Ito), each in a darker
 * and a lighter tone. */
static const char style[] =
	".b{fill:#f3f5f7;stroke:#57606a}.a{fill:#e7eefc;stroke:#0072b2;stroke-width:2}.l{fill:none;stroke-width:1.4}"
	".s{stroke:#6e7781}.y{stroke:#0072b2;stroke-width:2}.c{stroke:#b35900;stroke-width:2}"
	".as{fill:#6e7781}.ay{fill:#0072b2}.ac{fill:#b35900}"
	"@media (prefers-color-scheme:dark){.b{fill:#22282f;stroke:#9aa4af}.a{fill:#1b2a3d;stroke:#56b4e9}"
	".s{stroke:#8b949e}.y{stroke:#56b4e9}.c{stroke:#e69f00}.as{fill:#8b949e}.ay{fill:#56b4e9}.ac{fill:#e69f00}}";

/* How the lines of a condition look: dots and dashes tell them apart without colours. */
static const struct look {
	char class;
	const char *dashes, *optional_dashes, *words;
} looks[] = {
	[CONDITION_STARTED] = { 's', "none", "7 4", "is started" },
	[CONDITION_HEALTHY] = { 'y', "none", "7 4", "is healthy" },
	[CONDITION_COMPLETED] = { 'c', "2 3", "9 3 2 3", "has completed" },
};

static double width_of(const struct dag_vertex *vertex)
{
	size_t length = svg_length(vertex->service->key);
	return 24 + SVG_CHARACTER * (double)(length > NAME_MOST ? NAME_MOST : length);
}

static const char *dashes_of(const struct dag_edge *edge)
{
	const struct look *look = &looks[edge->condition];
	return edge->required ? look->dashes : look->optional_dashes;
}

static void put_line(FILE *out, const struct layout_line *line)
{
	const struct look *look = &looks[line->edge->condition];
	const struct layout_point *at = line->points;
	fprintf(out, "<path class=\"l %c\" stroke-dasharray=\"%s\"%s%c%s d=\"M%.1f %.1f", look->class,
		dashes_of(line->edge), line->head ? " marker-start=\"url(#" : "",
		line->head ? look->class : ' ', line->head ? ")\"" : "", at->x, at->y);
	for (size_t i = 1; i < line->npoints; i++) {
		const struct layout_point *to = &at[i];
		double half = (to->x - at[i - 1].x) / 2;
		if (i % 2) /* between two columns */
			fprintf(out, " C%.1f %.1f %.1f %.1f %.1f %.1f", at[i - 1].x + half, at[i - 1].y,
				to->x - half, to->y, to->x, to->y);
		else
			fprintf(out, " L%.1f %.1f", to->x, to->y);
	}
	fputs("\"><title>", out);
	svg_text(out, line->waiter ? line->waiter->service->key : "several");
	fputs(line->waiter ? " waits until " : " wait until ", out);
	svg_text(out, line->edge->to->service->key);
	fprintf(out, " %s%s</title></path>\n", look->words, line->edge->required ? "" : " (optional)");
}

static void put_box(FILE *out, struct arena *arena, const struct layout_box *box)
{
	const struct service *service = box->vertex->service;
	fprintf(out, "<g><title>");
	svg_text(out, service->key);
	fprintf(out,
		"%s</title><rect class=\"%c\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\"/>"
		"<text class=\"n m\" x=\"%.1f\" y=\"%.1f\">",
		service->application ? ": application of a registry" : "", service->application ? 'a' : 'b',
		box->x, box->y, box->width, box->height, box->x + box->width / 2,
		box->y + box->height / 2 + 4);
	svg_text(out, svg_cut(arena, service->key, NAME_MOST));
	fputs("</text></g>\n", out);
}

/* What the lines mean, those that are there; returns the width that it takes. */
static double put_legend(FILE *out, const struct layout *layout, double y)
{
	bool there[sizeof looks / sizeof *looks][2] = { { false } };
	double x = 24;
	for (size_t i = 0; i < layout->nlines; i++)
		there[layout->lines[i].edge->condition][!layout->lines[i].edge->required] = true;
	for (size_t i = 0; i < 2 * sizeof looks / sizeof *looks; i++) {
		const struct look *look = &looks[i / 2];
		if (!there[i / 2][i % 2])
			continue;
		if (out)
			fprintf(out,
				"<path class=\"l %c\" stroke-dasharray=\"%s\" d=\"M%.0f %.0fh44\"/>"
				"<text class=\"q\" x=\"%.0f\" y=\"%.0f\">waits until it %s%s</text>\n",
				look->class, i % 2 ? look->optional_dashes : look->dashes, x, y, x + 52,
				y + 4, look->words, i % 2 ? ", optional" : "");
		x += 52 + 6.4 * (double)(strlen(look->words) + (i % 2 ? 25 : 15)) + 20;
	}
	return x;
}

/* The title unless it stands elsewhere, lines, boxes over their ends, and what the lines mean. */
static void put_picture(
	FILE *out, struct arena *arena, const struct layout *layout, const char *title, bool headed)
{
	double legend = put_legend(NULL, layout, 0);
	double needed = 48 + 9 * (double)svg_length(title);
	double width = layout->width > legend ? layout->width : legend;
	svg_begin(out, width > needed ? width : needed, layout->height + 30, title, style);
	fputs("<defs>", out);
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		fprintf(out,
			"<marker id=\"%c\" viewBox=\"0 0 10 10\" refX=\"0\" refY=\"5\" markerUnits=\"userSpaceOnUse\" "
			"markerWidth=\"10\" markerHeight=\"10\" orient=\"auto\"><path class=\"a%c\" d=\"M0 5L10 1V9z\"/></marker>",
			looks[i].class, looks[i].class);
	fputs("</defs>\n", out);
	if (headed) {
		fputs("<text class=\"h\" x=\"24\" y=\"26\">", out);
		svg_text(out, title);
		fputs("</text>\n", out);
	}
	for (size_t i = 0; i < layout->nlines; i++)
		put_line(out, &layout->lines[i]);
	for (size_t i = 0; i < layout->nboxes; i++)
		put_box(out, arena, &layout->boxes[i]);
	put_legend(out, layout, layout->height + 8);
	svg_end(out);
}

/* The same for those who do not see it, with the places in the files. */
static void put_table(FILE *out, const struct dag *dag)
{
	fputs("<table>\n<tr><th>service</th><th>waits until</th><th>as said in</th></tr>\n", out);
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->vertices[i];
		size_t shown = 0;
		for (size_t e = 0; vertex->selected && e < vertex->nedges; e++) {
			const struct dag_edge *edge = &vertex->edges[e];
			if (!edge->to->selected)
				continue;
			fputs("<tr><td><code>", out);
			svg_text(out, shown++ ? "" : vertex->service->key);
			fputs("</code></td><td><code>", out);
			svg_text(out, edge->to->service->key);
			fprintf(out, "</code> %s%s</td><td>", looks[edge->condition].words,
				edge->required ? "" : ", if it is there");
			svg_text(out, edge->from);
			if (edge->at.line) {
				fputs(", <code>", out);
				svg_text(out, edge->at.file);
				fprintf(out, ":%u</code>", edge->at.line);
			}
			fputs("</td></tr>\n", out);
		}
		if (vertex->selected && !shown) {
			fputs("<tr><td><code>", out);
			svg_text(out, vertex->service->key);
			fputs("</code></td><td>nothing</td><td></td></tr>\n", out);
		}
	}
	fputs("</table>\n", out);
}

static const char *title_of(struct arena *arena, const struct dag *dag)
{
	const char *names = "";
	for (size_t i = 0; i < dag->nprojects; i++)
		names = arena_printf(arena, "%s%s%s", names, i ? ", " : "", dag->projects[i]->name);
	return arena_printf(arena, "%s: what waits for what", names);
}

int draw_picture(FILE *out, struct arena *arena, const struct dag *dag, bool page)
{
	struct layout layout;
	const char *title = title_of(arena, dag);
	if (dag_layout(arena, dag, width_of, &layout) < 0)
		return -1;
	if (page) {
		svg_page_begin(out, title);
		fputs("<div class=\"scroll\">\n", out);
	}
	put_picture(out, arena, &layout, title, !page);
	if (page) {
		fputs("</div>\n<h2>In words</h2>\n", out);
		put_table(out, dag);
		svg_page_end(out);
	}
	return 0;
}
