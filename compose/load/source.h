/* Where a project comes from: files, directories, name, environment; who it is. */
#ifndef COMPOSE_SOURCE_H
#define COMPOSE_SOURCE_H

#include "compose/load/load.h"

/* What was found for the options. */
struct source {
	const char *dir;    /* absolute project directory */
	const char **files; /* absolute, "-", or remote as given; empty when nothing was found */
	size_t nfiles;
	struct map *env;       /* project environment: name → text */
	const char *name;      /* project name fixed by option or environment, or NULL */
	const char **profiles; /* active profiles */
	size_t nprofiles;
	const char **env_files; /* absolute, else as given */
	size_t nenv_files;
	bool windows_paths; /* COMPOSE_CONVERT_WINDOWS_PATHS: C:\a becomes /c/a */
};

/* Finds files, directory, environment, profiles and the name that does not depend on the files' content.
 * Returns 0, or -1. Finding no file at all is a failure. */
int source_find(struct arena *arena, const struct load_options *options, struct source *ret_source,
	struct errors *errors);

/* Returns the project name of `source`: the fixed one, else `declared` (top-level `name:`, may be NULL)
 * normalised, else the directory's; NULL with a finding when none can be had. */
const char *source_name(
	struct arena *arena, const struct source *source, const char *declared, struct errors *errors);

#endif
