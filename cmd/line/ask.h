/* Questions before something that cannot be taken back. */
#ifndef CMD_ASK_H
#define CMD_ASK_H

#include "cmd/line/cmd.h"

/* Tells what is going to happen and reads a line of standard input. Whoever sits at a terminal is asked
 * there, on standard error; else the text is data, as docker compose has it. Returns whether the line says
 * yes: y, yes, true or 1. */
bool ask_yes(struct ctx *ctx, const char *text);

#endif
