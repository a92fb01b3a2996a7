#include "engine/drive/drive_up.h"
#include "engine/drive/settle.h"
#include "engine/observe/observe.h"
#include "engine/payload/service_files.h"
#include "graph/up/inputs.h"

#include <string.h>

/* The labels docker-flow.inputs that the selected services should have: service key → text. */
static const struct map *inputs_wanted(const struct drive *drive)
{
	struct arena *arena = drive->scratch;
	const struct dag *dag = drive->scope->dag;
	struct map *inputs = map_create(arena);
	for (size_t i = 0; dag && i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->vertices[i];
		struct inputs_file *files;
		size_t count;
		if (!vertex->selected)
			continue;
		service_files_inputs(arena, vertex->service, &files, &count);
		map_set(inputs, vertex->service->key,
			(void *)inputs_digest(arena, vertex, files, count, drive->seen));
	}
	return inputs;
}

/* Looks at the images the plan needs to know and plans their pulls and builds. */
static int look_at_images(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	const char **references;
	size_t count;
	drive->image_plan = NULL;
	reconcile_wanted_images(
		drive->scratch, drive->scope->dag, drive->seen, &up->how, &references, &count);
	if (!count && !up->images.build && !up->images.pull)
		return 0;
	if (count && observe_images(drive->scratch, drive->engine, drive->seen, references, count,
			     drive->errors) < 0)
		return -1;
	return reconcile_images(drive->scratch, drive->scope->dag, drive->seen, &up->images,
		&drive->image_plan, drive->errors);
}

static int look_at_engine(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	struct observe_query query = observe_scope(drive->scratch, drive->scope, false);
	if (observe(drive->scratch, drive->engine, &query, &drive->seen, drive->errors) < 0)
		return -1;
	up->how.inputs = inputs_wanted(drive);
	up->how.images_known = false;
	up->how.shared_files = service_files_shared(drive->engine);
	up->how.connect_separately = drive->engine->api < 44;
	return 0;
}

static int plan_containers(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	return reconcile_up(
		drive->scratch, drive->scope->dag, drive->seen, &up->how, &drive->plan, drive->errors);
}

/* Names that the file gives may belong to containers of others: better known before anything is changed. */
static int look_at_names(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	const char **names;
	struct observed_container **others;
	size_t count, nothers;
	reconcile_wanted_names(drive->scratch, drive->plan, drive->seen, &names, &count);
	if (!count)
		return 0;
	if (observe_named(drive->scratch, drive->engine, names, count, &others, &nothers, drive->errors) < 0)
		return -1;
	return reconcile_names(drive->scratch, drive->plan, others, nothers, drive->errors);
}

static int look_first(struct drive_up *up)
{
	if (look_at_engine(up) < 0 || look_at_images(up) < 0)
		return -1;
	up->how.images_known = up->drive.image_plan && !up->drive.image_plan->count;
	return plan_containers(up) < 0 ? -1 : look_at_names(up);
}

/* What was known of images, and what the pulls and builds have brought. */
static int look_at_brought(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	struct observed *seen = drive->seen;
	struct map *references = map_create(drive->scratch);
	const char **names = NULL;
	size_t count = 0, at = 0;
	const struct map_entry *entry;
	for (size_t i = 0; i < seen->nimages; i++)
		map_set(references, seen->images[i]->reference, seen);
	for (size_t i = 0; i < drive->image_plan->count; i++)
		map_set(references, drive->image_plan->steps[i]->name, seen);
	while ((entry = map_next(references, &at)))
		*ARENA_PUSH(drive->scratch, names, count) = entry->key;
	seen->images = NULL;
	seen->nimages = 0;
	if (count && observe_images(drive->scratch, drive->engine, seen, names, count, drive->errors) < 0)
		return -1;
	up->how.images_known = true;
	return plan_containers(up);
}

