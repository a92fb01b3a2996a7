/* What a task reads by way of its binds: the listing of their entries, as one of its inputs. */
#ifndef ENGINE_SERVICE_BINDS_H
#define ENGINE_SERVICE_BINDS_H

#include "graph/up/inputs.h"

/* More entries than this are not looked at: the task is never remembered then. */
#define SERVICE_BINDS_MOST 10000

/* Appends a listing (names, kinds and modes, sizes, times of change) of each bind of the service whose source
 * lies in the project's directory. Links are not followed, contents not read. What cannot be read has no
 * entries. */
void service_binds_inputs(
	struct arena *arena, const struct service *service, struct inputs_file **files, size_t *count);

#endif
