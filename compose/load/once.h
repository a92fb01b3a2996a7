/* What `run` says of one service, or a provider says to it, laid over the files: so its texts are read,
 * checked and hashed as theirs are. */
#ifndef COMPOSE_ONCE_H
#define COMPOSE_ONCE_H

#include "base/text/texts.h"
#include "compose/load/load.h"

/* Zeroed members say nothing. All texts are meant as they are: variables in them are not replaced. */
struct load_once {
	const char *service;
	const char *const *command;
	size_t ncommand;
	const char *entrypoint; /* a line of shell words; "" takes the image's away */
	const char *user, *working_dir;
	struct texts env_files;   /* absolute paths; what `environment` says wins */
	struct texts environment; /* NAME=VALUE; NAME: as the project's environment has it, or not at all */
	struct texts labels;      /* NAME=VALUE */
	struct texts volumes;     /* short forms, paths in them relative to `dir` */
	struct texts ports;       /* short forms */
	struct texts cap_add, cap_drop;
	bool adds;       /* nothing that the service says is taken away */
	bool keep_ports; /* the service's own ports stay */
	bool tty, input; /* what the service says of them does not count */
	const char *dir; /* absolute */
};

/* Lays it over the canonical tree, before defaults and paths. A service that is not there is no finding.
 * `env` is the project's. Returns 0, or -1 with findings. */
int once_lay(struct arena *arena, struct node *tree, const struct load_once *once, const struct map *env,
	struct errors *errors);

#endif
