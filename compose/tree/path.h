/* Lexical work on file names; nothing here looks at the file system. */
#ifndef COMPOSE_PATH_H
#define COMPOSE_PATH_H

#include "base/arena.h"

/* No `.`, no `..` where a name stands before it, no double or trailing slashes; "" is ".". */
const char *path_clean(struct arena *arena, const char *path);

/* `path` below `dir`, cleaned; an absolute path is returned cleaned, too. */
const char *path_join(struct arena *arena, const char *dir, const char *path);

/* A path as a compose file writes it: `~` is `home` (may be NULL), and what begins with it is cleaned; a
 * relative one is put below `dir`, which may be "", and cleaned; another absolute one stays as it is, or is
 * cleaned when `dir` is "" (compose 2.40). */
const char *path_resolve(struct arena *arena, const char *dir, const char *home, const char *path);

/* The clean absolute `path` as seen from the clean absolute `dir`: "../b/c", "." for the directory itself. */
const char *path_relative(struct arena *arena, const char *dir, const char *path);

/* What stands before the last slash of a clean path: "/" for "/a", "." without a slash. */
const char *path_dir(struct arena *arena, const char *path);

/* What stands behind the last slash of a clean path; borrowed. */
const char *path_base(const char *path);

/* The path as messages show it: relative when it lies below `cwd` (which may be NULL). Borrowed
 * from `path`. */
const char *path_shown(const char *cwd, const char *path);

#endif
