/* Any keys and anything typed: what gets through and what is kept back is what was typed, in order. */
#include "engine/console/detach.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, 0, size);
	struct arena *arena = arena_create();
	struct errors errors;
	struct detach detach;
	errors_init(&errors, arena);
	if (end && end - data < 200 && detach_read(&detach, (const char *)data, "keys", &errors) == 0) {
		const char *typed = (const char *)end + 1;
		size_t len = size - (size_t)(end + 1 - data), passed;
		char *to = malloc(len + DETACH_KEYS_MOST);
		bool detached = detach_pass(&detach, typed, len, to, &passed);
		if (memcmp(to, typed, passed) != 0 || memcmp(detach.keys, typed + passed, detach.have) != 0)
			abort();
		if (detached ? detach.have != detach.count : passed + detach.have != len)
			abort();
		free(to);
	}
	arena_destroy(arena);
	return 0;
}
