/* The lists that `config` prints instead of the project. */
#ifndef CMD_CONFIG_LIST_H
#define CMD_CONFIG_LIST_H

#include "cmd/line/cmd.h"

#include <stdio.h>

struct config_options {
	const char *explain, *format, *hash, *output;
	bool environment, images, models, networks, profiles, quiet, services, variables, volumes;
	bool no_consistency, no_env_resolution, no_interpolate, no_normalize, no_path_resolution, portable;
	bool lock_digests, resolve_digests;
};

/* The list that is printed: of several options the first in this order, as docker compose 2.40 does. */
enum config_list {
	LIST_NONE,
	LIST_SERVICES,
	LIST_VOLUMES,
	LIST_NETWORKS,
	LIST_MODELS,
	LIST_HASHES,
	LIST_PROFILES,
	LIST_IMAGES,
	LIST_VARIABLES,
	LIST_ENVIRONMENT,
};

/* Returns which list the options ask for. */
enum config_list config_list_kind(const struct config_options *options);

/* Prints the list that the options ask for, one thing a line. Returns 0, or -1 for names that are not there.
 */
int config_list(
	struct ctx *ctx, const struct config_options *options, const struct project *project, FILE *out);

#endif
