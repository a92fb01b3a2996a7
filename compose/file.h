/* Reading files that others wrote: never more than a ceiling, never waiting for ever. */
#ifndef COMPOSE_FILE_H
#define COMPOSE_FILE_H

#include "compose/load.h"

/* A file to be read. */
struct file {
	const char *path;      /* absolute, or "-" for stdin */
	const char *shown;     /* name in marks and messages */
	size_t most;           /* ceiling in bytes */
	const struct mark *at; /* the place that named the file, or NULL */
	const char *key;       /* path of that place, or NULL */
};

/* Reads the whole file; *ret_text is terminated after *ret_len bytes. With `sources` (may be NULL) the text
 * is kept for carets in messages: not for env files, whose values are nobody's business. Directories are an
 * error; a pipe or device that gives nothing for FILE_PATIENCE is, too; stdin may take its time. Returns 0,
 * or -1 with a finding. */
int file_read(struct arena *arena, const struct file *file, struct sources *sources, const char **ret_text,
	size_t *ret_len, struct errors *errors);

#define FILE_PATIENCE 10000 /* ms */

#endif
