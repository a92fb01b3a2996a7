/* What builds say under the name docker-compose: the lines of BuildKit's plain progress, which scripts read
 * from docker compose's standard output. */
#ifndef CMD_SHOW_BUILD_H
#define CMD_SHOW_BUILD_H

#include "base/map.h"
#include "graph/plan/event.h"

#include <stdio.h>

struct show_build {
	FILE *out;
	int *failure;     /* errno of the first write that failed, or 0; NULL: nobody asks */
	struct map parts; /* image and part → its number, and when it began */
	const void *last; /* the part that the last line was of */
};

/* Makes a printer to `out`; what it keeps is the arena's. */
void show_build_init(struct show_build *build, FILE *out, int *failure, struct arena *arena);

/* Prints that a part of a build begins or ends, or a line of its output: "#2 [web 1/2] FROM busybox", "#2
 * 0.135 hello", "#2 DONE 0.2s". A part has its number from its first line on, which names it: no other does,
 * since docker compose's users count such lines. Other events are left alone. */
void show_build_event(struct show_build *build, const struct event *event);

#endif
