/* Questions before something that cannot be taken back. */
#ifndef CMD_ASK_H
#define CMD_ASK_H

#include "cmd/line/cmd.h"

/* Tells what is going to happen and reads a line of standard input. Whoever sits at a terminal is asked
 * there, on standard error; else the text is data, as docker compose has it. Returns whether the line says
 * yes: y, yes, true or 1. */
bool ask_yes(struct ctx *ctx, const char *text);

/* Asks for a line at the terminal that standard input and error are; `hidden`: what is typed is not shown
 * there. Returns the line without its end, the context's arena's; NULL at the end of the input, or when there
 * is no terminal. A signal that would end us does, with the terminal as it was. */
const char *ask_line(struct ctx *ctx, const char *prompt, bool hidden);

#endif
