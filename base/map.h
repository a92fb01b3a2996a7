/* String → pointer, in the order of insertion: compose files are printed and reported in document order. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct map_entry {
	const char *key; /* borrowed from the caller */
	void *value;
};

struct map {
	struct arena *arena;
	struct map_entry *entries; /* in order */
	size_t count;
	unsigned *slots; /* open addressing: index + 1 into `entries`, 0 empty */
	size_t nslots;
};

/* Makes an empty map whose memory comes from `arena`. */
void map_init(struct map *map, struct arena *arena);

/* Returns a new empty map living in `arena`. */
struct map *map_create(struct arena *arena);

/* Returns the value of `key`, or NULL when there is none (or its value is NULL, see map_has). */
void *map_get(const struct map *map, const char *key);

/* Tells whether `key` is there. */
bool map_has(const struct map *map, const char *key);

/* Sets `key` (kept by reference, must outlive the map) to `value`; an existing key keeps its place. */
void map_set(struct map *map, const char *key, void *value);

/* Iterates in order: `size_t at = 0; while ((entry = map_next(map, &at)))`. Returns NULL at the end. */
const struct map_entry *map_next(const struct map *map, size_t *at);

#endif
