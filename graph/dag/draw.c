/* The graph as text, dot, mermaid or JSON. */
#include "graph/dag/draw.h"
#include "base/quote.h"

#include <string.h>

/* How an edge's condition reads; an optional one says so. */
static void print_condition(FILE *out, const struct dag_edge *edge)
{
	fputs(condition_name(edge->condition), out);
	if (edge->if_checked)
		fputs(" or healthy", out);
	if (!edge->required)
		fputs(", optional", out);
	if (edge->restart)
		fputs(", restart", out);
}

static bool is_edge_shown(const struct dag_edge *edge)
{
	return edge->to->selected;
}

/* "web  waits for db (healthy), …"; of a vertex without edges just the name. */
static void text_vertex(FILE *out, const struct dag_vertex *vertex, int width)
{
	size_t shown_edges = 0;
	for (size_t e = 0; e < vertex->nedges; e++)
		shown_edges += is_edge_shown(&vertex->edges[e]);
	const char *kind = vertex->service->application ? "application"
			   : vertex->service->disabled  ? "no active profile"
							: "";
	if (!shown_edges && !*kind) {
		fprintf(out, "  %s\n", vertex->service->key);
		return;
	}
	fprintf(out, "  %-*s", width, vertex->service->key);
	if (*kind)
		fprintf(out, "  [%s]", kind);
	const char *separator = "  waits for ";
	for (size_t e = 0; e < vertex->nedges; e++) {
		const struct dag_edge *edge = &vertex->edges[e];
		if (!is_edge_shown(edge))
			continue;
		fprintf(out, "%s%s (", separator, edge->to->service->key);
		print_condition(out, edge);
		fputc(')', out);
		separator = ", ";
	}
	fputc('\n', out);
}

/* One block per priority: everything in a block can start at the same time once its own edges allow. */
static void draw_text(FILE *out, const struct dag *dag)
{
	unsigned highest = 0;
	int width = 0;
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->sorted[i];
		if (!vertex->selected)
			continue;
		highest = vertex->priority > highest ? vertex->priority : highest;
		int len = (int)strlen(vertex->service->key);
		width = len > width ? len : width;
	}
	for (unsigned priority = 0; priority <= highest; priority++) {
		bool head = false;
		for (size_t i = 0; i < dag->count; i++) {
			const struct dag_vertex *vertex = dag->vertices[i];
			if (!vertex->selected || vertex->priority != priority)
				continue;
			if (!head)
				fprintf(out, "priority %u%s\n", priority,
					priority ? "" : " (waits for nothing)");
			head = true;
			text_vertex(out, vertex, width);
		}
	}
}

static void dot_vertex(FILE *out, const struct dag_vertex *vertex)
{
	fputc('\t', out);
	quote_print(out, vertex->service->key);
	fprintf(out, " [shape=%s];\n", vertex->service->application ? "component" : "box");
}

static void dot_edge(FILE *out, const struct dag_vertex *vertex, const struct dag_edge *edge)
{
	fputc('\t', out);
	quote_print(out, vertex->service->key);
	fputs(" -> ", out);
	quote_print(out, edge->to->service->key);
	fputs(" [label=\"", out);
	print_condition(out, edge);
	fprintf(out, "\"%s];\n", edge->required ? "" : ", style=dashed");
}

/* Mermaid's own words (`end`, `graph`) would break as ids, so vertices are numbered. */
static void mermaid_vertex(FILE *out, const struct dag_vertex *vertex)
{
	fprintf(out, "\ts%zu%s", vertex->order, vertex->service->application ? "[[" : "[");
	quote_print(out, vertex->service->key);
	fprintf(out, "%s\n", vertex->service->application ? "]]" : "]");
}

static void mermaid_edge(FILE *out, const struct dag_vertex *vertex, const struct dag_edge *edge)
{
	fprintf(out, "\ts%zu %s|\"", vertex->order, edge->required ? "-->" : "-.->");
	print_condition(out, edge);
	fprintf(out, "\"| s%zu\n", edge->to->order);
}

