#include "engine/drive/images/drive_images.h"

#include "engine/drive/preview.h"
#include "engine/build/build_bases.h"
#include "engine/observe/observe.h"

static int look_at_pulls(struct drive_images *images)
{
	struct drive *drive = &images->drive;
	const struct dag *dag = drive->scope->dag;
	const char **references;
	size_t count;
	images_pull_looks(drive->scratch, dag, &images->pull, &references, &count);
	if (count && observe_images(drive->scratch, drive->engine, drive->seen, references, count,
			     drive->errors) < 0)
		return -1;
	drive->plan = images_pull(drive->scratch, dag, drive->seen, &images->pull);
	return 0;
}

/* What no build can be asked for is known before the first one begins. */
static int look_at_builds(struct drive_images *images)
{
	struct drive *drive = &images->drive;
	images->build.bases = build_bases(drive->scratch, drive->scope->dag);
	drive->plan = images_build(drive->scratch, drive->scope->dag, &images->build, drive->errors);
	return drive->plan ? preview_limits(drive, drive->errors) : -1;
}

static int look_at_pushes(struct drive_images *images)
{
	struct drive *drive = &images->drive;
	drive->plan = images_push(drive->scratch, drive->scope->dag, &images->push);
	return 0;
}

static int images_look(struct drive *drive, enum drive_look why)
{
	static int (*const looks[])(struct drive_images *) = {
		[IMAGES_PULL] = look_at_pulls, [IMAGES_BUILD] = look_at_builds, [IMAGES_PUSH] = look_at_pushes
	};
	struct drive_images *images = drive->arg;
	(void)why;
	drive->seen = ARENA_NEW(drive->scratch, struct observed);
	if (looks[images->what](images) < 0)
		return -1;
	drive->idle = !drive->plan->count;
	return 0;
}

void drive_images_init(struct drive_images *images)
{
	static const struct drive_planner planner = { .look = images_look };
	images->drive.planner = &planner;
	images->drive.arg = images;
	images->drive.unlocked = true;
}
