/* Reading files that others wrote: never more than a ceiling, never waiting for ever. */
#ifndef COMPOSE_FILE_H
#define COMPOSE_FILE_H

#include "base/error.h"
#include "base/map.h"

/* Texts of the files that were read, by the name used in marks; for carets in messages. */
struct sources {
	struct map texts;
	struct map excerpts; /* file → struct excerpt, of those that a line was asked of */
};

/* Makes an empty collection. */
void sources_init(struct sources *sources, struct arena *arena);

/* Remembers `text` (kept by reference) as the content of `file`. */
void sources_add(struct sources *sources, const char *file, const char *text);

/* The source line for error_style.line (`arg` is the struct sources) without what may be secret (excerpt.h),
 * or NULL. The arena's. */
const char *sources_line(void *arg, const char *file, unsigned line);

/* Moves `mark` to the `c` that has `before` more of its kind between the mark and itself; false, and it
 * stays, when the file is not known or has too few. */
bool sources_find(const struct sources *sources, char c, size_t before, struct mark *mark);

/* A file to be read. */
struct file {
	const char *path;      /* absolute, or "-" for stdin */
	const char *shown;     /* name in marks and messages */
	size_t most;           /* ceiling in bytes */
	const struct mark *at; /* the place that named the file, or NULL */
	const char *key;       /* path of that place, or NULL */
	unsigned patience;     /* ms that a pipe or device may give nothing; 0: FILE_PATIENCE */
};

/* Reads the whole file; *ret_text is terminated after *ret_len bytes. With `sources` (may be NULL) the text
 * is kept for carets in messages: not for env files, whose values are nobody's business. Directories are an
 * error; a pipe or device that gives nothing for its time, or more than FILE_STREAM_MOST, is, too; stdin may
 * take as long as it likes. The first writer of a pipe with a name is waited for
 * FILE_WRITER_PATIENCE at most. Returns 0,
 * or -1 with a finding. */
int file_read(struct arena *arena, const struct file *file, struct sources *sources, const char **ret_text,
	size_t *ret_len, struct errors *errors);

/* Whether the path is a folder of the user's, and no link to one, that nobody else may write to: in places
 * that all users share, what lies there is to be trusted only then. */
bool file_own_dir(const char *path);

#define FILE_PATIENCE        60000 /* ms */
#define FILE_WRITER_PATIENCE 10000 /* ms */
#define FILE_STREAM_MOST     ((size_t)16 << 20)

#endif
