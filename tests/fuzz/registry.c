/* Any bytes as an application registry; what is accepted must make a tree. */
#include "compose/registry/registry.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct errors errors;
	struct registry registry;
	errors_init(&errors, arena);
	registry_init(&registry, arena);
	if (registry_parse(&registry, "fuzz.yml", (const char *)data, size, &errors) != 0) {
		if (!errors.count)
			abort();
	} else {
		registry_check(&registry, NULL, &errors);
		registry_tree(&registry, arena, NULL, "org", NULL);
	}
	arena_destroy(arena);
	return 0;
}
