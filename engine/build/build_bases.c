#include "engine/build/build_bases.h"

#include "base/text/texts.h"
#include "base/url.h"
#include "compose/tree/file.h"
#include "compose/tree/path.h"
#include "engine/connect/reference.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define DOCKERFILE_MOST ((size_t)16 << 20)
#define BLANK           " \t\r"

/* The word at `*at` up to the next blank, and what follows it. */
static const char *next_word(struct arena *arena, const char **at)
{
	*at += strspn(*at, BLANK);
	size_t len = strcspn(*at, BLANK "\n");
	const char *word = arena_strndup(arena, *at, len);
	*at += len;
	return word;
}

struct texts build_bases_named(struct arena *arena, const char *dockerfile)
{
	struct texts names = { 0 };
	for (const char *line = dockerfile; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *at = line;
		if (strcasecmp(next_word(arena, &at), "FROM") != 0)
			continue;
		const char *word = next_word(arena, &at);
		while (!strncmp(word, "--", 2)) /* --platform=… */
			word = next_word(arena, &at);
		if (*word)
			texts_add_once(arena, &names, word);
	}
	return names;
}

/* Text of the service's Dockerfile, or NULL: it is elsewhere, or not to be read. */
static const char *dockerfile_text(struct arena *arena, const struct service *service)
{
	const struct build *build = service->build;
	const char *context = build->context ? build->context : ".";
	const char *name = build->dockerfile && *build->dockerfile ? build->dockerfile : "Dockerfile";
	struct errors unheard;
	struct stat there;
	const char *text;
	size_t len;
	if (build->dockerfile_inline || url_is_web(context) || url_is_git(context))
		return build->dockerfile_inline;
	const char *path = path_join(arena, path_join(arena, service->project->dir, context), name);
	struct file file = { .path = path, .shown = path, .most = DOCKERFILE_MOST };
	errors_init(&unheard, arena);
	if (stat(path, &there) != 0 || !S_ISREG(there.st_mode) ||
		file_read(arena, &file, NULL, &text, &len, &unheard) != 0)
		return NULL;
	return text;
}

/* Keys of the other services whose images are among the names. */
static struct texts *services_named(struct arena *arena, const struct map *by_image,
	const struct service *service, const struct texts *names)
{
	struct texts *keys = ARENA_NEW(arena, struct texts);
	for (size_t i = 0; i < names->count; i++) {
		const struct service *other = map_get(by_image, reference_full(arena, names->items[i]));
		if (other && other != service)
			texts_add(arena, keys, other->key);
	}
	return keys;
}

struct map *build_bases(struct arena *arena, const struct dag *dag)
{
	struct map *bases = map_create(arena), *by_image = map_create(arena);
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		if (service->build)
			map_set(by_image, reference_full(arena, service_image(arena, service)),
				(void *)service);
	}
	for (size_t i = 0; by_image->count > 1 && i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		const char *text = service->build ? dockerfile_text(arena, service) : NULL;
		if (!text)
			continue;
		struct texts names = build_bases_named(arena, text);
		struct texts *keys = services_named(arena, by_image, service, &names);
		if (keys->count)
			map_set(bases, service->key, keys);
	}
	return bases;
}
