#include "engine/drive/drive_ready.h"
#include "base/clock.h"
#include "base/text/text.h"
#include "engine/local/kept.h"

#define WHAT "ready"

/* The containers that the drive's plan has taken away. */
static struct map *ready_gone(const struct drive *drive)
{
	struct map *gone = map_create(drive->scratch);
	for (size_t i = 0; drive->plan && i < drive->plan->count; i++) {
		const struct step *step = drive->plan->steps[i];
		bool removed = op_traits[step->op].removes && step->state == STEP_DONE;
		const char *id = removed ? step_container(step) : NULL;
		if (id)
			map_set(gone, id, "");
	}
	return gone;
}

/* What was kept before of containers that are still there; *ret_less tells whether some are not. */
static struct map *ready_before(const struct drive *drive, const char *project, bool *ret_less)
{
	struct map *before = map_create(drive->scratch), *ready = map_create(drive->scratch);
	const struct map *gone = ready_gone(drive);
	kept_read(drive->scratch, drive->engine, project, WHAT, before);
	for (size_t i = 0; i < drive->seen->ncontainers; i++) {
		const char *id = drive->seen->containers[i]->id;
		const int64_t *at = map_has(gone, id) ? NULL : map_get(before, id);
		if (at)
			kept_set(ready, id, *at);
	}
	*ret_less = ready->count < before->count;
	return ready;
}

/* Those of one project; a plan that has changed none of them costs no writing. */
static void keep_of_project(const struct drive *drive, const char *project)
{
	int64_t now = clock_unix() / 1000000000;
	bool changed;
	if (!drive->seen || !drive->plan)
		return;
	struct map *ready = ready_before(drive, project, &changed);
	for (size_t i = 0; i < drive->plan->count; i++) {
		const struct step *step = drive->plan->steps[i];
		if (!op_traits[step->op].waits || step->state != STEP_DONE ||
			step->gate.condition != CONDITION_HEALTHY ||
			!text_is(step->service->project->name, project))
			continue;
		changed = true;
		for (size_t w = 0; w < step->gate.nwatched; w++)
			kept_set(ready, step->gate.watched[w]->id, now);
		for (size_t s = 0; s < step->gate.nstarts; s++)
			if (step_container(step->gate.starts[s]))
				kept_set(ready, step_container(step->gate.starts[s]), now);
	}
	if (changed)
		kept_write(drive->scratch, drive->engine, project, WHAT, ready);
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
		kept_read(drive->scratch, drive->engine, names.items[i], WHAT, ready);
	return ready;
}
