/* Manual, reference and shell completion as text, from the rows. Nothing of it is kept in the repository. */
#ifndef CMD_DOC_H
#define CMD_DOC_H

#include "cmd/line/cmd.h"

#include <stdio.h>

/* docker-flow(1) in man macros. */
void doc_man(FILE *out, const struct cmd *const *commands);

/* Reference of all commands in Markdown. */
void doc_markdown(FILE *out, const struct cmd *const *commands);

/* Every key of a compose file in Markdown, from the rows of compose/schema_*.c. */
void doc_compose(FILE *out);

/* Completion for a shell ("bash", "zsh", "fish"): asks the binary for candidates (cmd/doc/doc_shell.c). */
void doc_shell(FILE *out, const char *shell);

#endif
