/* The canonical tree as text: `config` in YAML and JSON, in docker compose 2.40's order and style. */
#ifndef COMPOSE_EMIT_H
#define COMPOSE_EMIT_H

#include "compose/model/model.h"

#include <stdio.h>

struct emit_options {
	bool json;
	bool raw; /* --no-interpolate: every map sorted, values as written, `$` not doubled */
};

/* Prints the project; one without a name ("") has none in YAML. Returns 0, or -1 when writing failed. */
int emit_project(FILE *out, struct arena *arena, const struct project *project,
	const struct emit_options *options, struct errors *errors);

/* Prints the variables that the tree (not interpolated) refers to, sorted by name, as `config --variables`
 * does: `format` is "json", "yaml" or NULL for a table. Returns 0, or -1 when writing failed. */
int emit_variables(
	FILE *out, struct arena *arena, const struct node *tree, const char *format, struct errors *errors);

#endif
