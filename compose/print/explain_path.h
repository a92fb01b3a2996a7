/* Paths as `config --explain` takes them (services.web.image, services.web.ports[1]), in what was loaded and
 * in files as they are written. Nodes are borrowed; NULL: there is none. */
#ifndef COMPOSE_EXPLAIN_PATH_H
#define COMPOSE_EXPLAIN_PATH_H

#include "compose/model/model.h"
#include "compose/tree/node.h"

/* The node at a path; keys may hold dots, so the longest key that fits is taken. */
const struct node *explain_path_node(struct arena *arena, const struct node *node, const char *path);

/* What on the way to the path takes away (!reset) or replaces (!override) what other files say there; NULL:
 * nothing does. */
const struct node *explain_path_acting(struct arena *arena, const struct node *node, const char *path);

/* The path with its first unknown key replaced by the nearest one, or NULL. */
const char *explain_path_nearest(struct arena *arena, const struct node *node, const char *path);

/* Whether both were written at the same place. */
bool explain_path_same(const struct node *a, const struct node *b);

/* The value of the project at a path; of a service that no profile switches on, too. */
const struct node *explain_path_value(struct arena *arena, const struct project *project, const char *path);

/* What a document says at `path`, which is `asked` of the project, or the same of a service that it extends.
 */
const struct node *explain_path_written(struct arena *arena, const struct project *project,
	const struct node *doc, const char *path, const char *asked);

/* The node that stands at the place of another, or NULL. */
const struct node *explain_path_find(const struct node *in, const struct node *node);

/* Whether the node has members or items; false for NULL. */
bool explain_path_collects(const struct node *node);

#endif
