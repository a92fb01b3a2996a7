/* What the shell offers after <TAB>. */
#ifndef CMD_COMPLETE_WORDS_H
#define CMD_COMPLETE_WORDS_H

#include "cmd/line/cmd.h"

#include <stdio.h>

/* Directive bits of the answer (Docker CLI plugin protocol). */
enum {
	COMPLETE_NO_SPACE = 2,
	COMPLETE_NO_FILES = 4,
	COMPLETE_EXTENSIONS = 8, /* the candidates are extensions of the files wanted */
	COMPLETE_DIRS = 16,
};

/* Prints the candidates for the last of the words (the ones before it are complete), and the directive line.
 * Never fails: what cannot be known is not offered. */
void complete_words(struct ctx *ctx, FILE *out, const char *const *words, size_t nwords);

#endif
