/* Topological order, priorities and cycles of the graph; no recursion, since the depth is the file's. */
#include "base/buf.h"
#include "graph/dag/dag.h"

#include <string.h>

#define CYCLE_TEXT_MOST ((size_t)16 << 20)
#define CYCLES_TOLD     20 /* a dense graph has more cycles than edges */

enum colour { WHITE, GREY, BLACK };

/* A vertex on the path from the root, with the edge that is followed next. */
struct vertex_visit {
	struct dag_vertex *vertex;
	size_t edge;
};

struct order_walk {
	struct arena *arena;
	struct dag *dag;
	struct vertex_visit *path;
	size_t depth;
	unsigned char *colours; /* by `order`, which holds the document position while walking */
	size_t nsorted, ncycles;
	bool looking; /* cycles are cut */
	struct errors *errors;
};

/* Reports the cycle from path[from] to the end of the path and back, beginning with the service that comes
 * first in the file. */
static void report_service_cycle(struct order_walk *walk, size_t from)
{
	struct arena *arena = walk->arena;
	size_t len = walk->depth - from, first = 0;
	const struct vertex_visit *path = walk->path + from;
	for (size_t i = 1; i < len; i++) {
		if (path[i].vertex->order < path[first].vertex->order)
			first = i;
	}
	auto_buf struct buf names, places;
	buf_init(&names, CYCLE_TEXT_MOST);
	buf_init(&places, CYCLE_TEXT_MOST);
	buf_puts(&names, path[first].vertex->service->key);
	for (size_t i = 0; i < len; i++) {
		const struct vertex_visit *at = &path[(first + i) % len];
		const struct dag_edge *edge = &at->vertex->edges[at->edge];
		buf_printf(&names, " -> %s", edge->to->service->key);
		if (i)
			buf_putc(&places, '\n');
		if (edge->at.line)
			buf_printf(&places, "%s:%u:%u: ", edge->at.file, edge->at.line, edge->at.col);
		buf_printf(&places, "%s -> %s (%s)", at->vertex->service->key, edge->to->service->key,
			edge->from);
	}
	const struct vertex_visit *start = &path[first];
	const struct mark *at = &start->vertex->edges[start->edge].at;
	const char *service = arena_printf(arena, "services.%s", start->vertex->service->key);
	if (walk->looking)
		error_warn(walk->errors, at, service, "dependency cycle: %s", buf_text(&names));
	else
		error_add(walk->errors, ERROR_FILE, at, service, "dependency cycle: %s", buf_text(&names));
	error_detail(walk->errors, buf_text(&places));
	error_hint(walk->errors, "remove one of these dependencies");
}

/* Takes out the last edge of the path. */
static void cut_edge(struct order_walk *walk)
{
	struct vertex_visit *last = &walk->path[walk->depth - 1];
	struct dag_vertex *from = last->vertex, *to = from->edges[last->edge].to;
	size_t kept = 0;
	from->nedges--;
	for (size_t i = last->edge; i < from->nedges; i++)
		from->edges[i] = from->edges[i + 1];
	for (size_t i = 0; i < to->ndependents; i++)
		if (to->dependents[i] != from)
			to->dependents[kept++] = to->dependents[i];
	to->ndependents = kept;
}

/* Follows one edge: enters a new vertex, reports a cycle, or passes over what is done. */
static void follow_edge(struct order_walk *walk, struct dag_vertex *to)
{
	unsigned char *colour = &walk->colours[to->order];
	if (*colour == WHITE) {
		*colour = GREY;
		walk->path[walk->depth++] = (struct vertex_visit){ to, 0 };
		return;
	}
	if (*colour == GREY) {
		size_t from = walk->depth;
		while (walk->path[--from].vertex != to)
			;
		if (walk->ncycles++ < CYCLES_TOLD)
			report_service_cycle(walk, from);
		if (walk->looking) {
			cut_edge(walk);
			return;
		}
	}
	walk->path[walk->depth - 1].edge++;
}

/* Everything a vertex waits for is sorted: its priority is known, it comes next. */
static void leave_vertex(struct order_walk *walk, struct dag_vertex *vertex)
{
	for (size_t i = 0; i < vertex->nedges; i++) {
		unsigned priority = vertex->edges[i].to->priority + 1;
		if (priority > vertex->priority)
			vertex->priority = priority;
	}
	walk->colours[vertex->order] = BLACK;
	walk->dag->sorted[walk->nsorted++] = vertex;
	walk->depth--;
	if (walk->depth)
		walk->path[walk->depth - 1].edge++;
}

int dag_order(struct arena *arena, struct dag *dag, bool looking, struct errors *errors)
{
	size_t before = errors->count;
	struct order_walk walk = { .arena = arena,
		.dag = dag,
		.looking = looking,
		.errors = errors,
		.path = ARENA_ARRAY(arena, struct vertex_visit, dag->count + 1),
		.colours = arena_alloc(arena, dag->count + 1) };
	dag->sorted = ARENA_ARRAY(arena, struct dag_vertex *, dag->count + 1);
	for (size_t i = 0; i < dag->count; i++)
		dag->vertices[i]->order = i;
	for (size_t i = 0; i < dag->count; i++) {
		if (walk.colours[i] != WHITE)
			continue;
		walk.colours[i] = GREY;
		walk.path[walk.depth++] = (struct vertex_visit){ dag->vertices[i], 0 };
		while (walk.depth) {
			struct vertex_visit *top = &walk.path[walk.depth - 1];
			if (top->edge < top->vertex->nedges)
				follow_edge(&walk, top->vertex->edges[top->edge].to);
			else
				leave_vertex(&walk, top->vertex);
		}
	}
	for (size_t i = 0; i < walk.nsorted; i++)
		dag->sorted[i]->order = i;
	return errors->count > before ? -1 : 0;
}
