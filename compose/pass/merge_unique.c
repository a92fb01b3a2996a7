/* Items of the same identity become one, over the whole tree. */
#include "compose/pass/merge.h"

#include "base/map.h"
#include "compose/schema/walk.h"

#include <stdint.h>

/* Of items with the same key the last stands, in the place of the first. */
static int keep_last_of_key(struct walk *walk, const struct attr *attr, struct node **where)
{
	struct node *list = *where;
	if (!attr->key || list->kind != NODE_LIST || list->nitems < 2)
		return WALK_ON;
	struct map seen; /* key → place in the list, from 1 */
	map_init(&seen, walk->arena);
	size_t kept = 0;
	for (size_t i = 0; i < list->nitems; i++) {
		const char *key = attr->key(walk->arena, list->items[i]);
		size_t there = key ? (size_t)(uintptr_t)map_get(&seen, key) : 0;
		if (there) {
			list->items[there - 1] = list->items[i];
			continue;
		}
		list->items[kept++] = list->items[i];
		if (key)
			map_set(&seen, key, (void *)(uintptr_t)kept);
	}
	list->nitems = kept;
	return WALK_ON;
}

int merge_unique(struct arena *arena, struct node *tree, struct errors *errors)
{
	static const struct walk_pass pass = { .enter = keep_last_of_key };
	return walk_tree(arena, &schema_project, tree, &pass, NULL, errors);
}
