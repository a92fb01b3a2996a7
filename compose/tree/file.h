/* Reading files that others wrote: never more than a ceiling, never waiting for ever. */
#ifndef COMPOSE_FILE_H
#define COMPOSE_FILE_H

#include "base/error.h"
#include "base/map.h"

/* Texts of the files that were read, by the name used in marks; for carets in messages. */
struct sources {
	struct map texts;
};

/* Makes an empty collection. */
void sources_init(struct sources *sources, struct arena *arena);

/* Remembers `text` (kept by reference) as the content of `file`. */
void sources_add(struct sources *sources, const char *file, const char *text);

/* The source line for error_style.line (`arg` is the struct sources), or NULL. Borrowed until the next call.
 */
const char *sources_line(void *arg, const char *file, unsigned line);

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