/* All vertices, then all edges. */
static void draw_lines(FILE *out, const struct dag *dag, void (*vertex)(FILE *, const struct dag_vertex *),
	void (*edge)(FILE *, const struct dag_vertex *, const struct dag_edge *))
{
	for (size_t i = 0; i < dag->count; i++)
		if (dag->vertices[i]->selected)
			vertex(out, dag->vertices[i]);
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *from = dag->vertices[i];
		for (size_t e = 0; from->selected && e < from->nedges; e++)
			if (is_edge_shown(&from->edges[e]))
				edge(out, from, &from->edges[e]);
	}
}

static void draw_dot(FILE *out, const struct dag *dag)
{
	fputs("digraph flow {\n\trankdir=BT;\n", out);
	draw_lines(out, dag, dot_vertex, dot_edge);
	fputs("}\n", out);
}

static void draw_mermaid(FILE *out, const struct dag *dag)
{
	fputs("flowchart BT\n", out);
	draw_lines(out, dag, mermaid_vertex, mermaid_edge);
}

/* A vertex with its edges, and where the file says so. */
static void json_vertex(FILE *out, const struct dag_vertex *vertex)
{
	fputs("{\"name\":", out);
	quote_print(out, vertex->service->key);
	fprintf(out, ",\"kind\":\"%s\",\"priority\":%u,\"needs\":[",
		vertex->service->application ? "application" : "service", vertex->priority);
	bool more = false;
	for (size_t e = 0; e < vertex->nedges; e++) {
		const struct dag_edge *edge = &vertex->edges[e];
		if (!is_edge_shown(edge))
			continue;
		fputs(more ? ",{\"name\":" : "{\"name\":", out);
		more = true;
		quote_print(out, edge->to->service->key);
		fprintf(out, ",\"condition\":\"%s\",\"required\":%s,\"restart\":%s,\"from\":",
			condition_name(edge->condition), edge->required ? "true" : "false",
			edge->restart ? "true" : "false");
		quote_print(out, edge->from);
		if (edge->at.line) {
			fputs(",\"file\":", out);
			quote_print(out, edge->at.file);
			fprintf(out, ",\"line\":%u", edge->at.line);
		}
		fputc('}', out);
	}
	fputs("]}", out);
}

static void draw_json(FILE *out, const struct dag *dag)
{
	bool more = false;
	fputs("{\"services\":[", out);
	for (size_t i = 0; i < dag->count; i++) {
		if (!dag->vertices[i]->selected)
			continue;
		fputs(more ? ",\n" : "\n", out);
		json_vertex(out, dag->vertices[i]);
		more = true;
	}
	fputs("]}\n", out);
}

static int too_large(struct errors *errors)
{
	error_add(errors, ERROR_USAGE, NULL, NULL, "the graph is too large for a picture");
	return error_hint(errors, "name some services, as in `graph --format svg web`");
}

int dag_draw(FILE *out, const struct dag *dag, const char *format, struct errors *errors)
{
	static const struct {
		const char *name;
		void (*draw)(FILE *out, const struct dag *dag); /* NULL: a picture */
		bool page;
	} formats[] = { { "text", draw_text, false }, { "dot", draw_dot, false },
		{ "mermaid", draw_mermaid, false }, { "svg", NULL, false }, { "html", NULL, true },
		{ "json", draw_json, false } };
	const char *names[sizeof formats / sizeof *formats];
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (!strcmp(formats[i].name, format)) {
			if (!formats[i].draw)
				return draw_picture(out, errors->arena, dag, formats[i].page) < 0
					       ? too_large(errors)
					       : 0;
			formats[i].draw(out, dag);
			return 0;
		}
		names[i] = formats[i].name;
	}
	error_add(errors, ERROR_USAGE, NULL, NULL, "unknown graph format \"%s\"", format);
	return error_hint_names(errors, format, "formats", names, sizeof names / sizeof *names);
}
