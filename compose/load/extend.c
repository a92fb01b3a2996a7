#include "compose/load/extend.h"

#include "base/url.h"
#include "compose/pass/canon.h"
#include "compose/pass/fill.h"
#include "compose/pass/merge.h"
#include "compose/tree/path.h"
#include "compose/load/remote.h"
#include "compose/pass/reset.h"

#include <string.h>

/* Where a service is looked for: the services of one document, or of one file read for this. */
struct base {
	const char *shown;
	struct node *services;
	const struct reset *reset;
};

/* The chain of extending services, for cycles. */
struct chain {
	const struct chain *up;
	const struct base *base;
	const char *name;
};

enum { CHAIN_MOST = 500 };

static int report_cycle(struct layer *layer, const struct chain *chain, const struct base *base,
	const char *name, const struct node *extends)
{
	const char *lines = arena_printf(layer->arena, "%s in %s", name, base->shown), *way = name;
	for (const struct chain *step = chain; step; step = step->up) {
		way = arena_printf(layer->arena, "%s -> %s", step->name, way);
		lines = arena_printf(
			layer->arena, "%s in %s\n  extends %s", step->name, step->base->shown, lines);
		if (step->base->services == base->services && strcmp(step->name, name) == 0)
			break;
	}
	error_add(layer->errors, ERROR_FILE, &extends->at,
		arena_printf(layer->arena, "services.%s.extends", chain->name), "Circular reference: %s",
		way);
	return error_detail(layer->errors, lines);
}

static int extend_check_chain(struct layer *layer, const struct chain *chain, const struct base *base,
	const char *name, const struct node *extends)
{
	size_t length = 0;
	for (const struct chain *step = chain; step; step = step->up, length++)
		if (step->base->services == base->services && strcmp(step->name, name) == 0)
			return report_cycle(layer, chain, base, name, extends);
	if (length <= CHAIN_MOST)
		return 0;
	return error_add(layer->errors, ERROR_FILE, &extends->at,
		arena_printf(layer->arena, "services.%s.extends", chain->name),
		"services extend each other more than %d deep", CHAIN_MOST);
}

/* All documents of a file as one tree: variables and canonical form, but neither checks nor defaults. */
static int merge_documents(
	struct layer *layer, const struct layer_file *file, struct node **ret_tree, struct reset **ret_reset)
{
	struct node *tree = NULL;
	for (size_t i = 0; i < file->ndocs; i++) {
		struct node *doc = file->docs[i];
		if (layer_prepare(layer, file, doc, tree, ret_reset) != 0)
			return -1;
		if (tree)
			reset_apply(*ret_reset, tree, layer->errors);
		if (tree && merge_tree(layer->arena, tree, doc, layer->errors) != 0)
			return -1;
		tree = tree ? tree : doc;
		if (merge_unique(layer->arena, tree, layer->errors) != 0 ||
			canon_tree(layer->arena, tree, layer_canon_flags(layer), layer->errors) != 0 ||
			merge_unique(layer->arena, tree, layer->errors) != 0)
			return -1;
	}
	*ret_tree = tree;
	return 0;
}

/* Reads a file for its services, once per layer. */
static int open_base(
	struct layer *layer, const struct node *name, const char *key, const struct base **ret_base)
{
	struct arena *arena = layer->arena;
	const char *path;
	if (layer_path(layer, name, key, &path) != 0)
		return -1;
	if ((*ret_base = map_get(layer->bases, path)))
		return 0;
	struct layer_file file;
	struct node *tree;
	struct reset *reset = NULL;
	if (layer_parse(layer, path, &name->at, key, &file) != 0 ||
		merge_documents(layer, &file, &tree, &reset) != 0)
		return -1;
	struct node *services = node_get(tree, "services");
	if (!services || services->kind != NODE_MAP)
		return error_add(
			layer->errors, ERROR_FILE, &name->at, key, "%s has no services section", file.shown);
	const char *dir = url_is_web(path) ? NULL : layer_below(layer, path_dir(arena, path));
	if (fill_paths(arena, tree, dir, layer_home(layer), layer->errors) != 0)
		return -1;
	struct base *base = ARENA_NEW(arena, struct base);
	*base = (struct base){ .shown = file.shown, .services = services, .reset = reset };
	map_set(layer->bases, path, base);
	*ret_base = base;
	return 0;
}

