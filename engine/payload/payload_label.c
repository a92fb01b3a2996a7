#include "compose/print/hash.h"
#include "engine/payload/payload_put.h"
#include "graph/up/inputs.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

static const char *join_commas(struct arena *arena, const char *const *texts, size_t count)
{
	const char *all = count ? texts[0] : "";
	for (size_t i = 1; i < count; i++)
		all = arena_printf(arena, "%s,%s", all, texts[i]);
	return all;
}

static const char *image_id(const struct body *body)
{
	if (body->step->create.image_id)
		return body->step->create.image_id;
	const struct observed *seen = body->context->seen;
	const struct observed_image *image =
		seen ? observed_image(seen, service_image(body->arena, body->service)) : NULL;
	return image ? image->id : NULL;
}

/* The container that this one is to replace, as docker compose names it: without the project's name. */
static const char *replaced_name(const struct body *body)
{
	const struct service *service = body->service;
	if (service->container_name)
		return service->container_name;
	return arena_printf(body->arena, "%s%s%" PRId64, service->key, service->project->separator,
		body->step->number_of);
}

static void put_oneoff(cJSON *labels, const struct oneoff *oneoff)
{
	put_text(labels, "com.docker.compose.slug", oneoff->slug);
	put_text(labels, "docker-flow.owner", oneoff->owner);
}

static void put_numbering(struct body *body, cJSON *labels)
{
	const struct step *step = body->step;
	put_text(labels, "com.docker.compose.oneoff", step->create.oneoff ? "True" : "False");
	if (step->create.oneoff)
		put_oneoff(labels, step->create.oneoff);
	else
		put_text(labels, "com.docker.compose.container-number",
			arena_printf(body->arena, "%" PRId64, step->number_of));
	if (step->create.replaces)
		put_text(labels, "com.docker.compose.replace", replaced_name(body));
}

/* As docker compose labels them: how the container would be made again is of no interest. */
static void put_hook(const struct body *body, cJSON *labels)
{
	const struct project *project = body->service->project;
	put_text(labels, "com.docker.compose.project", project->name);
	put_text(labels, "com.docker.compose.service", body->service->key);
	put_text(labels, "com.docker.compose.version", FLOW_VERSION);
	put_text(labels, "com.docker.compose.hook", body->step->create.oneoff->hook);
	put_text(labels, "docker-flow.provider", project->provides);
}

/* The inputs label with the creation times of the volumes that this plan has made. */
static const char *inputs_label(const struct body *body)
{
	const char *text = body->step->create.inputs;
	for (size_t i = 0; text && i < body->step->nneeds; i++) {
		const struct step *on = body->step->needs[i].on;
		if (on->volume.wanted && on->result_id)
			text = inputs_complete(body->arena, text, on->volume.wanted->name, on->result_id);
	}
	return text;
}

void payload_labels(struct body *body)
{
	const struct service *service = body->service;
	const struct project *project = service->project;
	const struct hash_resolver resolver = { body->context->container_of, body->context->arg };
	cJSON *labels = cJSON_AddObjectToObject(body->root, "Labels");
	if (step_of_hook(body->step)) {
		put_hook(body, labels);
		return;
	}
	for (size_t i = 0; i < service->nlabels; i++)
		put_text(labels, service->labels[i].key,
			service->labels[i].value ? service->labels[i].value : "");
	put_text(labels, "com.docker.compose.project", project->name);
	put_text(labels, "com.docker.compose.service", service->key);
	put_text(labels, "com.docker.compose.version", FLOW_VERSION);
	put_text(labels, "com.docker.compose.project.working_dir", project->dir);
	put_text(labels, "com.docker.compose.project.config_files",
		join_commas(body->arena, project->files, project->nfiles));
	if (project->nenv_files)
		put_text(labels, "com.docker.compose.project.environment_file",
			join_commas(body->arena, project->env_files, project->nenv_files));
	put_numbering(body, labels);
	put_text(labels, "com.docker.compose.config-hash", hash_service(body->arena, service, &resolver));
	const char *depends_on = body->step->create.depends_on;
	put_text(labels, "com.docker.compose.depends_on", depends_on ? depends_on : "");
	put_text(labels, "com.docker.compose.image", image_id(body));
	put_text(labels, "docker-flow.inputs", inputs_label(body));
	put_text(labels, "docker-flow.applications", body->step->create.applications);
	if (service->nprovided)
		put_text(labels, "docker-flow.provided",
			join_commas(body->arena, service->provided, service->nprovided));
	put_text(labels, "docker-flow.provider", project->provides);
}
