/* Names that stand in the project, for the shell. */
#ifndef CMD_COMPLETE_NAMES_H
#define CMD_COMPLETE_NAMES_H

#include "cmd/line/cmd.h"

/* Names of the kind in the project that the globals select; nothing when it cannot be loaded. */
struct texts complete_names(struct ctx *ctx, enum value_kind kind);

#endif
