#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/config/config_digest.h"
#include "cmd/config/config_list.h"
#include "cmd/open/project.h"
#include "compose/print/emit.h"
#include "compose/print/explain.h"

#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(struct config_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "environment", 0, AT(environment), NULL, "Print the variables the file is read with" },
	{ OPT_TEXT, "explain", 0, AT(explain), "PATH|VAR",
		"Say where a value comes from (services.web.image), or a variable, and what it overrode" },
	{ OPT_TEXT, "format", 0, AT(format), "KIND", "How the project is printed", .choices = "yaml|json",
		.value = VALUE_CHOICE },
	{ OPT_TEXT, "hash", 0, AT(hash), "SERVICES",
		"Print the hashes of services, one a line: names with commas, or *" },
	{ OPT_FLAG, "images", 0, AT(images), NULL, "Print the names of the images" },
	{ OPT_FLAG, "lock-image-digests", 0, AT(lock_digests), NULL,
		"Print an override file that fixes the images by digest",
		.excludes = "resolve-image-digests" },
	{ OPT_FLAG, "models", 0, AT(models), NULL, "Print the models" },
	{ OPT_FLAG, "networks", 0, AT(networks), NULL, "Print the networks" },
	{ OPT_FLAG, "no-consistency", 0, AT(no_consistency), NULL,
		"Accept what the file says although it cannot work" },
	{ OPT_FLAG, "no-env-resolution", 0, AT(no_env_resolution), NULL,
		"Leave env files unread; print their paths" },
	{ OPT_FLAG, "no-interpolate", 0, AT(no_interpolate), NULL, "Leave variables as they are written" },
	{ OPT_FLAG, "no-normalize", 0, AT(no_normalize), NULL, "Leave defaults out" },
	{ OPT_FLAG, "no-path-resolution", 0, AT(no_path_resolution), NULL,
		"Leave paths as they are written" },
	{ OPT_TEXT, "output", 'o', AT(output), "FILE", "Write to FILE", .value = VALUE_FILE },
	{ OPT_FLAG, "portable", 0, AT(portable), NULL,
		"Print the file as written with docker flow's keys under x-flow, for docker compose" },
	{ OPT_FLAG, "profiles", 0, AT(profiles), NULL, "Print the profiles" },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Only check the file" },
	{ OPT_FLAG, "resolve-image-digests", 0, AT(resolve_digests), NULL,
		"Fix the images by the digests their registries have for them" },
	{ OPT_FLAG, "services", 0, AT(services), NULL, "Print the services, dependencies first" },
	{ OPT_FLAG, "variables", 0, AT(variables), NULL, "Print the variables and their defaults" },
	{ OPT_FLAG, "volumes", 0, AT(volumes), NULL, "Print the volumes" },
	{ 0 },
};

static bool wants_list(const struct config_options *config)
{
	return config_list_kind(config) != LIST_NONE;
}

/* The file's own text counts, not what variables make of it. */
static bool keeps_variables(const struct config_options *config)
{
	return config->no_interpolate || config_list_kind(config) == LIST_VARIABLES || config->portable;
}

/* Only the file itself is needed, and not what becomes of it: the other lists want values and profiles even
 * where variables are left alone. */
static bool wants_raw(const struct config_options *config)
{
	enum config_list list = config_list_kind(config);
	return keeps_variables(config) &&
	       (list == LIST_NONE || list == LIST_SERVICES || list == LIST_VARIABLES);
}

/* What the options ask for: where a value comes from, a list, or the project. */
static int config_print(struct ctx *ctx, const struct config_options *config, const struct map *scopes,
	const struct project *project)
{
	FILE *out = ctx->output.stream;
	struct emit_options emit = {
		.json = text_is(config->format, "json"),
		.raw = keeps_variables(config) && !config->lock_digests,
	};
	if (config->explain) {
		struct explain explain = { .out = out,
			.arena = ctx->arena,
			.project = project,
			.sources = &ctx->sources,
			.scopes = scopes,
			.os_env = ctx->os_env,
			.cwd = ctx->cwd };
		return explain_print(&explain, config->explain, &ctx->errors);
	}
	if (wants_list(config))
		return config_list(ctx, config, project, out);
	if (emit_check(project, &emit, &ctx->errors) < 0)
		return -1;
	emit_project(out, ctx->arena, project, &emit);
	return 0;
}

static struct load_options load_options(
	struct ctx *ctx, const struct config_options *config, const struct texts *services)
{
	struct load_options load = project_options(ctx, services);
	load.no_interpolate = keeps_variables(config);
	load.no_normalize = config->no_normalize || config->portable ||
			    ctx->globals.compatibility; /* as docker compose does */
	/* lists need no env file, and the printed hash counts them by path */
	load.no_env_resolution = config->no_env_resolution || wants_list(config) || config->explain;
	load.no_path_resolution = config->no_path_resolution || config->portable;
	load.no_consistency = config->no_consistency;
	load.warn_unfit = load.warn_beside = !config->no_consistency;
	load.raw = wants_raw(config);
	load.tree_only = load.raw || !wants_list(config);
	load.scopes = config->explain ? map_create(ctx->arena) : NULL;
	return load;
}

/* Patterns and +NAME mean what they mean elsewhere; what the services need is printed, whatever is excepted.
 */
static int select_services(struct ctx *ctx, struct texts *services)
{
	const struct scope_wish wish = {
		.selection = { .services = services->items, .nservices = services->count, .looking = true },
	};
	struct scope scope;
	if (ctx->globals.except.count) {
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "--except: config takes none");
		return error_hint(&ctx->errors, "name the services that are to be printed");
	}
	if (!dag_selects_more(&wish.selection))
		return 0;
	if (scope_open(ctx, &wish, &scope) < 0)
		return -1;
	*services = scope.services;
	return 0;
}

/* Loads the services that are meant, and prints them in the form that the options say. */
static int config_run(struct ctx *ctx, const void *options)
{
	const struct config_options *config = options;
	struct texts services = { (const char **)ctx->args, ctx->nargs };
	if (config_list_kind(config) == LIST_HASHES && strcmp(config->hash, "*") != 0)
		services.count = 0; /* the option names them */
	if (select_services(ctx, &services) < 0)
		return -1;
	struct load_options load = load_options(ctx, config, &services);
	struct project *project;
	ctx->json_errors = text_is(config->format, "json");
	if (load_project(ctx->arena, &load, &ctx->sources, &project, &ctx->errors) < 0)
		return -1;
	if ((config->resolve_digests || config->lock_digests) && config_digest_pin(ctx, project) < 0)
		return -1;
	if (config->lock_digests)
		project = config_digest_lock(ctx->arena, project);
	if (config->quiet)
		return 0;
	if (config->output && output_redirect(&ctx->output, config->output, &ctx->errors) < 0)
		return -1;
	return config_print(ctx, config, load.scopes, project);
}

const struct cmd cmd_config = {
	.name = "config",
	.args = "[SERVICE...]",
	.brief = "Check the compose file and print what it says, complete and in its canonical form",
	.text = "With services named, only these and what they depend on. Values that no engine takes are printed with a "
		"warning; up and plan refuse them.",
	.examples = (const struct cmd_example[]){ { "config -q", "only check the file" },
		{ "config --explain services.web.image", "where a value comes from" },
		{ "config --format json | jq .services.web", "for programs" }, { 0 } },
	.group = GROUP_FILE,
	.rows = rows,
	.size = sizeof(struct config_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = config_run,
};
