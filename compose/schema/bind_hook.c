#include "compose/schema/bind_hook.h"

#include "compose/tree/scalar.h"

int bind_provider_options(struct walk *walk, const struct attr *attr, const struct node *node, void *object)
{
	struct provider *provider = object;
	(void)attr;
	for (size_t i = 0; i < node->nmembers; i++) {
		const struct node *value = node->members[i].value;
		size_t count = value->kind == NODE_LIST ? value->nitems : 1;
		for (size_t j = 0; j < count; j++)
			*ARENA_PUSH(walk->arena, provider->options, provider->noptions) =
				(struct pair){ .key = node->members[i].key,
					.value = node_scalar_text(walk->arena,
						value->kind == NODE_LIST ? value->items[j] : value) };
	}
	return 0;
}

int bind_preferences(struct walk *walk, const struct attr *attr, const struct node *node, void *object)
{
	struct placement *placement = object;
	(void)attr;
	for (size_t i = 0; i < node->nitems; i++) {
		const char *spread = node_text(node_get(node->items[i], "spread"));
		if (spread)
			*ARENA_PUSH(walk->arena, placement->spread, placement->nspread) = spread;
	}
	return 0;
}

int bind_ulimit(struct walk *walk, const struct node *node, void *object)
{
	struct ulimit *limit = object;
	(void)walk;
	limit->soft = limit->hard = node->integer;
	limit->single = true;
	return 0;
}
