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

/* "db:service_healthy:false,…", as docker compose writes it and reads it back without the file. */
static const char *depends_on(struct arena *arena, const struct service *service)
{
	static const char *const words[] = {
		[CONDITION_STARTED] = "service_started",
		[CONDITION_HEALTHY] = "service_healthy",
		[CONDITION_COMPLETED] = "service_completed_successfully",
	};
	const char *all = "";
	for (size_t i = 0; i < service->ndepends_on; i++) {
		const struct dependency *d = service->depends_on[i];
		all = arena_printf(arena, "%s%s%s:%s:%s", all, i ? "," : "", d->key, words[d->condition],
			d->restart ? "true" : "false");
	}
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

static void put_numbering(struct body *body, cJSON *labels)
{
	const struct step *step = body->step;
	put_text(labels, "com.docker.compose.oneoff", step->create.oneoff ? "True" : "False");
	if (step->create.oneoff)
		put_text(labels, "com.docker.compose.slug", step->create.oneoff->slug);
	else
		put_text(labels, "com.docker.compose.container-number",
			arena_printf(body->arena, "%" PRId64, step->number_of));
	if (step->new_name)
		put_text(labels, "com.docker.compose.replace", step->new_name);
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
	put_text(labels, "com.docker.compose.depends_on", depends_on(body->arena, service));
	put_text(labels, "com.docker.compose.image", image_id(body));
	put_text(labels, "docker-flow.inputs", inputs_label(body));
	put_text(labels, "docker-flow.applications", body->step->create.applications);
}
