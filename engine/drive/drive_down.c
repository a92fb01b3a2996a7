#include "engine/drive/drive_down.h"
#include "engine/observe/observe.h"

static struct teardown_scope scope_of(const struct drive_down *down)
{
	const struct drive *drive = &down->drive;
	const struct texts *names = down->applications.count ? &down->applications : &down->services;
	return (struct teardown_scope){ .dag = drive->scope->dag,
		.all_resources = drive->scope->all_resources,
		.project = drive->scope->name,
		.seen = drive->seen,
		.names = names->items,
		.nnames = names->count,
		.excepts = drive->scope->excepted.items,
		.nexcepts = drive->scope->excepted.count };
}

/* Which of the images that go with their services are there. */
static int look_at_removable(struct drive_down *down)
{
	struct drive *drive = &down->drive;
	struct teardown_scope scope = scope_of(down);
	const char **references;
	size_t count;
	if (!down->how.images)
		return 0;
	reconcile_removable_images(drive->scratch, &scope, down->all_images, &references, &count);
	return count ? observe_images(
			       drive->scratch, drive->engine, drive->seen, references, count, drive->errors)
		     : 0;
}

static int plan_down(struct drive_down *down)
{
	struct drive *drive = &down->drive;
	struct teardown_scope scope = scope_of(down);
	if (down->applications.count)
		return reconcile_down_applications(
			drive->scratch, &scope, &down->how, &drive->plan, drive->errors);
	drive->plan = reconcile_down(drive->scratch, &scope, &down->how);
	return 0;
}

static int down_look(struct drive *drive, enum drive_look why)
{
	struct drive_down *down = drive->arg;
	struct texts names = scope_names(drive->scratch, drive->scope);
	struct observe_query query = { .projects = names.items, .nprojects = names.count };
	(void)why;
	if (down->how.extent == TEARDOWN_PROJECT)
		query = observe_scope(drive->scratch, drive->scope, true);
	query.users = down->applications.count > 0;
	if (observe(drive->scratch, drive->engine, &query, &drive->seen, drive->errors) < 0 ||
		look_at_removable(down) < 0 || plan_down(down) < 0)
		return -1;
	drive->idle = !drive->plan->count;
	return 0;
}

void drive_down_init(struct drive_down *down)
{
	static const struct drive_planner planner = { .look = down_look };
	down->drive.planner = &planner;
	down->drive.arg = down;
}
