/* What a file takes from the environment by name alone. */
#include "compose/pass/fill.h"

#include <string.h>

/* `- NAME` of a list, `NAME:` of a mapping. */
static void take_bare(const struct node *names, struct map *taken)
{
	for (size_t i = 0; names && names->kind == NODE_LIST && i < names->nitems; i++) {
		const char *name = node_text(names->items[i]);
		if (name && !strchr(name, '='))
			map_set(taken, name, "");
	}
	for (size_t i = 0; names && names->kind == NODE_MAP && i < names->nmembers; i++)
		if (names->members[i].value->kind == NODE_NULL)
			map_set(taken, names->members[i].key, "");
}

static void take_sources(const struct node *sources, struct map *taken)
{
	for (size_t i = 0; sources && sources->kind == NODE_MAP && i < sources->nmembers; i++) {
		const char *name = node_text(node_get(sources->members[i].value, "environment"));
		if (name)
			map_set(taken, name, "");
	}
}

void fill_taken(const struct node *tree, struct map *taken)
{
	const struct node *services = node_get(tree, "services");
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->nmembers; i++) {
		const struct node *service = services->members[i].value;
		take_bare(node_get(service, "environment"), taken);
		take_bare(node_get(node_get(service, "build"), "args"), taken);
	}
	take_sources(node_get(tree, "secrets"), taken);
	take_sources(node_get(tree, "configs"), taken);
}
