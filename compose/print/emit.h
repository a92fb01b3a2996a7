/* The canonical tree as text: `config` in YAML and JSON, in docker compose 2.40's order and style. Whether it
 * could be written is for who owns the stream to see. */
#ifndef COMPOSE_EMIT_H
#define COMPOSE_EMIT_H

#include "compose/model/model.h"

#include <stdio.h>

struct emit_options {
	bool json;
	bool raw; /* --no-interpolate: every map sorted, values as written, `$` not doubled */
};

/* Prints the project; one without a name ("") has none in YAML. */
void emit_project(
	FILE *out, struct arena *arena, const struct project *project, const struct emit_options *options);

/* Prints the variables that the tree (not interpolated) refers to, sorted by name, as `config --variables`
 * does: `format` is "json", "yaml" or NULL for a table. */
void emit_variables(FILE *out, struct arena *arena, const struct node *tree, const char *format);

/* Returns 0, or -1 with a finding when the project holds what the form of printing cannot say. */
int emit_check(const struct project *project, const struct emit_options *options, struct errors *errors);

#endif
