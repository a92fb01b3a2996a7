/* Any text as a template. */
#include "compose/tree/interp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seen(void *arg, const struct interp_variable *variable)
{
	if (!*variable->name)
		abort();
	++*(size_t *)arg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct errors errors;
	struct interp interp;
	struct map *env = map_create(arena);
	const char *text = arena_strndup(arena, (const char *)data, size), *out = NULL;
	struct mark at = { .file = "fuzz.yml", .line = 1, .col = 1 };
	size_t count = 0;
	errors_init(&errors, arena);
	map_set(env, "A", "a}b");
	map_set(env, "E", "");
	interp_init(&interp, arena, env, map_create(arena), &errors);
	if (interp_text(&interp, text, &at, "path", &out) != 0 ? !errors.count : !out)
		abort();
	interp_variables(arena, node_string(arena, at, text), seen, &count);
	arena_destroy(arena);
	return 0;
}
