#include "engine/connect/reference.h"

#include <stdbool.h>
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

const char *reference_full(struct arena *arena, const char *text)
{
	struct reference reference = reference_parse(arena, text);
	const char *registry = reference.registry ? reference.registry : "docker.io", *path = reference.name;
	if (reference.registry)
		path += strlen(reference.registry) + 1;
	if (strcmp(registry, "index.docker.io") == 0)
		registry = "docker.io";
	bool official = strcmp(registry, "docker.io") == 0 && !strchr(path, '/');
	return arena_printf(arena, "%s/%s%s%c%s", registry, official ? "library/" : "", path,
		reference.digest ? '@' : ':', reference.digest ? reference.digest : reference.tag);
}
