/* The fields of a container, as `docker compose ps` calls them. */
#ifndef CMD_PS_FIELDS_H
#define CMD_PS_FIELDS_H

#include "cmd/screen/field.h"

#include <stdbool.h>
#include <stdint.h>

/* What is asked of the fields: their `view`. */
struct ps_view {
	int64_t now; /* Unix seconds */
	bool whole;  /* ids and commands in full length */
};

/* Of a struct observed_container, in order of name. */
extern const struct field ps_fields[];

#endif
