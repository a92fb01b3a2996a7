/* The lists that `config` prints instead of the project. */
#ifndef CMD_CONFIG_LIST_H
#define CMD_CONFIG_LIST_H

#include "cmd/cmd.h"

#include <stdio.h>

struct config_options {
	const char *explain, *format, *hash, *output;
	bool environment, images, models, networks, profiles, quiet, services, variables, volumes;
	bool no_consistency, no_env_resolution, no_interpolate, no_normalize, no_path_resolution, portable;
	bool lock_digests, resolve_digests;
};

/* Prints the list that the options ask for, one thing a line. Returns 0, or -1 for names that are not there.
 */
int config_list(
	struct ctx *ctx, const struct config_options *options, const struct project *project, FILE *out);

#endif
