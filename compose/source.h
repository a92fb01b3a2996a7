/* Where a project comes from: files, directories, name, environment; and reading files with a ceiling. */
#ifndef COMPOSE_SOURCE_H
#define COMPOSE_SOURCE_H

#include "compose/load.h"

/* What was found for the options. */
struct source {
	const char *dir;    /* absolute project directory */
	const char **files; /* absolute, or "-"; empty when nothing was found */
	size_t nfiles;
	struct map *env;       /* project environment: name → text */
	const char *name;      /* project name fixed by option or environment, or NULL */
	const char **profiles; /* active profiles */
	size_t nprofiles;
	const char **env_files; /* as given */
	size_t nenv_files;
};

/* Finds files, directory, environment, profiles and the name that does not depend on the files' content.
 * Returns 0, or -1. Finding no file at all is a failure. */
int source_find(struct arena *arena, const struct load_options *options, struct sources *sources,
	struct source *ret_source, struct errors *errors);

/* Returns the project name of `source`: the fixed one, else `declared` (top-level `name:`, may be NULL)
 * normalised, else the directory's; NULL with a finding when none can be had. */
const char *source_name(
	struct arena *arena, const struct source *source, const char *declared, struct errors *errors);

/* Lower case, only [a-z0-9_-], no leading - or _. */
const char *source_normal_name(struct arena *arena, const char *text);

/* Reads a regular file of at most `most` bytes ("-" is stdin); the text is terminated after *ret_len bytes
 * and added to `sources` (may be NULL) under the name `file`. Never blocks on FIFOs or devices, except stdin.
 * `at` and `path` are the place that named the file, or NULL. Returns 0, or -1 with a finding. */
int source_read(struct arena *arena, const char *file, size_t most, const struct mark *at, const char *path,
	struct sources *sources, const char **ret_text, size_t *ret_len, struct errors *errors);

/* `path` below `dir` when it is relative, lexically cleaned (a/../b is b); an absolute path is returned
 * unchanged. */
const char *source_join(struct arena *arena, const char *dir, const char *path);

/* Lexical cleaning: no `.`, `..` (where possible), double or trailing slashes; "" is ".". */
const char *source_clean(struct arena *arena, const char *path);

#endif
