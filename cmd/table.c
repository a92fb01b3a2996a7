#include "cmd/line/commands.h"

#define ADDRESS(name) &cmd_##name,

const struct cmd *const cmd_table[] = { COMMANDS(ADDRESS) NULL };
