#include "engine/local/stopping.h"
#include "base/clock.h"
#include "engine/local/lock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX        "stopping"
#define LINE_MOST     256 /* an id and a time */
#define STOPPING_MOST 10000
#define SLOW          20          /* s that a busy engine may take beyond the grace */
#define EVER          (3600 * 24) /* s */

/* The time until which each stop of the project may be under way: id → int64_t *, Unix seconds. */
static struct map *stopping_all(struct arena *arena, const struct engine *engine, const char *project)
{
	struct map *all = map_create(arena);
	struct errors unheard;
	char line[LINE_MOST];
	errors_init(&unheard, arena);
	const char *path = lock_path(arena, engine, project, SUFFIX, &unheard);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	while (file && all->count < STOPPING_MOST && fgets(line, sizeof line, file)) {
		char *space = strchr(line, ' ');
		if (!space)
			continue;
		*space = '\0';
		int64_t *until = ARENA_NEW(arena, int64_t);
		*until = strtoll(space + 1, NULL, 10);
		map_set(all, arena_strdup(arena, line), until);
	}
	if (file)
		fclose(file);
	return all;
}

static int64_t now_seconds(void)
{
	return clock_unix() / 1000000000;
}

void stopping_begin(
	struct arena *arena, const struct engine *engine, const char *project, const char *id, int64_t grace)
{
	struct errors unheard;
	errors_init(&unheard, arena);
	const char *path = lock_path(arena, engine, project, SUFFIX, &unheard);
	int64_t most = grace < 0 ? EVER : grace / 1000000000 + SLOW;
	const char *line = arena_printf(arena, "%s %" PRId64 "\n", id, now_seconds() + most);
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	if (fd < 0)
		return;
	/* A line that is cut is none. */
	if (write(fd, line, strlen(line)) < 0)
		unlink(path);
	close(fd);
}

/* The file is put in place as a whole; without a line there is none. */
void stopping_end(
	struct arena *arena, const struct engine *engine, const char *project, const struct map *ended)
{
	struct map *all = stopping_all(arena, engine, project);
	struct errors unheard;
	const struct map_entry *entry;
	size_t at = 0;
	auto_buf struct buf left;
	buf_init(&left, (size_t)STOPPING_MOST * LINE_MOST);
	errors_init(&unheard, arena);
	const char *path = lock_path(arena, engine, project, SUFFIX, &unheard);
	const char *new = path ? arena_printf(arena, "%s.new", path) : NULL;
	while ((entry = map_next(all, &at))) {
		int64_t until = *(const int64_t *)entry->value;
		if (until > now_seconds() && !map_has(ended, entry->key))
			buf_printf(&left, "%s %" PRId64 "\n", entry->key, until);
	}
	if (!path || !all->count)
		return;
	int fd = left.len ? open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	bool written = fd >= 0 && write(fd, buf_text(&left), left.len) == (ssize_t)left.len;
	if (fd >= 0)
		close(fd);
	if (!written || rename(new, path) < 0)
		unlink(path);
}

void stopping_read(struct arena *arena, const struct engine *engine, const char *project, struct map *ids)
{
	const struct map *all = stopping_all(arena, engine, project);
	const struct map_entry *entry;
	size_t at = 0;
	while ((entry = map_next(all, &at)))
		if (*(const int64_t *)entry->value > now_seconds())
			map_set(ids, entry->key, entry->value);
}
