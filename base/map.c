#include "base/map.h"

#include <stdint.h>
#include <string.h>

static size_t hash_text(const char *text)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a, 64 bit */
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return (size_t)(hash ^ hash >> 32);
}

void map_init(struct map *map, struct arena *arena)
{
	*map = (struct map){ .arena = arena };
}

struct map *map_create(struct arena *arena)
{
	struct map *map = ARENA_NEW(arena, struct map);
	map_init(map, arena);
	return map;
}

/* Returns the slot that holds `key`, or the free one where it belongs. Needs nslots > 0. */
static unsigned *map_slot(const struct map *map, const char *key)
{
	size_t at = hash_text(key) & (map->nslots - 1);
	for (;; at = (at + 1) & (map->nslots - 1)) {
		unsigned *slot = &map->slots[at];
		if (!*slot)
			return slot;
		if (strcmp(map->entries[*slot - 1].key, key) == 0)
			return slot;
	}
}

static const struct map_entry *map_find(const struct map *map, const char *key)
{
	if (!map->nslots)
		return NULL;
	unsigned slot = *map_slot(map, key);
	return slot ? &map->entries[slot - 1] : NULL;
}

void *map_get(const struct map *map, const char *key)
{
	const struct map_entry *entry = map_find(map, key);
	return entry ? entry->value : NULL;
}

bool map_has(const struct map *map, const char *key)
{
	return map_find(map, key) != NULL;
}

static void rehash(struct map *map)
{
	map->nslots = map->nslots ? map->nslots * 2 : 8;
	map->slots = ARENA_ARRAY(map->arena, unsigned, map->nslots);
	for (size_t i = 0; i < map->count; i++)
		*map_slot(map, map->entries[i].key) = (unsigned)i + 1;
}

void map_set(struct map *map, const char *key, void *value)
{
	if ((map->count + 1) * 2 > map->nslots)
		rehash(map);
	unsigned *slot = map_slot(map, key);
	if (*slot) {
		map->entries[*slot - 1].value = value;
		return;
	}
	struct map_entry *entry = ARENA_PUSH(map->arena, map->entries, map->count);
	entry->key = key;
	entry->value = value;
	*slot = (unsigned)map->count;
}

const struct map_entry *map_next(const struct map *map, size_t *at)
{
	return *at < map->count ? &map->entries[(*at)++] : NULL;
}
