/* Layers, as Sugiyama, Tagawa and Toda have it ("Methods for visual understanding of hierarchical system
 * structures", 1981): columns by the longest path, an order within each that follows the neighbours, then
 * heights that straighten the lines. */
#include "graph/dag/layout.h"

#include <stdlib.h>

#define MARGIN     24.0
#define HEAD       40.0 /* above all: a title */
#define BOX_HEIGHT 30.0
#define LINE_WIDTH 4.0   /* what a line takes within a column */
#define GAP        14.0  /* between two of a column */
#define WIDE       900.0 /* that boxes without lines may take side by side, at least */

enum { SLOTS_MOST = 20000, SWEEPS = 12, STYLES = 6 };

/* A place in a column: of a service, or where a trunk passes. */
struct slot {
	const struct dag_vertex *vertex; /* NULL: a trunk */
	size_t column, at;               /* at: from the top */
	double wish, y, height;          /* y of the middle */
	struct slot **before, **after;   /* neighbours in the columns to the left and to the right */
	size_t nbefore, nafter;
};

struct trunk {
	const struct dag_edge *edge; /* the first one that takes it */
	size_t reach;                /* columns that its farthest edge spans */
	struct slot **slots;         /* reach - 1 of them */
};

struct column {
	struct slot **slots;
	size_t count, links; /* links to the next one */
	double x, width;
};

struct work {
	struct arena *arena;
	const struct dag *dag;
	struct slot **of;     /* by vertex->order; NULL: not shown, or alone */
	struct trunk *trunks; /* by vertex->order and style */
	struct column *columns;
	size_t ncolumns;
	double (*width_of)(const struct dag_vertex *);
	struct layout *layout;
};

static size_t style_of(const struct dag_edge *edge)
{
	return 2 * (size_t)edge->condition + !edge->required;
}

static struct trunk *trunk_of(const struct work *work, const struct dag_edge *edge)
{
	return &work->trunks[edge->to->order * STYLES + style_of(edge)];
}

static struct slot *slot_new(struct work *work, const struct dag_vertex *vertex, size_t column)
{
	struct slot *slot = ARENA_NEW(work->arena, struct slot);
	slot->vertex = vertex;
	slot->column = column;
	slot->height = vertex ? BOX_HEIGHT : LINE_WIDTH;
	return slot;
}

static void slot_place(struct work *work, struct slot *slot)
{
	struct column *column = &work->columns[slot->column];
	slot->at = column->count;
	*ARENA_PUSH(work->arena, column->slots, column->count) = slot;
}

static void link_slots(struct work *work, struct slot *left, struct slot *right)
{
	*ARENA_PUSH(work->arena, left->after, left->nafter) = right;
	*ARENA_PUSH(work->arena, right->before, right->nbefore) = left;
	work->columns[left->column].links++;
}

static bool is_alone(const struct dag_vertex *vertex)
{
	for (size_t e = 0; e < vertex->nedges; e++)
		if (vertex->edges[e].to->selected)
			return false;
	for (size_t d = 0; d < vertex->ndependents; d++)
		if (vertex->dependents[d]->selected)
			return false;
	return true;
}

/* The column of each service, and how far the trunks reach. Returns the number of slots. */
static size_t set_columns(struct work *work)
{
	size_t count = 0;
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct dag_vertex *vertex = work->dag->sorted[i];
		size_t column = 0;
		if (!vertex->selected || is_alone(vertex))
			continue;
		for (size_t e = 0; e < vertex->nedges; e++) {
			const struct slot *to = work->of[vertex->edges[e].to->order];
			if (to && to->column >= column)
				column = to->column + 1;
		}
		work->of[vertex->order] = slot_new(work, vertex, column);
		work->ncolumns = column >= work->ncolumns ? column + 1 : work->ncolumns;
		count++;
		for (size_t e = 0; e < vertex->nedges; e++) {
			const struct dag_edge *edge = &vertex->edges[e];
			const struct slot *to = work->of[edge->to->order];
			if (!to)
				continue;
			struct trunk *trunk = trunk_of(work, edge);
			size_t span = column - to->column;
			trunk->edge = trunk->edge ? trunk->edge : edge;
			if (span > trunk->reach) {
				count += trunk->reach ? span - trunk->reach : span - 1;
				trunk->reach = span;
			}
		}
	}
	return count;
}

/* Fills the columns, in the order of the file, and links neighbours. */
static void fill_columns(struct work *work)
{
	const struct dag *dag = work->dag;
	work->columns = ARENA_ARRAY(work->arena, struct column, work->ncolumns + 1);
	for (size_t i = 0; i < dag->count; i++) {
		struct slot *slot = work->of[dag->vertices[i]->order];
		if (slot)
			slot_place(work, slot);
	}
	for (size_t i = 0; i < dag->count; i++)
		for (size_t s = 0; s < STYLES; s++) {
			const struct dag_vertex *vertex = dag->vertices[i];
			struct trunk *trunk = &work->trunks[vertex->order * STYLES + s];
			struct slot *left = work->of[vertex->order];
			if (trunk->reach < 2)
				continue;
			trunk->slots = ARENA_ARRAY(work->arena, struct slot *, trunk->reach);
			for (size_t c = 0; c + 1 < trunk->reach; c++) {
				trunk->slots[c] = slot_new(work, NULL, left->column + 1);
				slot_place(work, trunk->slots[c]);
				link_slots(work, left, trunk->slots[c]);
				left = trunk->slots[c];
			}
		}
}

