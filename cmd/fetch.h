/* Bytes behind a URL for the floors that never connect themselves. */
#ifndef CMD_FETCH_H
#define CMD_FETCH_H

#include "cmd/cmd.h"

/* Returns a fetch for http and https URLs (arena's); its answers are limited to 16 MiB and 30 s. */
const struct fetch *fetch_create(struct ctx *ctx);

#endif
