/* Any text as .dockerignore; the last line is the path that is asked about. */
#include "engine/archive/ignore.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct errors errors;
	const char *text = arena_strndup(arena, (const char *)data, size);
	const char *newline = size ? memrchr(text, '\n', size) : NULL;
	size_t len = newline ? (size_t)(newline - text) : size;
	const char *path = newline ? newline + 1 : "a/b";
	errors_init(&errors, arena);
	const struct ignore *ignore = ignore_parse(arena, ".dockerignore", text, len, &errors);
	if (!ignore != (errors.count != 0))
		abort();
	if (ignore && strlen(path) < 500) {
		bool out = ignore_path(ignore, path);
		/* What lies below a directory that is out comes back only through a promising one. */
		const char *below = arena_printf(arena, "%s/x", path);
		if (*path && out && !ignore_below(ignore, path) && !ignore_path(ignore, below))
			abort();
	}
	arena_destroy(arena);
	return 0;
}
