/* Manual and reference of the commands as text, from their rows. */
#ifndef CMD_DOC_MANUAL_H
#define CMD_DOC_MANUAL_H

#include "cmd/line/cmd.h"

#include <stdio.h>

/* docker-flow(1) in man macros. */
void doc_man(FILE *out, const struct cmd *const *commands);

/* Reference of all commands in Markdown. */
void doc_markdown(FILE *out, const struct cmd *const *commands);

#endif
