#include "engine/local/unhooked.h"
#include "base/clock.h"
#include "engine/local/kept.h"

#define WHAT "unhooked"

void unhooked_begin(struct arena *arena, const struct engine *engine, const char *project, const char *id)
{
	kept_append(arena, engine, project, WHAT, id, clock_unix() / 1000000000);
}

void unhooked_read(struct arena *arena, const struct engine *engine, const char *project, struct map *ids)
{
	kept_read(arena, engine, project, WHAT, ids);
}

void unhooked_end(
	struct arena *arena, const struct engine *engine, const char *project, const struct map *done)
{
	kept_forget(arena, engine, project, WHAT, done, 0);
}
