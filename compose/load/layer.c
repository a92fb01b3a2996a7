#include "compose/load/layer.h"

#include "base/home.h"
#include "compose/pass/canon.h"
#include "compose/pass/cast.h"
#include "compose/check/check.h"
#include "compose/load/extend.h"
#include "compose/tree/file.h"
#include "compose/pass/fill.h"
#include "compose/load/include.h"
#include "compose/tree/interp.h"
#include "compose/load/legacy.h"
#include "compose/load/once.h"
#include "compose/pass/merge.h"
#include "compose/tree/path.h"
#include "compose/load/remote.h"
#include "compose/pass/reset.h"
#include "compose/schema/short.h"
#include "compose/check/validate.h"
#include "compose/tree/yaml.h"

#include <string.h>

int layer_parse(struct layer *layer, const char *path, const struct mark *at, const char *key,
	struct layer_file *ret_file)
{
	struct file file = { .path = path, .most = YAML_SIZE_MOST, .at = at, .key = key };
	const char *text;
	size_t len;
	if (remote_read(layer->arena, layer->options, &file, layer->sources, &text, &len, layer->errors) != 0)
		return -1;
	*ret_file = (struct layer_file){ .path = path, .shown = file.shown };
	return yaml_parse(
		layer->arena, file.shown, text, len, &ret_file->docs, &ret_file->ndocs, layer->errors);
}

int layer_mapping(const struct node *doc, struct errors *errors)
{
	bool nothing = doc->kind == NODE_NULL;
	if (doc->kind == NODE_MAP)
		return 0;
	error_add(errors, ERROR_FILE, &doc->at, NULL, "top-level object must be a mapping, not %s",
		nothing ? "empty" : node_kind_name(doc));
	return error_hint(errors, nothing ? "remove the --- that nothing follows" : "start with `services:`");
}

int layer_empty(const char *file, struct errors *errors)
{
	struct mark at = { .file = file };
	error_add(errors, ERROR_FILE, &at, NULL, "empty compose file");
	return error_hint(errors, "start with `services:`");
}

int layer_rooted(struct layer *layer, const struct node *name, const char *key)
{
	if (layer->dir || name->text[0] == '/' || name->text[0] == '~')
		return 0;
	error_add(layer->errors, ERROR_FILE, &name->at, key, FILL_HOMELESS, name->text);
	return error_hint(layer->errors, FILL_HOMELESS_HINT);
}

int layer_path(struct layer *layer, const struct node *name, const char *key, const char **ret_path)
{
	if (remote_path(layer->arena, layer->options, name->text, &name->at, key, ret_path, layer->errors) !=
		0)
		return -1;
	if (*ret_path)
		return 0;
	if (layer_rooted(layer, name, key) != 0)
		return -1;
	*ret_path = path_resolve(layer->arena, layer->dir ? layer->dir : "/", layer_home(layer), name->text);
	return 0;
}

const char *layer_below(const struct layer *layer, const char *dir)
{
	return layer->dir && dir ? path_relative(layer->arena, layer->dir, dir) : dir;
}

const char *layer_home(const struct layer *layer)
{
	return home_directory(layer->arena, layer->env);
}

/* Notes the format of the document; returns whether it is format 1. Both in one project is an error. */
static int note_format(struct layer *layer, const struct layer_file *file, struct node *doc, bool *ret_legacy)
{
	bool legacy = legacy_is(doc, layer->legacy != NULL);
	if (legacy && !layer->legacy) {
		layer->legacy = file->shown;
		error_warn(layer->errors, &doc->at, NULL,
			"legacy version 1 file %s: read as services on the engine's default network",
			file->shown);
	} else if (!legacy && node_get(doc, "services")) {
		layer->modern = file->shown;
	}
	*ret_legacy = legacy;
	if (!layer->legacy || !layer->modern)
		return 0;
	error_add(layer->errors, ERROR_FILE, &doc->at, NULL,
		"%s is a version 1 file and %s is not: they cannot be combined", layer->legacy,
		layer->modern);
	return error_hint(layer->errors, "put the services of %s under `services:`", layer->legacy);
}

static int layer_substitute(struct layer *layer, struct node *doc)
{
	struct interp interp;
	if (layer->options->no_interpolate)
		return 0;
	interp_init(&interp, layer->arena, layer->env, layer->warned, layer->errors);
	interp.sources = layer->sources;
	interp.brought = layer->brought;
	interp.taken = layer->taken;
	interp.lenient = layer->options->looking;
	return interp_tree(&interp, doc);
}

/* Notes what only docker flow takes. */
static void note_ours(struct layer *layer, const struct layer_file *file, const struct node *doc, bool legacy)
{
	const struct node *services = node_get(doc, "services");
	bool bare = false;
	for (size_t i = 0; !legacy && services && services->kind == NODE_MAP && i < services->nmembers; i++)
		bare |= short_flow_needed(services->members[i].value);
	if (!layer->ours && (legacy || bare))
		layer->ours = arena_printf(layer->arena, "%s %s", file->shown,
			legacy ? "is of format 1" : "has keys of docker flow that do not stand below x-flow");
}

