/* The rows of all commands, each in the file of its name (cmd/up.c, …); cmd/table.c puts them in order. */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include "cmd/cmd.h"

extern const struct cmd cmd_complete, cmd_doc, cmd_help, cmd_version;

#endif
