/* The rows of all commands, each in the file of its name (cmd/up/up.c, …). Adding a command: its file, and
 * its name here. */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include "cmd/line/cmd.h"

/* clang-format off */
/* Each cmd_NAME, in order of what people type. */
#define COMMANDS(each) \
	each(complete) \
	each(compose) \
	each(doc) \
	each(otlp) \
	each(attach) \
	each(build) \
	each(commit) \
	each(config) \
	each(convert) \
	each(cp) \
	each(create) \
	each(digest) \
	each(down) \
	each(events) \
	each(exec) \
	each(export) \
	each(graph) \
	each(help) \
	each(images) \
	each(kill) \
	each(login) \
	each(logout) \
	each(logs) \
	each(ls) \
	each(pause) \
	each(plan) \
	each(port) \
	each(ps) \
	each(publish) \
	each(pull) \
	each(push) \
	each(registry_check) \
	each(registry_ls) \
	each(registry_show) \
	each(restart) \
	each(rm) \
	each(run) \
	each(scale) \
	each(start) \
	each(stats) \
	each(stop) \
	each(tags) \
	each(timeline) \
	each(top) \
	each(unpause) \
	each(up) \
	each(version) \
	each(volumes) \
	each(wait) \
	each(watch)
/* clang-format on */

#define COMMAND_ROW(name) extern const struct cmd cmd_##name;
COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW

/* All of them, in this order, ended by a NULL. */
extern const struct cmd *const cmd_table[];

#endif
