/* A container in words, for `ps`. */
#ifndef CMD_PS_WORDS_H
#define CMD_PS_WORDS_H

#include "graph/plan/observed.h"

/* Its command in quotes, at most 20 characters of it unless `whole`. */
const char *ps_command(struct arena *arena, const struct observed_container *container, bool whole);

/* "5 minutes ago" from seconds. */
const char *ps_age(struct arena *arena, int64_t seconds);

/* "0.0.0.0:8080->80/tcp, 9000/tcp", neighbouring ports as a range. */
const char *ps_ports(struct arena *arena, const struct observed_container *container);

#endif
