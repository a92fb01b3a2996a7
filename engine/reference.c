#include "engine/reference.h"

#include <string.h>

struct reference reference_parse(struct arena *arena, const char *text)
{
	struct reference reference = { 0 };
	char *name = arena_strdup(arena, text);
	char *at = strchr(name, '@');
	if (at) {
		*at = '\0';
		reference.digest = at + 1;
	}
	char *slash = strrchr(name, '/');
	char *colon = strrchr(slash ? slash : name, ':');
	if (colon) {
		*colon = '\0';
		reference.tag = colon + 1;
	}
	if (reference.digest)
		reference.tag = NULL;
	else if (!reference.tag)
		reference.tag = "latest";
	/* The first part is a registry when it looks like a host: with a dot, a port, or localhost. */
	size_t first = strcspn(name, "/");
	char *host = arena_strndup(arena, name, first);
	if (name[first] && (strpbrk(host, ".:") || strcmp(host, "localhost") == 0))
		reference.registry = host;
	reference.name = name;
	return reference;
}
