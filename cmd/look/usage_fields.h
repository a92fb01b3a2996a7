/* What a container takes, as `docker stats` calls it. */
#ifndef CMD_USAGE_FIELDS_H
#define CMD_USAGE_FIELDS_H

#include "cmd/table/listing.h"
#include "engine/stream/usage.h"

/* A container that is measured. */
struct measured {
	const char *id, *name;
	struct usage usage;
	bool known; /* a measurement has come */
};

/* Of a struct measured; the `view` is whether ids are printed whole (bool). */
extern const struct listing usage_listing;

#endif
