/* YAML text → node trees: aliases and merge keys are expanded, places kept, and nothing a file can hold makes
 * it slow or large (depth, size, expansion and document count are bounded). */
#ifndef COMPOSE_YAML_H
#define COMPOSE_YAML_H

#include "compose/tree/node.h"

#define YAML_SIZE_MOST   ((size_t)16 << 20) /* bytes of one file */
#define YAML_NODES_MOST  ((size_t)2000000)  /* nodes of one file, after expansion */
#define YAML_COPIES_MOST ((size_t)100000)   /* of these by aliases, besides ten times what is written */
#define YAML_DEPTH_MOST  100u
#define YAML_DOCS_MOST   100u

/* Reads all documents of `text` (`len` bytes, need not be terminated). `file` is kept by reference in every
 * mark. A document's root may be of any kind. Nodes tagged `!reset` and `!override` carry it as `action`.
 * Duplicate keys, keys that are no strings, undefined and recursive aliases and what libyaml minds are
 * findings with their place. Returns 0, or -1 with at least one finding. */
int yaml_parse(struct arena *arena, const char *file, const char *text, size_t len, struct node ***ret_docs,
	size_t *ret_ndocs, struct errors *errors);

#endif
