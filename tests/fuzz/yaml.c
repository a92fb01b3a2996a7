/* Any bytes as YAML: a tree within the limits, or a finding with a place. */
#include "compose/tree/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Walks everything, so that the sanitizers see every pointer; texts must be terminated and indexes sound. */
static size_t walk(const struct node *node)
{
	size_t sum = 1;
	if (node->kind == NODE_LIST) {
		for (size_t i = 0; i < node->nitems; i++)
			sum += walk(node->items[i]);
	} else if (node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->nmembers; i++) {
			if (node_get(node, node->members[i].key) != node->members[i].value)
				abort();
			sum += walk(node->members[i].value);
		}
	} else if (!node->text) {
		abort();
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct errors errors;
	struct node **docs;
	size_t ndocs;
	errors_init(&errors, arena);
	if (yaml_parse(arena, "fuzz.yml", (const char *)data, size, &docs, &ndocs, &errors) != 0) {
		if (!errors.count)
			abort();
	} else {
		for (size_t i = 0; i < ndocs; i++)
			if (walk(docs[i]) > YAML_NODES_MOST ||
				!node_equal(docs[i], node_copy(arena, docs[i])))
				abort();
	}
	arena_destroy(arena);
	return 0;
}
