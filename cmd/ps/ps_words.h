/* A container in words, for `ps`. */
#ifndef CMD_PS_WORDS_H
#define CMD_PS_WORDS_H

#include "graph/plan/observed.h"

/* Its command in quotes, at most 20 characters of it unless `whole`. */
const char *ps_command(struct arena *arena, const struct observed_container *container, bool whole);

/* The engine's words, with "ready" when docker flow has seen the container ready since it started
 * (`ready_at`, Unix seconds; 0: it has not) and the engine's own check has not said anything yet: "Up 3
 * seconds (health: starting, ready)". */
const char *ps_status(
	struct arena *arena, const struct observed_container *container, int64_t ready_at, int64_t now);

/* "9000-9001/tcp, 0.0.0.0:8080->80/tcp", in docker's order and ranges; the arena's. */
const char *ps_ports(struct arena *arena, const struct observed_container *container);

#endif
