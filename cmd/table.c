#include "cmd/line/commands.h"

const struct cmd *const cmd_table[] = {
	&cmd_complete,
	&cmd_doc,
	&cmd_config,
	&cmd_convert,
	&cmd_down,
	&cmd_graph,
	&cmd_help,
	&cmd_logs,
	&cmd_plan,
	&cmd_ps,
	&cmd_registry_check,
	&cmd_registry_ls,
	&cmd_registry_show,
	&cmd_up,
	&cmd_version,
	NULL,
};
