/* Bytes behind a URL for the floors that never connect themselves. */
#ifndef CMD_FETCH_H
#define CMD_FETCH_H

#include "cmd/line/cmd.h"

/* Returns a fetch (arena's) for http and https URLs and for repositories (cmd/open/checkout.h). An answer has
 * at most 16 MiB and 30 s; who waits for long is told so. URL#sha256=HEX pins the content: then a copy in the
 * user's cache that has this digest needs no network. Without a pin the server is asked every time, and the
 * last copy is used, with a warning, when there is no answer. */
const struct fetch *fetch_create(struct ctx *ctx);

#endif