/* The slot left of the edge's waiter. */
static struct slot *before_waiter(
	const struct work *work, const struct slot *waiter, const struct dag_edge *edge)
{
	struct slot *to = work->of[edge->to->order];
	size_t span = waiter->column - to->column;
	return span > 1 ? trunk_of(work, edge)->slots[span - 2] : to;
}

static void link_waiters(struct work *work)
{
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct dag_vertex *vertex = work->dag->vertices[i];
		struct slot *slot = work->of[vertex->order];
		for (size_t e = 0; slot && e < vertex->nedges; e++)
			if (work->of[vertex->edges[e].to->order])
				link_slots(work, before_waiter(work, slot, &vertex->edges[e]), slot);
	}
}

static int by_wish(const void *a, const void *b)
{
	const struct slot *one = *(struct slot *const *)a, *other = *(struct slot *const *)b;
	if (one->wish != other->wish)
		return one->wish < other->wish ? -1 : 1;
	return one->at < other->at ? -1 : one->at > other->at;
}

/* Orders a column by the middle of each one's neighbours on one side. */
static void order_column(struct column *column, bool by_left)
{
	for (size_t i = 0; i < column->count; i++) {
		struct slot *slot = column->slots[i];
		struct slot *const *near = by_left ? slot->before : slot->after;
		size_t count = by_left ? slot->nbefore : slot->nafter;
		double sum = 0;
		for (size_t n = 0; n < count; n++)
			sum += (double)near[n]->at;
		slot->wish = count ? sum / (double)count : (double)slot->at;
	}
	if (column->count)
		qsort(column->slots, column->count, sizeof *column->slots, by_wish);
	for (size_t i = 0; i < column->count; i++)
		column->slots[i]->at = i;
}

/* Slots that touch each other and move together. */
struct block {
	double sum;
	size_t count;
};

/* Brings a column's slots as near to their wishes as their order and the gaps allow: least squares, by
 * pooling neighbours that violate it. */
static void settle_column(struct arena *arena, struct column *column)
{
	struct block *blocks = ARENA_ARRAY(arena, struct block, column->count + 1);
	double *offset = ARENA_ARRAY(arena, double, column->count + 1);
	size_t count = 0, at = 0;
	for (size_t i = 0; i < column->count; i++) {
		const struct slot *slot = column->slots[i];
		if (i)
			offset[i] = offset[i - 1] + GAP + (column->slots[i - 1]->height + slot->height) / 2;
		blocks[count++] = (struct block){ slot->wish - offset[i], 1 };
		while (count > 1) {
			const struct block *last = &blocks[count - 1];
			struct block *before = &blocks[count - 2];
			if (before->sum / (double)before->count <= last->sum / (double)last->count)
				break;
			before->sum += last->sum;
			before->count += last->count;
			count--;
		}
	}
	for (size_t b = 0; b < count; b++)
		for (size_t i = 0; i < blocks[b].count; i++, at++)
			column->slots[at]->y = blocks[b].sum / (double)blocks[b].count + offset[at];
}

/* Wishes for the middle of the neighbours on the left, the right, or both. */
static void wish_heights(struct column *column, bool left, bool right)
{
	for (size_t i = 0; i < column->count; i++) {
		struct slot *slot = column->slots[i];
		size_t count = (left ? slot->nbefore : 0) + (right ? slot->nafter : 0);
		double sum = 0;
		for (size_t n = 0; left && n < slot->nbefore; n++)
			sum += slot->before[n]->y;
		for (size_t n = 0; right && n < slot->nafter; n++)
			sum += slot->after[n]->y;
		slot->wish = count ? sum / (double)count : slot->y;
	}
}

static void set_heights(struct work *work)
{
	struct arena *scratch = arena_child(work->arena);
	for (size_t c = 0; c < work->ncolumns; c++) {
		wish_heights(&work->columns[c], false, false);
		settle_column(scratch, &work->columns[c]);
	}
	for (size_t sweep = 0; sweep < SWEEPS; sweep++) {
		bool both = sweep + 2 >= SWEEPS;
		for (size_t c = 0; c < work->ncolumns; c++) {
			struct column *column = &work->columns[sweep % 2 ? work->ncolumns - 1 - c : c];
			wish_heights(column, both || sweep % 2 == 0, both || sweep % 2 == 1);
			settle_column(scratch, column);
		}
	}
	arena_destroy(scratch);
}

