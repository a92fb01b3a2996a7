/* Any text as a port, a volume, and all other values that have a parser of their own. */
#include "compose/pass/canon.h"
#include "compose/tree/value.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text as the only item or value of every attribute that has a short form. */
static void as_attributes(struct arena *arena, const char *text, struct errors *errors)
{
	static const char *const lists[] = { "ports", "volumes", "devices", "secrets", "env_file",
		"depends_on", "networks", "environment", "extra_hosts", "dns", "links", "volumes_from" };
	static const char *const values[] = { "command", "build", "gpus", "mem_limit", "stop_grace_period",
		"cpus" };
	struct mark at = { .file = "fuzz.yml", .line = 1, .col = 1 };
	struct node *tree = node_map(arena, at), *services = node_map(arena, at),
		    *service = node_map(arena, at);
	node_set(arena, tree, "services", at, services);
	node_set(arena, services, "a", at, service);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct node *list = node_list(arena, at);
		node_push(arena, list, node_string(arena, at, text));
		node_set(arena, service, lists[i], at, list);
	}
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		node_set(arena, service, values[i], at, node_string(arena, at, text));
	canon_tree(arena, tree, 0, errors);
	canon_decode(arena, tree, errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct errors errors;
	const char *text = arena_strndup(arena, (const char *)data, size), **words, *dropped;
	int64_t whole = 0, again = 0;
	double real = 0;
	size_t count;
	errors_init(&errors, arena);
	if (!value_duration(arena, text, &whole) &&
		(value_duration(arena, value_duration_text(arena, whole), &again) || again != whole))
		abort();
	value_bytes(arena, text, &whole);
	value_mode(arena, text, &whole);
	if (!value_float(arena, text, &real))
		value_float_text(arena, real, size & 1, size & 2);
	if (!value_words(arena, text, &words, &count, &dropped))
		for (size_t i = 0; i < count; i++)
			if (strlen(words[i]) > size)
				abort();
	as_attributes(arena, text, &errors);
	arena_destroy(arena);
	return 0;
}
