#include "cmd/config/config_list.h"
#include "base/text/text.h"
#include "compose/print/emit.h"
#include "compose/print/hash.h"
#include "compose/tree/node.h"

#include <stdlib.h>
#include <string.h>

/* Prints the texts sorted, each once. */
static void print_sorted(FILE *out, struct texts *texts)
{
	if (texts->count)
		qsort(texts->items, texts->count, sizeof *texts->items, text_order);
	for (size_t i = 0; i < texts->count; i++)
		if (i == 0 || strcmp(texts->items[i], texts->items[i - 1]) != 0)
			fprintf(out, "%s\n", texts->items[i]);
}

/* Keys of a section of the canonical tree. */
static void print_keys(struct ctx *ctx, const struct project *project, const char *section, FILE *out)
{
	const struct node *map = node_get(project->tree, section);
	struct texts keys = { 0 };
	for (size_t i = 0; map && map->kind == NODE_MAP && i < map->nmembers; i++)
		texts_add(ctx->arena, &keys, map->members[i].key);
	print_sorted(out, &keys);
}

/* The active services, or the named ones with what they need; the tree holds exactly those. */
static struct texts active_services(struct ctx *ctx, const struct project *project)
{
	const struct node *map = node_get(project->tree, "services");
	struct texts keys = { 0 };
	for (size_t i = 0; map && map->kind == NODE_MAP && i < map->nmembers; i++)
		texts_add(ctx->arena, &keys, map->members[i].key);
	if (keys.count)
		qsort(keys.items, keys.count, sizeof *keys.items, text_order);
	return keys;
}

/* Prints the service after what it depends on. Deep chains are no trouble: each service is entered once. */
static void print_after_dependencies(
	const struct project *project, struct map *printed, const char *key, FILE *out)
{
	const struct node *services = node_get(project->tree, "services");
	const struct node *needs = node_get(node_get(services, key), "depends_on");
	if (!node_get(services, key) || map_has(printed, key))
		return;
	map_set(printed, key, printed);
	for (size_t i = 0; needs && needs->kind == NODE_MAP && i < needs->nmembers; i++)
		print_after_dependencies(project, printed, needs->members[i].key, out);
	fprintf(out, "%s\n", key);
}

static void print_images(struct ctx *ctx, const struct project *project, FILE *out)
{
	struct texts keys = active_services(ctx, project);
	for (size_t i = 0; i < keys.count; i++) {
		const struct service *service = project_service(project, keys.items[i]);
		if (service)
			fprintf(out, "%s\n", service_image(ctx->arena, service));
	}
}

/* The models that services use, as their engine knows them. */
static void print_models(struct ctx *ctx, const struct project *project, FILE *out)
{
	const struct node *map = node_get(project->tree, "models");
	struct texts models = { 0 };
	for (size_t i = 0; map && map->kind == NODE_MAP && i < map->nmembers; i++) {
		const char *model = node_text(node_get(map->members[i].value, "model"));
		if (model)
			texts_add(ctx->arena, &models, model);
	}
	print_sorted(out, &models);
}

static void print_profiles(struct ctx *ctx, const struct project *project, FILE *out)
{
	struct texts profiles = { 0 };
	for (size_t i = 0; i < project->nservices; i++)
		for (size_t p = 0; p < project->services[i]->nprofiles; p++)
			texts_add(ctx->arena, &profiles, project->services[i]->profiles[p]);
	print_sorted(out, &profiles);
}

static void print_environment(struct ctx *ctx, const struct project *project, FILE *out)
{
	struct texts lines = { 0 };
	const struct map_entry *entry;
	size_t at = 0;
	while ((entry = map_next(project->env, &at)))
		texts_add(ctx->arena, &lines,
			arena_printf(ctx->arena, "%s=%s", entry->key, (const char *)entry->value));
	print_sorted(out, &lines);
}

static int print_hashes(struct ctx *ctx, const struct project *project, const char *wanted, FILE *out)
{
	struct texts active = active_services(ctx, project);
	struct texts keys = strcmp(wanted, "*") == 0 ? active : texts_split(ctx->arena, wanted, ',');
	if (keys.count)
		qsort(keys.items, keys.count, sizeof *keys.items, text_order);
	for (size_t i = 0; i < keys.count; i++) {
		const struct service *service = project_service(project, keys.items[i]);
		if (!service || service->disabled) {
			error_add(
				&ctx->errors, ERROR_USAGE, NULL, NULL, "no such service: %s", keys.items[i]);
			return error_hint_names(
				&ctx->errors, keys.items[i], "services", active.items, active.count);
		}
		fprintf(out, "%s %s\n", service->key, hash_service_printed(ctx->arena, service));
	}
	return 0;
}

enum config_list config_list_kind(const struct config_options *options)
{
	return options->services                 ? LIST_SERVICES
	       : options->volumes                ? LIST_VOLUMES
	       : options->networks               ? LIST_NETWORKS
	       : options->models                 ? LIST_MODELS
	       : options->hash && *options->hash ? LIST_HASHES
	       : options->profiles               ? LIST_PROFILES
	       : options->images                 ? LIST_IMAGES
	       : options->variables              ? LIST_VARIABLES
	       : options->environment            ? LIST_ENVIRONMENT
						 : LIST_NONE;
}

static void config_print_services(struct ctx *ctx, const struct project *project, FILE *out)
{
	struct texts keys = active_services(ctx, project);
	struct map *printed = map_create(ctx->arena);
	for (size_t i = 0; i < keys.count; i++)
		print_after_dependencies(project, printed, keys.items[i], out);
}

int config_list(
	struct ctx *ctx, const struct config_options *options, const struct project *project, FILE *out)
{
	switch (config_list_kind(options)) {
	case LIST_SERVICES:
		config_print_services(ctx, project, out);
		break;
	case LIST_VOLUMES:
		print_keys(ctx, project, "volumes", out);
		break;
	case LIST_NETWORKS:
		print_keys(ctx, project, "networks", out);
		break;
	case LIST_MODELS:
		print_models(ctx, project, out);
		break;
	case LIST_HASHES:
		return print_hashes(ctx, project, options->hash, out);
	case LIST_PROFILES:
		print_profiles(ctx, project, out);
		break;
	case LIST_IMAGES:
		print_images(ctx, project, out);
		break;
	case LIST_VARIABLES:
		emit_variables(out, ctx->arena, project->tree, options->format);
		break;
	case LIST_ENVIRONMENT:
		print_environment(ctx, project, out);
		break;
	case LIST_NONE:
		break;
	}
	return 0;
}
