#include "engine/drive/drive.h"
#include "engine/drive/drive_ready.h"
#include "engine/drive/follow.h"
#include "engine/observe/observe.h"
#include "engine/payload/service_files.h"
#include "engine/local/lock.h"
#include "base/text/text.h"
#include "graph/timeline/timeline.h"

#include <string.h>

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
	if (!drive->nlocks)
		return;
	struct texts names = scope_names(drive->scratch, drive->scope);
	while (drive->nlocks) {
		size_t last = --drive->nlocks;
		lock_release(drive->scratch, drive->engine, names.items[last], drive->locks[last]);
	}
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
	if (!drive->unlocked)
		try_locks(drive);
	if (drive->planner->look(drive, DRIVE_FIRST) == 0)
		return 0;
	drive_close(drive);
	return -1;
}

static bool is_halted(const struct drive *drive)
{
	return drive->interrupted || (drive->halted && drive->halted(drive->halted_arg));
}

/* Runs one plan with what the drive knows, unless nothing more is to begin. */
static int run_one(struct drive *drive, struct plan *plan, struct errors *errors)
{
	struct texts names = scope_names(drive->scratch, drive->scope);
	struct run_options options = {
		.sink = drive->sink,
		.seen = drive->seen,
		.shared_files = service_files_shared(drive->engine),
		.fail_fast = drive->fail_fast,
		.impatient = drive->impatient,
		.last_look = drive->last_look,
		.parallel = drive->parallel,
		.projects = names.items,
		.nprojects = names.count,
		.deadline = drive->deadline,
		.before_start = drive->follow ? follow_before_start : drive->before_start,
		.hook_said = drive->follow ? follow_hook_said : NULL,
		.arg = drive->follow ? (void *)drive->follow : drive->arg,
		.stops = drive_keep_stop,
		.starts = drive_keep_start,
		.stops_arg = drive,
		.halted = drive->halted,
		.halted_arg = drive->halted_arg,
	};
	drive->result = (struct run_result){ 0 };
	if (drive->signal)
		drive->interrupted = *drive->signal;
	if (is_halted(drive))
		return -1;
	int64_t began = loop_now();
	int result = run_plan(drive->engine, plan, &options, &drive->result, errors);
	drive_forget_kept(drive, plan);
	if (drive->timeline)
		timeline_take(drive->timeline, plan, plan == drive->image_plan ? "images" : "containers",
			began, loop_now());
	drive->interrupted = drive->result.interrupted;
	return result;
}

/* Pulls and builds; returns 0 when it is worth going on. */
static int run_images(struct drive *drive)
{
	if (!drive->image_plan || !drive->image_plan->count)
		return 0;
	if (run_one(drive, drive->image_plan, drive->errors) < 0) {
		if (is_halted(drive) || drive->fail_fast)
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
		if (!result || is_halted(drive) || tries == TRIES || !plan_conflict(drive->plan)) {
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

static int run_check(struct drive *drive)
{
	return drive->planner->check ? drive->planner->check(drive) : 0;
}

/* Images, then the rest. */
static int run_rounds(struct drive *drive)
{
	if (run_images(drive) < 0)
		return -1;
	event_notes(drive->sink, drive->plan);
	if (drive->warn)
		drive->warn(drive->warn_arg);
	int result = run_rest(drive);
	drive_ready_keep(drive);
	if (result < 0) {
		if (drive->planner->failed && !is_halted(drive))
			drive->planner->failed(drive);
		return -1;
	}
	if (run_check(drive) < 0)
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
		return run_check(drive);
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

/* Whether no container was ever meant: images alone are built, pulled or pushed. */
static bool is_about_images(const struct plan *plan)
{
	for (size_t i = 0; plan && i < plan->count; i++)
		if (strcmp(op_traits[plan->steps[i]->op].object, "image") != 0)
			return false;
	return plan && plan->count;
}

void drive_tell_left(const struct drive *drive)
{
	static const struct {
		const char *words;
		enum container_state state;
	} rows[] = { { "still running", CONTAINER_RUNNING }, { "paused", CONTAINER_PAUSED },
		{ "restarting", CONTAINER_RESTARTING }, { "not started", CONTAINER_CREATED },
		{ "ended", CONTAINER_EXITED }, { "being removed", CONTAINER_REMOVING } };
	struct arena *arena = drive->scratch;
	struct errors unheard;
	const char *text = "interrupted";
	errors_init(&unheard, arena);
	bool images = is_about_images(drive->plan);
	const struct observed *seen = images ? NULL : drive_containers(drive, &unheard);
	for (size_t r = 0; seen && r < sizeof rows / sizeof *rows; r++) {
		struct texts names = { 0 };
		for (size_t i = 0; i < seen->ncontainers; i++)
			if (seen->containers[i]->state == rows[r].state)
				texts_add(arena, &names, seen->containers[i]->name);
		if (names.count)
			text = arena_printf(
				arena, "%s; %s: %s", text, rows[r].words, texts_join(arena, &names, ", "));
	}
	if (!seen && !images)
		text = "interrupted; what is there is unknown, the engine does not answer";
	else if (seen && !seen->ncontainers)
		text = "interrupted; no container is there";
	if (drive->result.left)
		text = arena_printf(arena, "%s; the engine may still be at: %s", text, drive->result.left);
	drive_note(drive, text);
}
