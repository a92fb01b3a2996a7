/* The canonical tree as text: `config` in YAML and JSON, in docker compose 2.40's order and style. */
#ifndef COMPOSE_EMIT_H
#define COMPOSE_EMIT_H

#include "compose/model.h"

#include <stdio.h>

struct emit_options {
	bool json;
	bool raw; /* --no-interpolate: every map sorted, values as written, `$` not doubled */
};

/* Prints the project. Returns 0, or -1 when writing failed. */
int emit_project(FILE *out, struct arena *arena, const struct project *project,
	const struct emit_options *options, struct errors *errors);

#endif