/* A file that is read from several places is explained as the first of them reads it. */
static void note_scope(const struct layer *layer, const struct layer_file *file)
{
	struct map *scopes = layer->options->scopes;
	if (scopes && !map_has(scopes, file->shown))
		map_set(scopes, file->shown, (void *)layer->scope);
}

int layer_prepare(struct layer *layer, const struct layer_file *file, struct node *doc,
	const struct node *before, struct reset **ret_reset)
{
	bool legacy;
	if (layer_mapping(doc, layer->errors) != 0 || note_format(layer, file, doc, &legacy) != 0)
		return -1;
	note_ours(layer, file, doc, legacy);
	note_scope(layer, file);
	if (legacy)
		legacy_wrap(layer->arena, doc);
	*ret_reset = reset_take(layer->arena, doc);
	if (layer_substitute(layer, doc) != 0)
		return -1;
	if (legacy)
		legacy_rewrite(layer->arena, doc, before);
	return layer->options->no_interpolate ? 0 : cast_tree(layer->arena, doc, layer->errors);
}

/* The attribute says nothing any more: told once, in one line. */
static void drop_version(struct layer *layer, struct node *tree)
{
	struct node *version = node_remove(tree, "version");
	if (!version || *layer->version_told)
		return;
	*layer->version_told = true;
	struct mark file = { .file = version->at.file };
	error_warn(layer->errors, &file, NULL,
		"the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential confusion");
}

unsigned layer_canon_flags(const struct layer *layer)
{
	const struct load_options *options = layer->options;
	return (options->no_interpolate ? CANON_LENIENT : 0) | (options->no_limits ? CANON_NO_LIMITS : 0);
}

/* One document onto what the documents before it made. */
static int add_document(
	struct layer *layer, const struct layer_file *file, struct node *doc, struct node **tree)
{
	struct reset *reset;
	struct arena *arena = layer->arena;
	struct errors *errors = layer->errors;
	if (layer_prepare(layer, file, doc, *tree, &reset) != 0 || include_apply(layer, &doc, reset) != 0 ||
		extend_apply(layer, file, doc, reset) != 0)
		return -1;
	if (layer->taken)
		fill_taken(doc, layer->taken);
	if (*tree) {
		reset_apply(reset, *tree, errors);
		if (merge_tree(arena, *tree, doc, errors) != 0)
			return -1;
	} else {
		*tree = doc;
	}
	if (merge_unique(arena, *tree, errors) != 0 || validate_tree(arena, *tree, errors) != 0)
		return -1;
	drop_version(layer, *tree);
	if (canon_tree(arena, *tree, layer_canon_flags(layer), errors) != 0)
		return -1;
	return merge_unique(arena, *tree, errors);
}

/* What is done once all documents are one. */
static int complete(struct layer *layer, struct node *tree)
{
	struct arena *arena = layer->arena;
	struct errors *errors = layer->errors;
	if (fill_defaults(arena, tree, errors) != 0)
		return -1;
	check_tree(arena, tree, errors); /* what it finds is in nobody's way: load_project fails at the end */
	const char *dir = layer->below ? layer->below : layer->dir;
	if ((layer->below || !dir || !layer->options->no_path_resolution) &&
		fill_paths(arena, tree, dir, layer_home(layer), errors) != 0)
		return -1;
	if (layer->options->no_interpolate)
		return 0;
	return fill_environment(arena, tree, layer->env, errors);
}

/* What providers and the command line say of services. */
static int lay_over(struct layer *layer, struct node *tree)
{
	const struct load_options *options = layer->options;
	for (size_t i = 0; i < options->nprovided; i++)
		if (once_lay(layer->arena, tree, &options->provided[i], layer->env, layer->errors) != 0)
			return -1;
	return options->once ? once_lay(layer->arena, tree, options->once, layer->env, layer->errors) : 0;
}

int layer_load(struct layer *layer, const struct layer_file *files, size_t nfiles, struct node **ret_tree)
{
	struct node *tree = NULL;
	for (size_t i = 0; i < nfiles; i++) {
		if (!layer->up)
			layer->taken = files[i].foreign ? layer->foreign : NULL;
		for (size_t k = 0; k < files[i].ndocs; k++)
			if (add_document(layer, &files[i], files[i].docs[k], &tree) != 0)
				return -1;
	}
	if (!tree || !tree->nmembers)
		return layer_empty(files[0].shown, layer->errors);
	if ((!layer->up && lay_over(layer, tree) != 0) || complete(layer, tree) != 0)
		return -1;
	*ret_tree = tree;
	return 0;
}
