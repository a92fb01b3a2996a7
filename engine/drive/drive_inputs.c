#include "engine/drive/drive_inputs.h"
#include "base/clock.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/observe/inspect.h"
#include "engine/payload/service_binds.h"
#include "engine/payload/service_files.h"

#include <cjson/cJSON.h>

/* One service's label, and the container that it is compared with. */
struct wanted {
	const char *service, *label;
	const struct inputs_file *files;
	size_t nfiles;
	const struct observed_container *container; /* NULL: no need to look at one */
};

/* The first container of the service that carries such a label, or NULL. */
static const struct observed_container *labelled(const struct drive *drive, const struct service *service)
{
	const struct observed_container *first = NULL;
	for (size_t i = 0; i < drive->seen->ncontainers; i++) {
		const struct observed_container *each = drive->seen->containers[i];
		if (!each->oneoff && each->inputs && text_is(each->service, service->key) &&
			text_is(each->project, service->project->name) &&
			(!first || each->number < first->number))
			first = each;
	}
	return first;
}

/* Whether a bind's listing is another one than the container was made with. */
static bool binds_differ(struct arena *arena, const struct wanted *wanted)
{
	for (size_t i = 0; i < wanted->nfiles; i++)
		if (wanted->files[i].bind && inputs_kept(arena, wanted->label, wanted->container->inputs,
						     wanted->files[i].target) != wanted->label)
			return true;
	return false;
}

/* What one service's label is made of; `shared` as service_files_shared says. */
static int inputs_of(
	const struct drive *drive, const struct dag_vertex *vertex, bool shared, struct wanted *ret_wanted)
{
	struct arena *arena = drive->scratch;
	struct wanted wanted = { .service = vertex->service->key };
	struct inputs_file *files;
	int result = service_files_inputs(
		drive->engine, arena, vertex->service, shared, &files, &wanted.nfiles, drive->errors);
	bool task = inputs_one_shot(vertex) && shared;
	if (task)
		service_binds_inputs(arena, vertex->service, &files, &wanted.nfiles);
	wanted.files = files;
	wanted.label = inputs_digest(arena, vertex, files, wanted.nfiles, drive->seen);
	wanted.container = task ? labelled(drive, vertex->service) : NULL;
	if (wanted.container && !binds_differ(arena, &wanted))
		wanted.container = NULL;
	*ret_wanted = wanted;
	return result;
}

/* When the container has ended, Unix ns; while it runs, any time is before that. */
static int64_t ended_at(const struct inspect *asked)
{
	int64_t finished = 0;
	cJSON *json = inspect_json(asked);
	if (json_bool(json_at(json, "State"), "Running"))
		finished = INT64_MAX;
	else if (clock_read(json_text(json, "State.FinishedAt", ""), &finished) < 0)
		finished = 0;
	cJSON_Delete(json);
	return finished;
}

/* Takes the binds that nobody has changed since the task's end as the task knows them. */
static void keep_own_changes(struct arena *arena, struct wanted *wanted, int64_t ended)
{
	for (size_t i = 0; i < wanted->nfiles; i++)
		if (wanted->files[i].bind && wanted->files[i].newest <= ended)
			wanted->label = inputs_kept(
				arena, wanted->label, wanted->container->inputs, wanted->files[i].target);
}

int drive_inputs(const struct drive *drive, const struct map **ret_inputs)
{
	struct arena *arena = drive->scratch;
	const struct dag *dag = drive->scope->dag;
	struct map *inputs = map_create(arena);
	struct wanted *tasks = NULL; /* whose containers are looked at */
	struct inspect *asked = NULL;
	size_t ntasks = 0, nasked = 0;
	bool shared = drive->engine && service_files_shared(drive->engine);
	int result = 0;
	for (size_t i = 0; dag && i < dag->count; i++) {
		if (!dag->vertices[i]->selected)
			continue;
		struct wanted wanted;
		result |= inputs_of(drive, dag->vertices[i], shared, &wanted);
		map_set(inputs, wanted.service, (void *)wanted.label);
		if (!wanted.container)
			continue;
		*ARENA_PUSH(arena, tasks, ntasks) = wanted;
		*ARENA_PUSH(arena, asked, nasked) =
			(struct inspect){ .path = inspect_container_path(arena, wanted.container->id) };
	}
	if (result < 0)
		return -1;
	inspect_all(arena, drive->engine, asked, nasked);
	for (size_t i = 0; i < ntasks; i++) {
		if (asked[i].failed) /* else the task would run again for want of an answer */
			return error_add(drive->errors, ERROR_ENGINE, NULL, NULL,
				"cannot see when container %s has ended: %s", tasks[i].container->name,
				asked[i].why);
		keep_own_changes(arena, &tasks[i], ended_at(&asked[i]));
		map_set(inputs, tasks[i].service, (void *)tasks[i].label);
	}
	*ret_inputs = inputs;
	return 0;
}
