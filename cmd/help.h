/* Help as text, from the rows. */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include "cmd/cmd.h"

#include <stdio.h>

/* Prints the list of commands and global options. */
void help_all(FILE *out, const char *program);

/* Prints usage, text and options of one command. */
void help_command(FILE *out, const char *program, const struct cmd *cmd);

/* Prints the subcommands of a family ("registry"). */
void help_family(FILE *out, const char *program, const char *family);

/* The option as it is written: "-f, --file FILE", without the indent for a missing letter. */
const char *help_spelling(struct arena *arena, const struct opt *row);

/* Its help with choices and environment variable. */
const char *help_sentence(struct arena *arena, const struct opt *row);

#endif
