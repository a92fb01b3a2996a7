#include "engine/local/kept.h"
#include "engine/local/lock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MOST 256 /* an id and a time */
#define KEPT_MOST 10000

/* Path of the file, or NULL. */
static const char *kept_path(
	struct arena *arena, const struct engine *engine, const char *project, const char *what)
{
	struct errors unheard;
	errors_init(&unheard, arena);
	return lock_path(arena, engine, project, what, &unheard);
}

void kept_set(struct map *times, const char *id, int64_t at)
{
	int64_t *time = ARENA_NEW(times->arena, int64_t);
	*time = at;
	map_set(times, arena_strdup(times->arena, id), time);
}

void kept_read(struct arena *arena, const struct engine *engine, const char *project, const char *what,
	struct map *times)
{
	char line[LINE_MOST];
	const char *path = kept_path(arena, engine, project, what);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	while (file && times->count < KEPT_MOST && fgets(line, sizeof line, file)) {
		char *space = strchr(line, ' ');
		if (!space)
			continue;
		*space = '\0';
		kept_set(times, line, strtoll(space + 1, NULL, 10));
	}
	if (file)
		fclose(file);
}

void kept_write(struct arena *arena, const struct engine *engine, const char *project, const char *what,
	const struct map *times)
{
	const struct map_entry *entry;
	size_t at = 0;
	const char *path = kept_path(arena, engine, project, what);
	const char *new = path ? arena_printf(arena, "%s.new", path) : NULL;
	if (path && !times->count)
		unlink(path);
	if (!path || !times->count)
		return;
	int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	while (file && (entry = map_next(times, &at)))
		fprintf(file, "%s %" PRId64 "\n", entry->key, *(const int64_t *)entry->value);
	if (!file)
		return;
	bool failed = ferror(file) != 0;
	if (fclose(file) != 0 || failed || rename(new, path) < 0)
		unlink(new);
}

void kept_append(struct arena *arena, const struct engine *engine, const char *project, const char *what,
	const char *id, int64_t at)
{
	const char *path = kept_path(arena, engine, project, what);
	const char *line = arena_printf(arena, "%s %" PRId64 "\n", id, at);
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)
		      : -1;
	if (fd < 0)
		return;
	/* a line that was cut would spoil the next one */
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		unlink(path);
	close(fd);
}

void kept_forget(struct arena *arena, const struct engine *engine, const char *project, const char *what,
	const struct map *over, int64_t oldest)
{
	struct map *all = map_create(arena), *left = map_create(arena);
	const struct map_entry *entry;
	size_t at = 0;
	kept_read(arena, engine, project, what, all);
	while ((entry = map_next(all, &at)))
		if (!map_has(over, entry->key) && *(const int64_t *)entry->value >= oldest)
			map_set(left, entry->key, entry->value);
	kept_write(arena, engine, project, what, left);
}
