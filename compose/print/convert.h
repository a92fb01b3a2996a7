/* Files of format 1 (fig.yml, early docker-compose.yml) rewritten as today's, with the user's comments and
 * one on every change. */
#ifndef COMPOSE_CONVERT_H
#define COMPOSE_CONVERT_H

#include "base/buf.h"
#include "base/error.h"

/* Appends today's form of the file `text` (shown as `file`) to `out`. A file that is not of format 1 comes
 * out as it is, byte by byte, so that converting twice changes nothing. Variables stay as they are written.
 * Returns 0, or -1 with findings: no YAML, no mapping, nothing in it, or a service without image and build.
 */
int convert_file(struct arena *arena, const char *file, const char *text, size_t len, struct buf *out,
	struct errors *errors);

#endif
