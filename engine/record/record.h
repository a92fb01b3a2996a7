/* What runs have taken, in the user's state directory: one file a run, the latest few of each project. */
#ifndef ENGINE_RECORD_H
#define ENGINE_RECORD_H

#include "base/map.h"
#include "base/text/texts.h"
#include "graph/timeline/timeline.h"

enum {
	RECORDS_OF_PROJECT = 10, /* that are kept of one project, */
	RECORDS_MOST = 200,      /* of all, */
};
#define RECORD_BYTES_MOST  ((size_t)16 << 20) /* in one file, */
#define RECORDS_BYTES_MOST ((size_t)64 << 20) /* and in all */

/* Where they are: $XDG_STATE_HOME/docker-flow/runs, below ~/.local/state without that variable (XDG Base
 * Directory Specification). NULL when neither is known. It need not be there. */
const char *record_dir(struct arena *arena, const struct map *os_env);

/* Keeps a run that has begun steps, as a whole or not at all, readable for the user only, and removes those
 * that are more than the limits above. Returns 0, also when there is nothing to keep, or -1 with errno set.
 */
int record_keep(const char *dir, const struct timeline *timeline);

/* The files of a project's runs, the latest first; none where there is no folder. Arena's. */
struct texts record_list(struct arena *arena, const char *dir, const char *project);

/* Reads one. Returns NULL with a finding. */
struct timeline *record_read(struct arena *arena, const char *file, struct errors *errors);

#endif
