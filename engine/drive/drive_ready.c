#include "engine/drive/drive_ready.h"
#include "base/clock.h"
#include "base/text/text.h"
#include "engine/local/lock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX     "ready"
#define LINE_MOST  256 /* an id and a time */
#define READY_MOST 10000

static void ready_set(struct map *ready, const char *id, int64_t at)
{
	int64_t *time = ARENA_NEW(ready->arena, int64_t);
	*time = at;
	map_set(ready, arena_strdup(ready->arena, id), time);
}

/* Adds what is kept of a project: lines `ID SECONDS`. */
static void ready_read(const struct drive *drive, const char *project, struct map *ready)
{
	struct errors unheard;
	char line[LINE_MOST];
	errors_init(&unheard, drive->scratch);
	const char *path = lock_path(drive->scratch, drive->engine, project, SUFFIX, &unheard);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	while (file && ready->count < READY_MOST && fgets(line, sizeof line, file)) {
		char *space = strchr(line, ' ');
		if (!space)
			continue;
		*space = '\0';
		ready_set(ready, line, strtoll(space + 1, NULL, 10));
	}
	if (file)
		fclose(file);
}

/* The file is put in place as a whole. */
static void ready_write(const struct drive *drive, const char *project, const struct map *ready)
{
	struct errors unheard;
	const struct map_entry *entry;
	size_t at = 0;
	errors_init(&unheard, drive->scratch);
	const char *path = lock_path(drive->scratch, drive->engine, project, SUFFIX, &unheard);
	const char *new = path ? arena_printf(drive->scratch, "%s.new", path) : NULL;
	int fd = new ? open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	while (file && (entry = map_next(ready, &at)))
		fprintf(file, "%s %" PRId64 "\n", entry->key, *(const int64_t *)entry->value);
	if (!file)
		return;
	bool failed = ferror(file) != 0;
	if (fclose(file) != 0 || failed || rename(new, path) < 0)
		unlink(new);
}

/* What was kept before of containers that are still there. */
static struct map *ready_before(const struct drive *drive, const char *project)
{
	struct map *before = map_create(drive->scratch), *ready = map_create(drive->scratch);
	ready_read(drive, project, before);
	for (size_t i = 0; i < drive->seen->ncontainers; i++) {
		const int64_t *at = map_get(before, drive->seen->containers[i]->id);
		if (at)
			ready_set(ready, drive->seen->containers[i]->id, *at);
	}
	return ready;
}

static void keep_of_project(const struct drive *drive, const char *project)
{
	int64_t now = clock_unix() / 1000000000;
	struct map *ready = NULL;
	for (size_t i = 0; drive->seen && drive->plan && i < drive->plan->count; i++) {
		const struct step *step = drive->plan->steps[i];
		if (!op_traits[step->op].waits || step->state != STEP_DONE ||
			step->gate.condition != CONDITION_HEALTHY ||
			!text_is(step->service->project->name, project))
			continue;
		if (!ready)
			ready = ready_before(drive, project);
		for (size_t w = 0; w < step->gate.nwatched; w++)
			ready_set(ready, step->gate.watched[w]->id, now);
		for (size_t s = 0; s < step->gate.nstarts; s++)
			if (step_container(step->gate.starts[s]))
				ready_set(ready, step_container(step->gate.starts[s]), now);
	}
	if (ready)
		ready_write(drive, project, ready);
}

void drive_ready_keep(const struct drive *drive)
{
	struct texts names = scope_names(drive->scratch, drive->scope);
	for (size_t i = 0; i < names.count; i++)
		keep_of_project(drive, names.items[i]);
}

const struct map *drive_ready(const struct drive *drive)
{
	struct texts names = scope_names(drive->scratch, drive->scope);
	struct map *ready = map_create(drive->scratch);
	for (size_t i = 0; i < names.count; i++)
		ready_read(drive, names.items[i], ready);
	return ready;
}
