/* Documents of one file through every pass up to the model and both outputs; a refusal has a finding. */
#include "compose/pass/canon.h"
#include "compose/pass/cast.h"
#include "compose/print/emit.h"
#include "compose/pass/fill.h"
#include "compose/load/load.h"
#include "compose/pass/merge.h"
#include "compose/pass/reset.h"
#include "compose/check/validate.h"
#include "compose/tree/yaml.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All documents of the text on top of each other, or NULL. */
static struct node *join(struct arena *arena, const char *text, size_t len, struct errors *errors)
{
	struct node **docs, *tree = NULL;
	size_t ndocs;
	if (yaml_parse(arena, "fuzz.yml", text, len, &docs, &ndocs, errors) != 0)
		return NULL;
	for (size_t i = 0; i < ndocs; i++) {
		if (docs[i]->kind != NODE_MAP)
			return NULL;
		struct reset *reset = reset_take(arena, docs[i]);
		if (cast_tree(arena, docs[i], errors) != 0)
			return NULL;
		reset_apply(reset, tree, errors);
		if (tree ? merge_tree(arena, tree, docs[i], errors) != 0 : !(tree = docs[i]))
			return NULL;
		if (merge_unique(arena, tree, errors) != 0 || validate_tree(arena, tree, errors) != 0)
			return NULL;
		if (canon_tree(arena, tree, 0, errors) != 0 || merge_unique(arena, tree, errors) != 0)
			return NULL;
	}
	return tree;
}

static const char *print(struct arena *arena, const struct project *project, bool json)
{
	char *text = NULL;
	size_t len = 0;
	struct emit_options options = { .json = json, .raw = true };
	FILE *out = open_memstream(&text, &len);
	emit_project(out, arena, project, &options);
	options.raw = false;
	emit_project(out, arena, project, &options);
	fclose(out);
	const char *copy = arena_strndup(arena, text, len);
	free(text);
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct map *env = map_create(arena);
	struct errors errors;
	struct project *project;
	errors_init(&errors, arena);
	map_set(env, "A", "value");
	struct node *tree = join(arena, (const char *)data, size, &errors);
	if (tree && load_tree(arena, tree, NULL, "p", "/srv", env, &project, &errors) == 0) {
		fill_select(arena, project->tree, project->disabled, NULL, 0, &errors);
		fill_prune(arena, project->tree);
		print(arena, project, false);
		print(arena, project, true);
	} else if (tree && !errors.count) {
		abort();
	}
	arena_destroy(arena);
	return 0;
}
