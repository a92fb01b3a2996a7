#include "engine/drive/drive_up.h"
#include "base/text/text.h"
#include "base/trace.h"
#include "engine/drive/drive_inputs.h"
#include "engine/drive/preview.h"
#include "engine/drive/settle.h"
#include "engine/build/build_bases.h"
#include "engine/observe/observe.h"
#include "engine/payload/service_files.h"
#include "engine/record/otlp.h"
#include "engine/record/record.h"
#include "graph/images/images.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

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
	if (reconcile_images(drive->scratch, drive->scope->dag, drive->seen, &up->images, &drive->image_plan,
		    drive->errors) < 0)
		return -1;
	if (drive->image_plan->count > 1)
		images_order(
			drive->scope->dag, drive->image_plan, build_bases(drive->scratch, drive->scope->dag));
	return 0;
}

static int look_at_engine(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	struct observe_query query = observe_scope(drive->scratch, drive->scope, false);
	if (observe(drive->scratch, drive->engine, &query, &drive->seen, drive->errors) < 0)
		return -1;
	observe_health(drive->scratch, drive->engine, drive->seen);
	drive_see_kept(drive);
	up->how.images_known = false;
	up->how.shared_files = service_files_shared(drive->engine);
	up->how.connect_separately = drive->engine->api < 44;
	return drive_inputs(drive, &up->how.inputs);
}

static int plan_containers(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	return reconcile_up(
		drive->scratch, drive->scope->dag, drive->seen, &up->how, &drive->plan, drive->errors);
}

/* Whether the engine would find no further driver here. (docs.docker.com: Docker plugin API, plugin
 * discovery) */
static bool has_no_legacy_plugins(struct engine *engine)
{
	static const char *const dirs[] = { "/run/docker/plugins", "/etc/docker/plugins",
		"/usr/lib/docker/plugins" };
	bool none = service_files_shared(engine);
	for (size_t i = 0; none && i < sizeof dirs / sizeof *dirs; i++) {
		DIR *dir = opendir(dirs[i]);
		const struct dirent *entry;
		while (dir && (entry = readdir(dir)))
			none &= *entry->d_name == '.';
		if (dir)
			closedir(dir);
	}
	return none;
}

/* What others have may be in the way: better known before anything is changed. */
static int look_for_obstacles(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	struct obstacles wanted;
	struct observed *others;
	obstacles_wanted(drive->scratch, drive->plan, drive->seen, &wanted);
	if (obstacles_none(&wanted))
		return 0;
	if (observe_obstacles(drive->scratch, drive->engine, &wanted, &others, drive->errors) < 0)
		return -1;
	if (others->plugins)
		others->plugins->whole = has_no_legacy_plugins(drive->engine);
	drive->seen->others = others;
	return obstacles_refuse(drive->scratch, drive->plan, drive->seen, others, drive->errors);
}

static int look_first(struct drive_up *up)
{
	if (look_at_engine(up) < 0 || look_at_images(up) < 0)
		return -1;
	up->how.images_known = up->drive.image_plan && !up->drive.image_plan->count;
	return plan_containers(up) < 0 ? -1 : look_for_obstacles(up);
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
	return plan_containers(up) < 0 ? -1 : look_for_obstacles(up);
}

/* With --wait, gates and containers that were started a moment ago are something to do. */
static bool is_idle(const struct drive_up *up)
{
	const struct drive *drive = &up->drive;
	if (plan_changes(drive->plan) || (drive->image_plan && drive->image_plan->count))
		return false;
	return !up->settles || (!drive->plan->count && !settle_due(drive));
}

/* Whether it is the file that is wrong, and not the engine that is too old for it. */
static bool is_file_wrong(const struct errors *limits)
{
	for (const struct error *limit = limits->first; limit; limit = limit->next)
		if (!limit->warning && limit->code == ERROR_FILE)
			return true;
	return false;
}

/* Whether some dependent's containers tell what the provider has said before. */
static bool is_recalled(const struct dag_vertex *vertex)
{
	for (size_t i = 0; i < vertex->ndependents; i++)
		if (vertex->dependents[i]->service->nprovided)
			return true;
	return false;
}

/* What cannot be done is known before anything is: an error then. A plan that is only told has a note of what
 * another engine could do. */
static int up_preview(struct drive_up *up)
{
	struct drive *drive = &up->drive;
	struct errors limits;
	errors_init(&limits, drive->arena);
	if (preview_limits(drive, &limits) < 0 && (!up->tells || is_file_wrong(&limits))) {
		errors_append(drive->errors, &limits);
		return -1;
	}
	for (size_t i = 0; up->tells && i < drive->scope->dag->count; i++) {
		const struct dag_vertex *vertex = drive->scope->dag->vertices[i];
		if (vertex->selected && vertex->service->provider)
			plan_note(drive->plan,
				"service %s: its provider %s is asked first; what it tells who depends on it %s",
				vertex->service->key, vertex->service->provider->type,
				is_recalled(vertex) ? "counts as unchanged" : "is not known yet");
	}
	for (const struct error *limit = limits.first; limit; limit = limit->next)
		if (limit->warning) {
			error_warn(drive->errors, &limit->at, limit->path, "%s", limit->message);
			if (limit->hint)
				error_hint(drive->errors, "%s", limit->hint);
		} else if (up->tells)
			plan_note(drive->plan, "%s: %s", limit->path, limit->message);
	if (up->tells)
		preview_changes(drive, up->show_values);
	return 0;
}