static int unknown_base(
	struct layer *layer, const struct base *base, const char *name, const struct node *ref)
{
	const char **names = NULL;
	size_t nnames = 0;
	for (size_t i = 0; i < base->services->nmembers; i++)
		*ARENA_PUSH(layer->arena, names, nnames) = base->services->members[i].key;
	error_add(layer->errors, ERROR_FILE, &ref->at,
		arena_printf(layer->arena, "services.%s.extends", name),
		"cannot extend service \"%s\": service \"%s\" not found in %s", name, ref->text, base->shown);
	return error_hint_names(layer->errors, ref->text, "its services", names, nnames);
}

/* The two forms of `extends`; *ret_file NULL: the same file. Forms that are neither are left to validation:
 * then *ret_ref is NULL. */
static int read_extends(struct layer *layer, const char *name, const struct node *extends,
	const struct node **ret_ref, const struct node **ret_file)
{
	*ret_ref = *ret_file = NULL;
	if (extends->kind == NODE_STRING)
		*ret_ref = extends;
	if (extends->kind != NODE_MAP)
		return 0;
	const struct node *ref = node_get(extends, "service"), *file = node_get(extends, "file");
	if (!ref || ref->kind != NODE_STRING) {
		error_add(layer->errors, ERROR_FILE, &extends->at,
			arena_printf(layer->arena, "services.%s.extends", name),
			"extends.%s.service is required", name);
		return error_hint(layer->errors, "write extends: {service: NAME, file: FILE}");
	}
	*ret_ref = ref;
	*ret_file = file && file->kind == NODE_STRING ? file : NULL;
	return 0;
}

static int resolve_extends(
	struct layer *layer, const struct base *base, struct member *member, const struct chain *chain);

/* Makes `service` its base's heir. */
static int inherit(struct layer *layer, const struct base *base, struct member *member,
	const struct base *from, const struct node *ref, const struct chain *chain)
{
	struct member *parent = node_member(from->services, ref->text);
	struct chain here = { .up = chain, .base = base, .name = member->key };
	if (!parent)
		return unknown_base(layer, from, member->key, ref);
	if (extend_check_chain(layer, &here, from, parent->key, ref) != 0 ||
		resolve_extends(layer, from, parent, &here) != 0)
		return -1;
	if (parent->value->kind != NODE_MAP)
		return 0; /* the key stays, and is printed (compose 2.40) */
	struct node *heir = node_copy(layer->arena, parent->value);
	reset_apply_service(base->reset, member->key, heir, layer->errors);
	heir->at = member->value->at;
	node_remove(heir, "extends");
	node_remove(member->value, "extends");
	if (merge_service(layer->arena, member->key, heir, member->value, layer->errors) != 0)
		return -1;
	member->value = heir;
	return 0;
}

static int resolve_extends(
	struct layer *layer, const struct base *base, struct member *member, const struct chain *chain)
{
	const struct node *extends = node_get(member->value, "extends"), *ref, *file;
	const struct base *from = base;
	if (!extends)
		return 0;
	if (read_extends(layer, member->key, extends, &ref, &file) != 0)
		return -1;
	if (!ref)
		return 0;
	const char *key = arena_printf(layer->arena, "services.%s.extends.file", member->key);
	if (file && open_base(layer, file, key, &from) != 0)
		return -1;
	return inherit(layer, base, member, from, ref, chain);
}

int extend_apply(
	struct layer *layer, const struct layer_file *file, struct node *doc, const struct reset *reset)
{
	struct node *services = node_get(doc, "services");
	struct base base = { .shown = file->shown, .services = services, .reset = reset };
	int result = 0;
	if (!services || services->kind != NODE_MAP)
		return 0;
	for (size_t i = 0; i < services->nmembers; i++)
		result |= resolve_extends(layer, &base, &services->members[i], NULL);
	return result;
}
