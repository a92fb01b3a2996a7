/* The fields of a container, as `docker compose ps` calls them. */
#ifndef CMD_PS_FIELDS_H
#define CMD_PS_FIELDS_H

#include "base/map.h"
#include "cmd/table/field.h"

#include <stdbool.h>
#include <stdint.h>

/* What is asked of the fields: their `view`. */
struct ps_view {
	int64_t now;             /* Unix seconds */
	bool whole;              /* ids and commands in full length */
	const struct map *ready; /* when containers were seen ready (drive_ready); NULL: nobody has looked */
};

/* Of a struct observed_container, in order of name. */
extern const struct field ps_fields[];

#endif
