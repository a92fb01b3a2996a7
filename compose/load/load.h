/* From files to the model: discovery, reading, interpolation, merge, canonical form, checks, bind. */
#ifndef COMPOSE_LOAD_H
#define COMPOSE_LOAD_H

#include "base/error.h"
#include "base/map.h"
#include "compose/tree/file.h"
#include "compose/model/model.h"

#include <stdbool.h>
#include <stddef.h>

/* How bytes from the network reach this floor, which never connects itself: returns 0 and the whole text
 * (arena's), or -1. */
struct fetch {
	int (*get)(void *arg, const char *url, struct arena *arena, const char **ret_text, size_t *ret_len,
		struct errors *errors);
	/* How a repository does, URL[#REF[:PATH]], or a project in a registry, oci://NAME: the file or
	 * folder PATH of a local copy, absolute; or NULL. */
	int (*checkout)(void *arg, const char *url, struct arena *arena, const char **ret_path,
		struct errors *errors);
	void *arg;
};

struct load_once;

/* Where files of an include have variables from, beside those of who includes them, which win. */
struct load_scope {
	const struct load_scope *up; /* of the include around this one, or NULL */
	const char *main;            /* first file of the include, as in marks */
	const char **env_files;      /* absolute; a later one overrides those before it */
	size_t nenv_files;
	const struct map *env; /* what holds within, name → text */
};

/* What the command line and the environment say. */
struct load_options {
	const char *const *files; /* -f, in order; "-" is stdin */
	size_t nfiles;
	const char *project_dir;  /* --project-directory */
	const char *project_name; /* -p */
	const char *const *env_files;
	size_t nenv_files;
	struct map *scopes; /* file as in marks → struct load_scope *, of files below includes; filled as they
			       are read; or NULL */
	struct map *env_pipes; /* path → text of those that are pipes, filled as they are read; or NULL */
	const char *const *profiles; /* --profile; replaces COMPOSE_PROFILES */
	size_t nprofiles;
	const char *const *services; /* named on the command line: their profiles become active */
	size_t nservices;
	bool keep_services;        /* the named services only activate profiles; the others stay, too */
	bool looking;              /* for who looks and stops: what only `up` needs may be missing: variables
				      that must be set, env and label files, what services refer to */
	const struct map *os_env;  /* the process environment, name → text */
	const char *cwd;           /* absolute */
	const struct fetch *fetch; /* NULL: remote files are refused */
	bool compatibility, all_resources;
	bool no_limits; /* of counts that a few characters make large */
	bool no_interpolate, no_normalize, no_path_resolution, no_consistency, no_env_resolution;
	bool warn_unfit;   /* of values that no engine takes; what makes containers refuses them */
	bool applications; /* a registry is known: names of x-flow.dependencies may be its applications */
	bool warn_beside;  /* of what docker compose could not run (compose/check/beside.h) */
	bool raw;          /* with no_interpolate: stop before values are decoded and profiles chosen */
	const struct load_once *once;     /* of `run`, over the files (compose/load/once.h); or NULL */
	const struct load_once *provided; /* likewise, of providers, below that */
	size_t nprovided;
	const char *provides; /* as project.provides */
	bool tree_only;       /* stop before bind: `config` of a file needs only the tree */
};

/* Loads the project. Returns 0, or -1 with all findings of the pass that failed. All memory is the arena's;
 * `sources` collects the texts. Warnings go to `errors` as well. */
int load_project(struct arena *arena, const struct load_options *options, struct sources *sources,
	struct project **ret_project, struct errors *errors);

/* Makes a project from a tree built in memory (the applications of a registry): canonical form,
 * `once` over it (of `run`, or NULL), checks, defaults, bind. */
int load_tree(struct arena *arena, struct node *tree, const struct load_once *once, const char *name,
	const char *dir, const struct map *env, struct project **ret_project, struct errors *errors);

/* Returns whether load_project has something to read or to say: a file is named, there or not, or was found.
 * Commands that can do without a file ask first. */
bool load_file_wanted(struct arena *arena, const struct load_options *options);

/* The project's name as far as no file is needed for it: of -p, else of COMPOSE_PROJECT_NAME, which may stand
 * in an env file (a missing one is none); NULL when neither says it. Returns 0, or -1: it is no name for a
 * project. */
int load_name(struct arena *arena, const struct load_options *options, const char **ret_name,
	struct errors *errors);

/* The process environment and the variables COMPOSE_… that an env file adds to it: those stand in for
 * options, too, as docker compose puts them into its own environment. Mistakes in the file are no finding
 * here. */
const struct map *load_settings(struct arena *arena, const struct load_options *options);

#endif
