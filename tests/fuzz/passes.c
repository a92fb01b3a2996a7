/* Any YAML through all passes: variables, casts, merge of its documents, validation, canonical form, bind. */
#include "compose/pass/cast.h"
#include "compose/tree/interp.h"
#include "compose/load/load.h"
#include "compose/pass/merge.h"
#include "compose/pass/reset.h"
#include "compose/tree/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct node *merge_all(
	struct arena *arena, struct node **docs, size_t ndocs, const struct map *env, struct errors *errors)
{
	struct node *tree = NULL;
	for (size_t i = 0; i < ndocs; i++) {
		struct interp interp;
		if (docs[i]->kind != NODE_MAP)
			return NULL;
		struct reset *reset = reset_take(arena, docs[i]);
		interp_init(&interp, arena, env, map_create(arena), errors);
		if (interp_tree(&interp, docs[i]) != 0 || cast_tree(arena, docs[i], errors) != 0)
			return NULL;
		if (tree)
			reset_apply(reset, tree, errors);
		if (tree && merge_tree(arena, tree, docs[i], errors) != 0)
			return NULL;
		tree = tree ? tree : docs[i];
		if (merge_unique(arena, tree, errors) != 0)
			return NULL;
	}
	return tree;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct map *env = map_create(arena);
	struct errors errors;
	struct node **docs, *tree;
	struct project *project;
	size_t ndocs;
	errors_init(&errors, arena);
	map_set(env, "A", "80");
	if (yaml_parse(arena, "fuzz.yml", (const char *)data, size, &docs, &ndocs, &errors) == 0 && ndocs) {
		tree = merge_all(arena, docs, ndocs, env, &errors);
		if (tree && load_tree(arena, tree, NULL, "fuzz", "/nowhere", env, &project, &errors) != 0 &&
			!errors.count)
			abort();
		if (!tree && !errors.count && docs[0]->kind == NODE_MAP && ndocs == 1)
			abort();
	}
	arena_destroy(arena);
	return 0;
}
