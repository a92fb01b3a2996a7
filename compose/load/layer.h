/* One load: the files of the command line, or of one include, become one tree. Each has a directory and an
 * environment of its own. layer, include and extend are mutually recursive on purpose: a file of a layer may
 * include further loads, and extend services of further files. */
#ifndef COMPOSE_LAYER_H
#define COMPOSE_LAYER_H

#include "compose/load/load.h"

struct reset;

/* A file that was read but not yet interpreted. */
struct layer_file {
	const char *path, *shown; /* absolute; as in marks */
	struct node **docs;
	size_t ndocs;
	bool foreign; /* -f names it by its URL */
};

struct layer {
	struct arena *arena;
	const struct load_options *options;
	struct sources *sources;
	struct errors *errors;
	const struct map *env; /* name → text */
	struct map *warned;    /* variables reported as unset */
	struct map *brought;   /* as project.variables */
	struct map *foreign;   /* variables whose values files that -f names by their URLs use, with all they
				  include */
	struct map *taken;     /* the same, while what such a file says is read; else NULL */
	bool *version_told;    /* that `version` means nothing any more: once a load */
	const char *dir;       /* absolute: where its relative paths start; NULL: it may have none */
	const char *below;     /* the same as seen from the including layer; NULL at the top */
	const struct layer *up;
	const struct load_scope *scope; /* NULL at the top */
	const char *main;               /* first file, for cycles */
	size_t *included;               /* files that includes have read, of all layers */
	struct mark *local;             /* as project.local_include */
	struct map *bases;              /* files read by `extends`: path → struct base */
	const char *ours;               /* as project.ours */
	const char *legacy, *modern;    /* a file of format 1, and one that is not, among those read */
};

/* Reads and parses one file; `at` and `key` are the place that named it, or NULL. */
int layer_parse(struct layer *layer, const char *path, const struct mark *at, const char *key,
	struct layer_file *ret_file);

/* Returns 0, or -1 with a finding when the document is no mapping. */
int layer_mapping(const struct node *doc, struct errors *errors);

/* The finding for a file (as shown) in which nothing stands; returns -1. */
int layer_empty(const char *file, struct errors *errors);

/* Where the file `name`, a text of this layer, is read: an absolute path or the URL of a web server. Returns
 * 0, or -1 with a finding. */
int layer_path(struct layer *layer, const struct node *name, const char *key, const char **ret_path);

/* Returns 0, or -1 with a finding when the path `name` is relative and the layer has no directory. */
int layer_rooted(struct layer *layer, const struct node *name, const char *key);

/* The absolute `dir` (may be NULL) as seen from the layer's directory; itself when there is none. */
const char *layer_below(const struct layer *layer, const char *dir);

/* Makes one tree of all documents of the files, in order: interpolated, extended, merged, checked, in
 * canonical form, with defaults, and absolute paths (at the top) or paths seen from the including layer. */
int layer_load(struct layer *layer, const struct layer_file *files, size_t nfiles, struct node **ret_tree);

/* First steps of a document of `file`, in place: format 1 becomes today's, variables, casts. `before` (may be
 * NULL) is what earlier documents made. *ret_reset: what it takes away from them. */
int layer_prepare(struct layer *layer, const struct layer_file *file, struct node *doc,
	const struct node *before, struct reset **ret_reset);

/* How short forms are read, as the options of the load say (compose/pass/canon.h). */
unsigned layer_canon_flags(const struct layer *layer);

/* $HOME, else the user's home directory. */
const char *layer_home(const struct layer *layer);

#endif