static int up_look(struct drive *drive, enum drive_look why)
{
	struct drive_up *up = drive->arg;
	int result = why == DRIVE_FIRST     ? look_first(up)
		     : why == DRIVE_BROUGHT ? look_at_brought(up)
					    : look_anew(up);
	drive->idle = result == 0 && is_idle(up);
	return result < 0 || drive->idle ? result : up_preview(up);
}

/* Selected services whose image could not be had, and what requires them, are out; the others go on. Returns
 * why, by the vertices' order; NULL for those that go on, or only need one that does not. */
static const char **drop_imageless(struct drive *drive)
{
	const struct dag *dag = drive->scope->dag;
	const char **why = ARENA_ARRAY(drive->scratch, const char *, dag->count + 1);
	for (size_t i = 0; i < drive->image_plan->count; i++) {
		const struct step *step = drive->image_plan->steps[i];
		if (step->may_fail || (step->state != STEP_FAILED && step->state != STEP_SKIPPED))
			continue;
		const struct texts *needed = &step->image.needed_by;
		for (size_t v = 0; v < dag->count; v++) {
			struct dag_vertex *vertex = dag->vertices[v];
			if ((!vertex->selected && !vertex->dropped) ||
				!text_among(vertex->service->key, needed->items, needed->count))
				continue;
			why[vertex->order] = step->op == OP_IMAGE_BUILD
						     ? "left out: its image could not be built"
						     : "left out: its image could not be pulled";
			dag_drop(dag, vertex);
		}
	}
	return why;
}

/* Leaves out what cannot run for want of an image, and says so. */
static void up_drop(struct drive *drive)
{
	const struct dag *dag = drive->scope->dag;
	const char **why = drop_imageless(drive);
	for (size_t i = 0; i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->sorted[i];
		const char *text = why[vertex->order];
		for (size_t e = 0; !text && e < vertex->nedges; e++)
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

/* Nothing was asked for that is not there. */
static void tell_idle(const struct drive_up *up)
{
	const struct drive *drive = &up->drive;
	bool as_wanted = !drive->plan->nnotes && !drive->plan->nfaults;
	const char *words = up->how.no_start ? "nothing to do: the containers are as the file says"
					     : "nothing to do: everything is as the file says";
	bool told = drive->plan->nkept && drive->sink && drive->sink->wants_kept;
	if (!told)
		drive_note(drive, as_wanted ? words : "nothing to do");
}

/* Whether what is there is well stands in what was seen; with --wait what was started a moment ago is
 * watched. */
static int up_check(struct drive *drive)
{
	const struct drive_up *up = drive->arg;
	if (!drive->idle && (up->how.no_start || up->how.once))
		return 0;
	if ((drive->idle ? settle_faults(drive) : settle_check(drive, up->settle)) < 0)
		return -1;
	bool brings = drive->image_plan && drive->image_plan->count;
	if (drive->idle || (!drive->plan->count && !brings))
		tell_idle(up);
	return 0;
}

/* Who listens to the containers hears of their ends. */
static void up_failed(struct drive *drive)
{
	const struct drive_up *up = drive->arg;
	if (!drive->follow && !up->how.once)
		settle_rest(drive);
}

void drive_up_init(struct drive_up *up)
{
	static const struct drive_planner planner = {
		.look = up_look,
		.drop = up_drop,
		.check = up_check,
		.failed = up_failed,
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
	up->how.shared_files = true; /* as on most machines */
	if (drive_inputs(drive, &up->how.inputs) < 0 || plan_containers(up) < 0)
		return -1;
	drive->idle = is_idle(up);
	return 0;
}

/* What the run has taken is kept for `timeline`, and given to a collector if there is one. What fails with
 * that, as for want of a home that can be written to, is no failure of the run. */
static void keep_timeline(const struct drive *drive, bool ok)
{
	const char *dir = record_dir(drive->scratch, drive->engine->os_env);
	timeline_end(drive->timeline, ok, loop_now());
	if (dir && record_keep(dir, drive->timeline) < 0)
		TRACE("record", "\"failure\":\"%s\"", strerror(errno));
	if (otlp_export(drive->engine->loop, drive->engine->os_env, drive->timeline) < 0)
		TRACE("record", "\"failure\":\"%s\"", "no child for the collector");
}

int drive_up_run(struct drive_up *up, struct attach *attach)
{
	struct drive *drive = &up->drive;
	if (attach && attach_open(attach, drive) < 0)
		return -1;
	if (up->settles && !(up->settle = settle_open(drive)))
		return -1;
	drive->last_look = !attach && !up->settles;
	int result = drive_run(drive);
	if (drive->timeline)
		keep_timeline(drive, result == 0);
	if (drive->interrupted && !attach)
		drive_tell_left(drive);
	settle_close(up->settle);
	drive->sink->interrupted = drive->interrupted != 0;
	event_end(drive->sink, result == 0 || drive->interrupted);
	if (!attach)
		return result;
	result = attach_follow(attach, result);
	attach_close(attach);
	return result;
}
