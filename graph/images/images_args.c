#include "graph/images/images.h"

#include <string.h>

struct build_args {
	struct arena *arena;
	struct pair *items;
	size_t count;
};

/* Sets an argument; one without a value is taken from the environment, and is none if it is not there. */
static void arg_set(struct build_args *args, const struct map *env, const char *name, const char *value)
{
	if (!value && env)
		value = map_get(env, name);
	if (!value)
		return;
	for (size_t i = 0; i < args->count; i++)
		if (!strcmp(args->items[i].key, name)) {
			args->items[i].value = value;
			return;
		}
	*ARENA_PUSH(args->arena, args->items, args->count) = (struct pair){ .key = name, .value = value };
}

struct pair *images_args(
	struct arena *arena, const struct service *service, const struct build_wish *wish, size_t *ret_count)
{
	const struct build *build = service->build;
	const struct map *env = service->project->env;
	struct build_args args = { .arena = arena };
	for (size_t i = 0; i < build->nargs; i++)
		arg_set(&args, env, build->args[i].key, build->args[i].value);
	for (size_t i = 0; wish && i < wish->args.count; i++) {
		const char *text = wish->args.items[i], *equals = strchr(text, '=');
		const char *name = equals ? arena_strndup(arena, text, (size_t)(equals - text)) : text;
		arg_set(&args, env, name, equals ? equals + 1 : NULL);
	}
	*ret_count = args.count;
	return args.items;
}
