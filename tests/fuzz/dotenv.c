/* Any bytes as an env file, in both formats. */
#include "compose/tree/dotenv.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct map *os = map_create(arena);
	map_set(os, "HOME", "/home/u");
	for (int raw = 0; raw < 2; raw++) {
		struct errors errors;
		struct dotenv dotenv = {
			.arena = arena, .get = dotenv_map_get, .arg = os, .into = map_create(arena)
		};
		errors_init(&errors, arena);
		int result = raw ? dotenv_parse_raw(&dotenv, "fuzz.env", (const char *)data, size, &errors)
				 : dotenv_parse(&dotenv, "fuzz.env", (const char *)data, size, &errors);
		if ((result != 0) != (errors.count != 0))
			abort();
		size_t at = 0;
		const struct map_entry *pair;
		while ((pair = map_next(dotenv.into, &at)))
			if (!*pair->key || !pair->value)
				abort();
	}
	arena_destroy(arena);
	return 0;
}
