/* The keys of a compose file as text, from their rows. */
#ifndef CMD_DOC_COMPOSE_H
#define CMD_DOC_COMPOSE_H

#include <stdio.h>

/* Every key of a compose file in Markdown, from the rows of compose/schema/. */
void doc_compose(FILE *out);

#endif
