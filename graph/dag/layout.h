/* Where the services of a graph stand in a picture: in columns, each right of all it waits for. Lines
 * pass between the boxes, never over one, and those to one service that mean the same are one trunk. */
#ifndef GRAPH_LAYOUT_H
#define GRAPH_LAYOUT_H

#include "graph/dag/dag.h"

struct layout_box {
	const struct dag_vertex *vertex;
	double x, y, width, height; /* pixels, from the top left */
};

struct layout_point {
	double x, y;
};

/* A piece of what is drawn for edges: its points are those where it enters and leaves columns, in turn,
 * beginning with the side where it leaves one. */
struct layout_line {
	const struct dag_edge *edge;     /* one of those that it stands for */
	const struct dag_vertex *waiter; /* of the edge; NULL: a trunk, of all that wait farther away */
	bool head;                       /* its first point is at the service that is waited for */
	struct layout_point *points;
	size_t npoints;
};

struct layout {
	struct layout_box *boxes;
	size_t nboxes;
	struct layout_line *lines;
	size_t nlines;
	double width, height;
};

/* Lays out the selected part of the graph; all is the arena's. `width_of` says how wide the box of a service
 * is. Returns -1 when there is too much of it for a picture. */
int dag_layout(struct arena *arena, const struct dag *dag, double (*width_of)(const struct dag_vertex *),
	struct layout *ret_layout);

#endif
