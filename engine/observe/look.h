/* What a gate wants to know of a container, out of GET /containers/ID/json. */
#ifndef ENGINE_LOOK_H
#define ENGINE_LOOK_H

#include "base/error.h"
#include "graph/plan/observed.h"

/* A published tcp port. */
struct look_port {
	int64_t container, host;
	const char *host_ip; /* "" for all addresses */
};

struct look {
	const char *id, *name; /* name without the slash */
	enum container_state state;
	int64_t exit_code;
	bool killed_for_memory, tty;
	bool open_stdin, stdin_once; /* somebody may be its standard input; the first one alone */
	const char *error;           /* the engine's words for a failed start, "" without */
	const char
		*output_begin; /* of what it has said since its last start, as `since=` wants it; "" never */
	int64_t restarts;
	const char *restart;    /* policy: no, on-failure, always, unless-stopped */
	const char *program;    /* what it runs, without arguments; "" when that is not said */
	const char *log_driver; /* "" when that is not said */

	enum health health;
	bool probed;               /* the engine has probed: */
	const char *health_output; /* what its last probe printed, "" without */
	int64_t health_code;       /* and how that ended */
	const char **test;         /* the declared or inherited check; none: count 0 */
	size_t ntest;
	int64_t check_interval, check_timeout; /* ns, the engine's defaults filled in */
	int64_t check_first;                   /* delay of the engine's first probe after the start, ns */
	const char **shell;                    /* what CMD-SHELL runs by, [/bin/sh, -c] by default */
	size_t nshell;

	const char *address; /* IPv4 address on its first network that has one, or NULL */
	bool host_network;
	struct look_port *ports;
	size_t nports;
	int64_t exposed; /* lowest exposed tcp port, 0 without */
};

/* Reads an answer. `api` is the minor API version: the first probe's delay depends on it (StartInterval is
 * known from 1.44 on). Returns -1 with a finding when it is no such document. */
int look_read(struct arena *arena, const char *text, size_t len, int api, struct look *ret_look,
	struct errors *errors);

#endif
