/* How commands are used, as text from their rows: what --help prints. */
#ifndef CMD_USAGE_H
#define CMD_USAGE_H

#include "cmd/line/cmd.h"

#include <stdio.h>

/* Prints the list of commands and global options. */
void usage_all(FILE *out, const char *program, const struct cmd *const *commands);

/* Prints usage, text and options of one command. */
void usage_command(FILE *out, const char *program, const struct cmd *cmd);

/* Prints the subcommands of a family ("registry"). */
void usage_family(FILE *out, const char *program, const struct cmd *const *commands, const char *family);

/* The option as it is written: "-f, --file FILE", without the indent for a missing letter. */
const char *usage_spelling(struct arena *arena, const struct opt *row);

/* Its help with choices and environment variable. */
const char *usage_sentence(struct arena *arena, const struct opt *row);

#endif
