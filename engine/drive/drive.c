#include "engine/drive/drive.h"
#include "engine/drive/follow.h"
#include "engine/observe/observe.h"
#include "engine/payload/service_files.h"
#include "engine/run/lock.h"

#include <unistd.h>

/* Takes the locks that are not held yet, waiting for their holders. */
static int take_locks(struct drive *drive, const struct texts *names)
{
	for (size_t i = drive->nlocks; i < names->count; i++) {
		int lock =
			lock_take(drive->scratch, drive->engine, names->items[i], drive->sink, drive->errors);
		if (lock < 0)
			return -1;
		drive->locks[drive->nlocks++] = lock;
	}
	return 0;
}

/* Takes the locks that nobody has before the first look: then there is no need for a second one. */
static void try_locks(struct drive *drive)
{
	struct texts names = scope_names(drive->scratch, drive->scope);
	for (size_t i = 0; i < names.count; i++) {
		int lock = lock_try(drive->scratch, drive->engine, names.items[i]);
		if (lock < 0)
			return;
		drive->locks[drive->nlocks++] = lock;
	}
}

void drive_close(struct drive *drive)
{
	while (drive->nlocks)
		close(drive->locks[--drive->nlocks]);
}

void drive_note(const struct drive *drive, const char *text)
{
	event_send(drive->sink, &(struct event){ .kind = EVENT_NOTE, .text = text });
}

void drive_forget(struct drive *drive)
{
	arena_destroy(drive->scratch);
	drive->scratch = arena_child(drive->arena);
	drive->seen = NULL;
	drive->plan = drive->image_plan = NULL;
}

int drive_look(struct drive *drive)
{
	drive_forget(drive);
	return drive->planner->look(drive, DRIVE_FIRST);
}

int drive_open(struct drive *drive)
{
	drive_forget(drive);
	try_locks(drive);
	if (drive->planner->look(drive, DRIVE_FIRST) == 0)
		return 0;
	drive_close(drive);
	return -1;
}

/* Runs one plan with what the drive knows, unless an interrupt has come already. */
static int run_one(struct drive *drive, struct plan *plan, struct errors *errors)
{
	struct texts names = scope_names(drive->scratch, drive->scope);
	struct run_options options = {
		.sink = drive->sink,
		.seen = drive->seen,
		.shared_files = service_files_shared(drive->engine),
		.fail_fast = drive->fail_fast,
		.impatient = drive->impatient,
		.parallel = drive->parallel,
		.projects = names.items,
		.nprojects = names.count,
		.deadline = drive->deadline,
		.before_start = drive->follow ? follow_before_start : NULL,
		.arg = drive->follow,
	};
	drive->result = (struct run_result){ 0 };
	if (drive->signal)
		drive->interrupted = *drive->signal;
	if (drive->interrupted)
		return -1;
	int result = run_plan(drive->engine, plan, &options, &drive->result, errors);
	drive->interrupted = drive->result.interrupted;
	return result;
}

/* Pulls and builds; returns 0 when it is worth going on. */
static int run_images(struct drive *drive)
{
	if (!drive->image_plan || !drive->image_plan->count)
		return 0;
	if (run_one(drive, drive->image_plan, drive->errors) < 0) {
		if (drive->interrupted || drive->fail_fast)
			return -1;
		drive->planner->drop(drive);
	}
	return drive->planner->look(drive, DRIVE_BROUGHT);
}

/* Runs the plan. The lock does not keep other hosts away: when the engine turns out to be changed by somebody
 * else, there is a new plan, twice at most. */
static int run_rest(struct drive *drive)
{
	enum { TRIES = 3 };
	int result = 0;
	for (int tries = 1; drive->plan->count; tries++) {
		struct errors errors;
		errors_init(&errors, drive->arena);
		result = run_one(drive, drive->plan, &errors);
		if (!result || drive->interrupted || tries == TRIES || !plan_conflict(drive->plan)) {
			errors_append(drive->errors, &errors);
			break;
		}
		drive_note(drive, "somebody else changes the same containers or networks: looking again");
		if (drive->planner->look(drive, DRIVE_CONFLICT) < 0)
			return -1;
		result = 0;
	}
	return result;
}

/* Images, then the rest. */
static int run_rounds(struct drive *drive)
{
	if (run_images(drive) < 0)
		return -1;
	event_notes(drive->sink, drive->plan);
	if (drive->warn)
		drive->warn(drive->warn_arg);
	if (run_rest(drive) < 0)
		return -1;
	if (drive->planner->check && drive->planner->check(drive) < 0)
		return -1;
	return drive->errors->count ? -1 : 0;
}

int drive_run(struct drive *drive)
{
	struct texts names = scope_names(drive->scratch, drive->scope);
	int result = 0;
	if (drive->idle) {
		drive_close(drive);
		event_notes(drive->sink, drive->plan);
		if (drive->planner->idle_note)
			drive_note(drive, drive->planner->idle_note);
		return 0;
	}
	/* Somebody else may have been at it while we looked and waited for the lock. */
	if (!drive->unlocked && drive->nlocks < names.count &&
		(take_locks(drive, &names) < 0 || drive_look(drive) < 0))
		result = -1;
	if (result == 0)
		result = run_rounds(drive);
	drive_close(drive);
	return result;
}

struct observed *drive_containers(const struct drive *drive, struct errors *errors)
{
	struct texts names = scope_names(drive->scratch, drive->scope);
	struct observe_query query = { .projects = names.items, .nprojects = names.count };
	struct observed *seen;
	return observe(drive->scratch, drive->engine, &query, &seen, errors) < 0 ? NULL : seen;
}

void drive_tell_running(const struct drive *drive)
{
	struct errors unheard;
	const char *list = NULL;
	errors_init(&unheard, drive->scratch);
	const struct observed *seen = drive_containers(drive, &unheard);
	for (size_t i = 0; seen && i < seen->ncontainers; i++)
		if (seen->containers[i]->state == CONTAINER_RUNNING)
			list = list ? arena_printf(drive->scratch, "%s, %s", list, seen->containers[i]->name)
				    : seen->containers[i]->name;
	if (!list)
		list = seen ? "nothing" : "unknown, the engine does not answer";
	drive_note(drive, arena_printf(drive->scratch, "interrupted; still running: %s", list));
}
