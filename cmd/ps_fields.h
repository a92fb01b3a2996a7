/* The fields of a container by name, as `docker compose ps` calls them: for JSON and templates. */
#ifndef CMD_PS_FIELDS_H
#define CMD_PS_FIELDS_H

#include "graph/observed.h"

#include <stdio.h>

struct ps_field {
	const char *name, *heading; /* "ID", "CONTAINER ID" */
};

enum { PS_FIELDS = 20 };
extern const struct ps_field ps_fields[PS_FIELDS]; /* in order of name */

/* What is asked of the fields. */
struct ps_view {
	int64_t now; /* Unix seconds */
	bool whole;  /* ids and commands in full length */
};

/* Text of field number `field` as a template prints it; never NULL. */
const char *ps_fields_text(struct arena *arena, const struct observed_container *container, int field,
	const struct ps_view *view);

/* Prints one line of JSON with all fields, as `docker compose ps --format json` does. */
void ps_fields_json(FILE *out, struct arena *arena, const struct observed_container *container,
	const struct ps_view *view);

#endif
