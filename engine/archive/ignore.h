/* Which files of a build context stay at home: .dockerignore. The last pattern that matches a path or one of
 * its directories decides; `!` takes back; `*` and `?` stop at slashes, `**` does not. */
#ifndef ENGINE_IGNORE_H
#define ENGINE_IGNORE_H

#include "base/error.h"
#include "base/text/texts.h"

#include <stdbool.h>

struct ignore;

/* Reads the lines of an ignore file named `file` (for messages). Returns NULL with a finding for a malformed
 * pattern. */
const struct ignore *ignore_parse(
	struct arena *arena, const char *file, const char *text, size_t len, struct errors *errors);

/* The same of patterns as they are: no comments, and blanks count. `what` is named in messages. */
const struct ignore *ignore_exact(
	struct arena *arena, const char *what, const struct texts *patterns, struct errors *errors);

/* Whether `path` (relative, slashes, no leading ./) is left out. NULL leaves nothing out. */
bool ignore_path(const struct ignore *ignore, const char *path);

/* Whether something below a left-out directory may be taken back by `!`; false: nobody need look there. */
bool ignore_below(const struct ignore *ignore, const char *dir);

/* Whether a pattern may match something in a directory that it does not match itself. */
bool ignore_leads(const struct ignore *ignore, const char *dir);

#endif
