/* Any bytes as a progress message of BuildKit. */
#include "engine/build/buildkit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t told;

static void vertex(void *arg, const struct buildkit_vertex *seen)
{
	told += strlen(seen->digest) + strlen(seen->name) + strlen(seen->error) + *(size_t *)arg;
	if (seen->started < 0 || seen->completed < 0)
		abort();
}

static void status(void *arg, const struct buildkit_status *seen)
{
	told += strlen(seen->vertex) + strlen(seen->id) + strlen(seen->name) + *(size_t *)arg;
}

static void output(void *arg, const struct buildkit_log *seen)
{
	told += seen->len ? (size_t)seen->bytes[0] + (size_t)seen->bytes[seen->len - 1] : *(size_t *)arg;
}

static void warning(void *arg, const struct buildkit_warning *seen)
{
	told += strlen(seen->text) + strlen(seen->url) + *(size_t *)arg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct buildkit_reader reader = {
		.vertex = vertex, .status = status, .log = output, .warning = warning, .arg = &size
	};
	struct arena *arena = arena_create();
	buildkit_read(arena, data, size, &reader);
	arena_destroy(arena);
	return 0;
}
