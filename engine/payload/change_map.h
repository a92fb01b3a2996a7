/* Lists of the engine's documents as maps of texts, so that they are compared name by name. The caller frees
 * a map by cJSON_Delete; texts may be the arena's. Pure. */
#ifndef ENGINE_CHANGE_MAP_H
#define ENGINE_CHANGE_MAP_H

#include "base/arena.h"

struct cJSON;

/* The item's text; "" for anything else. Borrowed. */
const char *change_map_text(const struct cJSON *item);

/* NAME=VALUE texts; a name without a value is not in it: the engine leaves it unset. */
struct cJSON *change_map_variables(struct arena *arena, const struct cJSON *list);

/* Published ports (PortBindings), by container port. */
struct cJSON *change_map_bindings(struct arena *arena, const struct cJSON *map);

/* Ulimits, by name: SOFT:HARD, or the one number that both are. */
struct cJSON *change_map_limits(struct arena *arena, const struct cJSON *list);

/* Volumes and binds of a HostConfig, by target. */
struct cJSON *change_map_mounts(struct arena *arena, const struct cJSON *host);

#endif
