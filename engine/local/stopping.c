#include "engine/local/stopping.h"
#include "base/clock.h"
#include "engine/local/kept.h"

#define WHAT "stopping"
#define SLOW 20          /* s that a busy engine may take beyond the grace */
#define EVER (3600 * 24) /* s */

static int64_t now_seconds(void)
{
	return clock_unix() / 1000000000;
}

void stopping_begin(
	struct arena *arena, const struct engine *engine, const char *project, const char *id, int64_t grace)
{
	int64_t most = grace < 0 ? EVER : grace / 1000000000 + SLOW;
	kept_append(arena, engine, project, WHAT, id, now_seconds() + most);
}

void stopping_read(struct arena *arena, const struct engine *engine, const char *project, struct map *ids)
{
	struct map *all = map_create(arena);
	const struct map_entry *entry;
	size_t at = 0;
	kept_read(arena, engine, project, WHAT, all);
	while ((entry = map_next(all, &at)))
		if (*(const int64_t *)entry->value > now_seconds())
			map_set(ids, entry->key, entry->value);
}

void stopping_end(
	struct arena *arena, const struct engine *engine, const char *project, const struct map *ended)
{
	kept_forget(arena, engine, project, WHAT, ended, now_seconds());
}
