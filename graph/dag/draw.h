/* Pictures of the graph. */
#ifndef GRAPH_DRAW_H
#define GRAPH_DRAW_H

#include "graph/dag/dag.h"

#include <stdio.h>

/* Prints the selected part of the graph as SVG, or as a `page` of HTML with it. `arena` is for what that
 * takes. Returns -1, with nothing printed, when there is too much of it for a picture.
 * (graph/dag/draw_svg.c) */
int draw_picture(FILE *out, struct arena *arena, const struct dag *dag, bool page);

#endif
