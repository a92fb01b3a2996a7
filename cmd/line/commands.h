/* The rows of all commands, each in the file of its name (cmd/up/up.c, …); cmd/table.c puts them in order. */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include "cmd/line/cmd.h"

extern const struct cmd cmd_complete, cmd_config, cmd_convert, cmd_doc, cmd_down, cmd_graph, cmd_help,
	cmd_logs, cmd_plan, cmd_ps, cmd_registry_check, cmd_registry_ls, cmd_registry_show, cmd_up,
	cmd_version;

/* All of them, in order of name, ended by a NULL. */
extern const struct cmd *const cmd_table[];

#endif
