/* Completion scripts for shells. */
#ifndef CMD_DOC_SHELL_H
#define CMD_DOC_SHELL_H

#include <stdio.h>

/* Completion for a shell ("bash", "zsh", "fish"): asks the binary for candidates. */
void doc_shell(FILE *out, const char *shell);

#endif
