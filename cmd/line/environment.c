#include "cmd/line/environment.h"

#include <stdlib.h>
#include <string.h>

#define ATTRIBUTES "OTEL_RESOURCE_ATTRIBUTES"

extern char **environ;

/* name=value,name=value: W3C baggage, which allows blanks around names. */
static void drop_attributes_of_cli(struct arena *arena)
{
	const char *given = getenv(ATTRIBUTES), *kept = "";
	if (!given || !strstr(given, "docker.cli."))
		return;
	for (const char *at = given; *at;) {
		size_t len = strcspn(at, ",");
		if (strncmp(at + strspn(at, " \t"), "docker.cli.", 11) != 0)
			kept = arena_printf(arena, "%s%s%.*s", kept, *kept ? "," : "", (int)len, at);
		at += len + (at[len] == ',');
	}
	if (*kept)
		setenv(ATTRIBUTES, kept, 1);
	else
		unsetenv(ATTRIBUTES);
}

struct map *environment_read(struct arena *arena)
{
	struct map *env = map_create(arena);
	drop_attributes_of_cli(arena);
	for (char **entry = environ; *entry; entry++) {
		const char *equals = strchr(*entry, '=');
		if (equals && equals != *entry)
			map_set(env, arena_strndup(arena, *entry, (size_t)(equals - *entry)),
				(void *)(equals + 1));
	}
	return env;
}
