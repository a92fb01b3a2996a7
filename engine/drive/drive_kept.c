/* What a drive keeps beside the project's lock for the next run, should this one be cut short. */
#include "base/text/text.h"
#include "engine/drive/drive.h"
#include "engine/local/stopping.h"
#include "engine/local/unhooked.h"

static const char *project_of(const struct step *step)
{
	return step->container && step->container->project ? step->container->project
	       : step->service                             ? step->service->project->name
							   : NULL;
}

void drive_keep_stop(void *arg, const struct step *step, const char *id, int64_t grace)
{
	const struct drive *drive = arg;
	const char *project = project_of(step);
	if (project)
		stopping_begin(drive->scratch, drive->engine, project, id, grace);
}

/* A run that ends before they have run, or that they fail, is made up for by the next one. */
void drive_keep_start(void *arg, const struct step *step, const char *id)
{
	const struct drive *drive = arg;
	unhooked_begin(drive->scratch, drive->engine, step->service->project->name, id);
}

/* Whether a hook that follows the start has not succeeded. */
static bool lacks_hook(const struct plan *plan, const struct step *start)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (step->exec.hook && !step->exec.before_stop && step->undo == start->undo &&
			step->state != STEP_DONE && text_is(step_container(step), step_container(start)))
			return true;
	}
	return false;
}

/* The engine has said that its stop is over, by the end of that or by a start: what runs already it does not
 * start. */
static bool ends_stop(const struct step *step)
{
	return op_traits[step->op].ends || op_traits[step->op].starts;
}

/* Its hooks have run, or never will. */
static bool ends_hooks(const struct plan *plan, const struct step *step)
{
	bool starts = op_traits[step->op].starts && step->service && step->service->npost_start;
	return op_traits[step->op].removes || (starts && !lacks_hook(plan, step));
}

void drive_see_kept(struct drive *drive)
{
	struct texts names = scope_names(drive->scratch, drive->scope);
	struct map *stopping = map_create(drive->scratch), *unhooked = map_create(drive->scratch);
	for (size_t i = 0; i < names.count; i++) {
		stopping_read(drive->scratch, drive->engine, names.items[i], stopping);
		unhooked_read(drive->scratch, drive->engine, names.items[i], unhooked);
	}
	for (size_t i = 0; i < drive->seen->ncontainers; i++) {
		struct observed_container *container = drive->seen->containers[i];
		container->stopping = map_has(stopping, container->id);
		container->unhooked = map_has(unhooked, container->id);
	}
}

void drive_forget_kept(const struct drive *drive, const struct plan *plan)
{
	struct arena *arena = drive->scratch;
	struct texts names = scope_names(arena, drive->scope);
	for (size_t n = 0; n < names.count; n++) {
		struct map *stopped = map_create(arena), *hooked = map_create(arena);
		for (size_t i = 0; i < plan->count; i++) {
			const struct step *step = plan->steps[i];
			const char *id = step->state == STEP_DONE ? step_container(step) : NULL;
			if (!id || !text_is(project_of(step), names.items[n]))
				continue;
			if (ends_stop(step))
				map_set(stopped, id, "");
			if (ends_hooks(plan, step))
				map_set(hooked, id, "");
		}
		if (stopped->count)
			stopping_end(arena, drive->engine, names.items[n], stopped);
		if (hooked->count)
			unhooked_end(arena, drive->engine, names.items[n], hooked);
	}
}
