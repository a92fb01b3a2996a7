/* Whether compose files of elsewhere may have what this machine knows. */
#ifndef CMD_TRUST_H
#define CMD_TRUST_H

#include "cmd/line/cmd.h"
#include "compose/model/model.h"

/* Before containers are made: where a file that is named by its URL uses variables that are set here, whoever
 * sits at a terminal is asked, as docker compose 2.40 asks; else a warning names them. Values are not shown.
 * `yes` is the answer of --yes. `project` may be NULL. Returns 0, or -1 with the finding that the answer was
 * no. */
int trust_values(struct ctx *ctx, const struct project *project, bool yes);

#endif