/* From heights to pixels. */
static void set_places(struct work *work)
{
	struct layout *layout = work->layout;
	double least = 0, most = 0, x = MARGIN;
	bool any = false;
	for (size_t c = 0; c < work->ncolumns; c++) {
		struct column *column = &work->columns[c];
		column->x = x;
		for (size_t i = 0; i < column->count; i++) {
			const struct slot *slot = column->slots[i];
			double width = slot->vertex ? work->width_of(slot->vertex) : 0;
			column->width = width > column->width ? width : column->width;
			least = !any || slot->y < least ? slot->y : least;
			most = !any || slot->y > most ? slot->y : most;
			any = true;
		}
		x += column->width + 60 + 2 * (double)(column->links < 60 ? column->links : 60);
		layout->width = column->x + column->width + MARGIN;
	}
	for (size_t c = 0; c < work->ncolumns; c++)
		for (size_t i = 0; i < work->columns[c].count; i++) {
			struct slot *slot = work->columns[c].slots[i];
			slot->y += HEAD + BOX_HEIGHT / 2 - least;
			if (slot->vertex)
				*ARENA_PUSH(work->arena, layout->boxes, layout->nboxes) =
					(struct layout_box){ slot->vertex, work->columns[c].x,
						slot->y - BOX_HEIGHT / 2, work->columns[c].width,
						BOX_HEIGHT };
		}
	layout->height = HEAD + (any ? most - least + BOX_HEIGHT : 0) + MARGIN;
}

/* Those without lines stand below, side by side. */
static void set_alone(struct work *work)
{
	struct layout *layout = work->layout;
	const struct dag *dag = work->dag;
	double width = 0, x = MARGIN, y = layout->height;
	double wide = layout->width > WIDE ? layout->width : WIDE;
	for (size_t i = 0; i < dag->count; i++)
		if (dag->vertices[i]->selected && !work->of[dag->vertices[i]->order]) {
			double own = work->width_of(dag->vertices[i]);
			width = own > width ? own : width;
		}
	if (!layout->nboxes)
		y = HEAD;
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->vertices[i];
		if (!vertex->selected || work->of[vertex->order])
			continue;
		if (x > MARGIN && x + width + MARGIN > wide) {
			x = MARGIN;
			y += BOX_HEIGHT + GAP;
		}
		*ARENA_PUSH(work->arena, layout->boxes, layout->nboxes) =
			(struct layout_box){ vertex, x, y, width, BOX_HEIGHT };
		x += width + GAP;
		layout->width = x - GAP + MARGIN > layout->width ? x - GAP + MARGIN : layout->width;
		layout->height = y + BOX_HEIGHT + MARGIN;
	}
}

static void put_point(const struct work *work, struct layout_line *line, const struct slot *slot, bool right)
{
	const struct column *column = &work->columns[slot->column];
	*ARENA_PUSH(work->arena, line->points, line->npoints) =
		(struct layout_point){ column->x + (right ? column->width : 0), slot->y };
}

/* The trunks, then what leaves them or a box for each edge. */
static void set_lines(struct work *work)
{
	struct layout *layout = work->layout;
	for (size_t i = 0; i < work->dag->count * STYLES; i++) {
		const struct trunk *trunk = &work->trunks[i];
		if (trunk->reach < 2)
			continue;
		struct layout_line *line = ARENA_PUSH(work->arena, layout->lines, layout->nlines);
		*line = (struct layout_line){ .edge = trunk->edge, .head = true };
		put_point(work, line, work->of[trunk->edge->to->order], true);
		for (size_t c = 0; c + 1 < trunk->reach; c++) {
			put_point(work, line, trunk->slots[c], false);
			put_point(work, line, trunk->slots[c], true);
		}
	}
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct dag_vertex *vertex = work->dag->vertices[i];
		const struct slot *slot = work->of[vertex->order];
		for (size_t e = 0; slot && e < vertex->nedges; e++) {
			const struct dag_edge *edge = &vertex->edges[e];
			if (!work->of[edge->to->order])
				continue;
			const struct slot *from = before_waiter(work, slot, edge);
			struct layout_line *line = ARENA_PUSH(work->arena, layout->lines, layout->nlines);
			*line = (struct layout_line){
				.edge = edge, .waiter = vertex, .head = from->vertex != NULL
			};
			put_point(work, line, from, true);
			put_point(work, line, slot, false);
		}
	}
}

int dag_layout(struct arena *arena, const struct dag *dag, double (*width_of)(const struct dag_vertex *),
	struct layout *ret_layout)
{
	*ret_layout = (struct layout){ 0 };
	struct work work = { .arena = arena, .dag = dag, .width_of = width_of, .layout = ret_layout };
	work.of = ARENA_ARRAY(arena, struct slot *, dag->count + 1);
	work.trunks = ARENA_ARRAY(arena, struct trunk, dag->count * STYLES + 1);
	if (set_columns(&work) > SLOTS_MOST)
		return -1;
	fill_columns(&work);
	link_waiters(&work);
	for (size_t sweep = 0; sweep < SWEEPS; sweep++)
		for (size_t c = 1; c < work.ncolumns; c++)
			order_column(&work.columns[sweep % 2 ? work.ncolumns - 1 - c : c], sweep % 2 == 0);
	set_heights(&work);
	set_places(&work);
	set_alone(&work);
	set_lines(&work);
	return 0;
}