static int look_anew(struct drive_up *up)
{
	const struct observed *before = up->drive.seen;
	bool images_known = up->how.images_known;
	if (look_at_engine(up) < 0)
		return -1;
	up->drive.seen->images = before->images;
	up->drive.seen->nimages = before->nimages;
	up->how.images_known = images_known;
	return plan_containers(up) < 0 ? -1 : look_at_names(up);
}

/* With --wait, gates and containers that were started a moment ago are something to do. */
static bool is_idle(const struct drive_up *up)
{
	const struct drive *drive = &up->drive;
	if (plan_changes(drive->plan) || (drive->image_plan && drive->image_plan->count))
		return false;
	return !up->settles || (!drive->plan->count && !settle_due(drive));
}

static int up_look(struct drive *drive, enum drive_look why)
{
	struct drive_up *up = drive->arg;
	int result = why == DRIVE_FIRST     ? look_first(up)
		     : why == DRIVE_BROUGHT ? look_at_brought(up)
					    : look_anew(up);
	drive->idle = result == 0 && is_idle(up);
	return result;
}

/* Services whose image could not be had, and what requires them, are out; the others go on. */
static void drop_imageless(struct drive *drive)
{
	const struct dag *dag = drive->scope->dag;
	for (size_t i = 0; i < drive->image_plan->count; i++) {
		const struct step *step = drive->image_plan->steps[i];
		if (step->may_fail || (step->state != STEP_FAILED && step->state != STEP_SKIPPED))
			continue;
		for (size_t v = 0; v < dag->count; v++)
			if (strcmp(service_image(drive->scratch, dag->vertices[v]->service), step->name) == 0)
				dag_drop(dag, dag->vertices[v]);
	}
}

/* Leaves out what cannot run for want of an image, and says so. */
static void up_drop(struct drive *drive)
{
	const struct dag *dag = drive->scope->dag;
	drop_imageless(drive);
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->sorted[i];
		const char *text = "left out: its image is not there";
		for (size_t e = 0; e < vertex->nedges; e++)
			if (vertex->edges[e].required && vertex->edges[e].to->dropped)
				text = arena_printf(drive->scratch, "left out: it needs %s",
					vertex->edges[e].to->service->key);
		if (vertex->dropped)
			event_send(drive->sink, &(struct event){ .kind = EVENT_NOTE,
							.object = "service",
							.name = vertex->service->key,
							.text = text });
	}
}

/* Who listens to the containers hears of their ends; the others ask once. */
static int up_check(struct drive *drive)
{
	const struct drive_up *up = drive->arg;
	if (drive->follow || up->how.no_start)
		return 0;
	return up->settle ? settle_window(up->settle) : settle_now(drive);
}

void drive_up_init(struct drive_up *up)
{
	static const struct drive_planner planner = {
		.look = up_look,
		.drop = up_drop,
		.idle_note = "nothing to do: everything is as the file says",
		.check = up_check,
	};
	up->drive.planner = &planner;
	up->drive.arg = up;
}

int drive_up_imagine(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	drive_forget(drive);
	struct observed *seen = drive->seen = ARENA_NEW(drive->scratch, struct observed);
	for (size_t p = 0; p < drive->scope->nprojects; p++)
		observed_imagine(drive->scratch, drive->scope->projects[p], seen);
	up->how.inputs = inputs_wanted(drive);
	if (plan_containers(up) < 0)
		return -1;
	drive->idle = is_idle(up);
	return 0;
}

int drive_up_run(struct drive_up *up, struct attach *attach)
{
	struct drive *drive = &up->drive;
	if (attach && attach_open(attach, drive) < 0)
		return -1;
	if (up->settles && !(up->settle = settle_open(drive)))
		return -1;
	int result = drive_run(drive);
	if (drive->interrupted && !attach)
		drive_tell_running(drive);
	settle_close(up->settle);
	drive->sink->interrupted = drive->interrupted != 0;
	event_end(drive->sink, result == 0 || drive->interrupted);
	if (!attach)
		return result;
	result = attach_follow(attach, result);
	attach_close(attach);
	return result;
}
