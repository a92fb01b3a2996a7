/* `config --resolve-image-digests` and `--lock-image-digests`: images by content instead of by tag. */
#ifndef CMD_CONFIG_DIGEST_H
#define CMD_CONFIG_DIGEST_H

#include "cmd/line/cmd.h"

/* Replaces the images in the project's tree by their full names with digests, which the engine asks the
 * registries for. Returns 0, or -1. */
int config_digest_pin(struct ctx *ctx, struct project *project);

/* Returns a project of the same services with nothing but their images and without a name (an override file).
 */
struct project *config_digest_lock(struct arena *arena, const struct project *project);

#endif
