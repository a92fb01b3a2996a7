#include "engine/drive/preview.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/build/build_context.h"
#include "engine/build/build_query.h"
#include "engine/build/build_session.h"
#include "engine/build/build_solve.h"
#include "engine/observe/inspect.h"
#include "engine/payload/payload.h"
#include "engine/payload/payload_change.h"
#include "engine/payload/service_files.h"

#include <cjson/cJSON.h>
#include <string.h>

/* Stands for the id of a container that is not made yet. */
#define NO_ID "(new)"

/* One step, with what its body is made of. */
struct preview {
	const struct drive *drive;
	const struct step *step;
	struct payload_context context;
};

/* The container of a service as it is, or will be; NULL: there is none. */
static const char *preview_peer(void *arg, const char *service_key)
{
	const struct preview *preview = arg;
	const struct drive *drive = preview->drive;
	const char *project = preview->step->service->project->name;
	const char *id = NULL;
	for (size_t i = 0; !id && i < drive->plan->count; i++) {
		const struct step *step = drive->plan->steps[i];
		if (op_traits[step->op].creates && !step->create.oneoff &&
			text_is(step->service->key, service_key) &&
			text_is(step->service->project->name, project))
			id = NO_ID;
	}
	for (size_t i = 0; !id && i < drive->seen->ncontainers; i++) {
		const struct observed_container *seen = drive->seen->containers[i];
		if (!seen->oneoff && text_is(seen->project, project) && text_is(seen->service, service_key))
			id = seen->id;
	}
	return id;
}

static void preview_init(struct preview *preview, const struct drive *drive, const struct step *step)
{
	*preview = (struct preview){
		.drive = drive,
		.step = step,
		.context = { .engine = drive->engine,
			.container_of = preview_peer,
			.arg = preview,
			.seen = drive->seen,
			.shared_files = service_files_shared(drive->engine) },
	};
	payload_proxies(drive->scratch, drive->engine, (struct pair **)&preview->context.proxies,
		&preview->context.nproxies);
}

/* A build in case a pull fails may not be needed. */
static bool is_fallback(const struct step *step)
{
	for (size_t i = 0; i < step->nneeds; i++)
		if (step->needs[i].release == ON_FAILURE)
			return true;
	return false;
}

/* What a build cannot be asked for. One that only stands in for a pull is not needed when that is well. */
static void preview_build(const struct drive *drive, struct step *step, struct errors *errors)
{
	struct errors found;
	errors_init(&found, errors->arena);
	const struct job job = { .engine = drive->engine, .step = step, .errors = &found };
	if (build_query_check(&job) == 0 && build_solve_check(&job) == 0 && build_session_check(&job) == 0)
		build_context_check(&job);
	if (!is_fallback(step)) {
		errors_append(errors, &found);
		return;
	}
	for (const struct error *error = found.first; error; error = error->next)
		error_warn(errors, &error->at, error->path, "if the pull fails, nothing can be built: %s",
			error->message);
}

static void preview_step(const struct drive *drive, struct step *step, struct errors *errors)
{
	const struct op_traits *traits = &op_traits[step->op];
	struct preview preview;
	if (traits->builds)
		preview_build(drive, step, errors);
	if (step->undo || (!traits->creates && !traits->joins) || !step->service)
		return;
	preview_init(&preview, drive, step);
	if (traits->creates)
		payload_container(drive->scratch, step, &preview.context, errors);
	else
		payload_connect(drive->scratch, step, NO_ID, &preview.context, errors);
}

int preview_limits(const struct drive *drive, struct errors *errors)
{
	size_t before = errors->count;
	for (size_t i = 0; drive->image_plan && i < drive->image_plan->count; i++)
		preview_step(drive, drive->image_plan->steps[i], errors);
	for (size_t i = 0; i < drive->plan->count; i++)
		preview_step(drive, drive->plan->steps[i], errors);
	return errors->count > before ? -1 : 0;
}

/* A container that is replaced, and its image, which others may have, too. */
struct preview_pair {
	struct step *step;
	struct inspect *container, *image;
};

/* The body without what the new container takes over, beside the old container. */
static void preview_compare(const struct drive *drive, const struct preview_pair *pair, bool show_values)
{
	struct errors unheard;
	struct preview preview;
	struct step alone = *pair->step;
	const struct change_options options = { show_values, alone.service,
		alone.service->project->variables };
	alone.create.replaces = NULL;
	errors_init(&unheard, drive->scratch);
	preview_init(&preview, drive, &alone);
	const char *text = payload_container(drive->scratch, &alone, &preview.context, &unheard);
	cJSON *body = text ? cJSON_Parse(text) : NULL, *old = inspect_json(pair->container),
	      *from = inspect_json(pair->image);
	if (body && old)
		payload_changes(drive->scratch, body, old, from, &options, &pair->step->create);
	cJSON_Delete(body);
	cJSON_Delete(old);
	cJSON_Delete(from);
}

void preview_changes(const struct drive *drive, bool show_values)
{
	struct arena *arena = drive->scratch;
	size_t most = drive->plan->count + 1, npairs = 0, nimages = 0;
	struct preview_pair *pairs = ARENA_ARRAY(arena, struct preview_pair, most);
	struct inspect *containers = ARENA_ARRAY(arena, struct inspect, most);
	struct inspect *images = ARENA_ARRAY(arena, struct inspect, most);
	struct map *by_id = map_create(arena);
	for (size_t i = 0; i < drive->plan->count; i++) {
		const struct observed_container *before = drive->plan->steps[i]->create.replaces;
		if (!before)
			continue;
		struct inspect *image = map_get(by_id, before->image_id);
		if (!image) {
			image = &images[nimages++];
			image->path = inspect_image_path(arena, before->image_id);
			map_set(by_id, before->image_id, image);
		}
		containers[npairs].path = inspect_container_path(arena, before->id);
		pairs[npairs] = (struct preview_pair){ drive->plan->steps[i], &containers[npairs], image };
		npairs++;
	}
	inspect_all(arena, drive->engine, containers, npairs);
	inspect_all(arena, drive->engine, images, nimages);
	for (size_t i = 0; i < npairs; i++)
		preview_compare(drive, &pairs[i], show_values);
}
