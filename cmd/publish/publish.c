#include "cmd/publish/publish_ask.h"

#include "base/text/text.h"
#include "cmd/config/config_digest.h"
#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/line/report.h"
#include "cmd/open/connect.h"
#include "cmd/open/project.h"
#include "cmd/screen/show.h"
#include "compose/print/emit.h"
#include "engine/artifact/artifact_put.h"
#include "engine/artifact/bundle.h"
#include "engine/drive/images/drive_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGESTS_FILE "image-digests.yaml" /* as docker compose names it */

struct publish_command {
	bool app, resolve_digests, with_env, yes;
	const char *oci_version;
};

#define AT(member) offsetof(struct publish_command, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "app", 0, AT(app), NULL, "Copy the images of the services into the repository, too" },
	{ OPT_TEXT, "oci-version", 0, AT(oci_version), "VERSION",
		"Of the OCI specification: 1.1 has artifacts, 1.0 is for older registries (default: what the registry takes)",
		.choices = "1.0|1.1", .value = VALUE_CHOICE },
	{ OPT_FLAG, "resolve-image-digests", 0, AT(resolve_digests), NULL,
		"Fix the images by the digests their registries have for them" },
	{ OPT_FLAG, "with-env", 0, AT(with_env), NULL, "Publish variables and env files, too" },
	{ OPT_FLAG, "y", 0, AT(yes), NULL, "an old name, write --yes", .flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_FLAG, "yes", 'y', AT(yes), NULL, "Do not ask" },
	{ 0 },
};

/* A publishing under way. */
struct publishing {
	struct ctx *ctx;
	const struct publish_command *options;
	const char *name; /* REPOSITORY[:TAG] */
	struct scope scope;
	const struct project *project;
	struct artifact artifact;
	struct sink *sink;
};

/* Whoever reads it has no build context. */
static int check_images(struct publishing *publishing)
{
	const struct project *project = publishing->project;
	const struct service *first = NULL;
	const char *names = "";
	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = project->services[i];
		if (!service->build || (service->image && *service->image))
			continue;
		names = arena_printf(
			publishing->ctx->arena, "%s%s\"%s\"", names, first ? ", " : "", service->key);
		first = first ? first : service;
	}
	if (!first)
		return 0;
	error_add(&publishing->ctx->errors, ERROR_FILE, &first->at,
		arena_printf(publishing->ctx->arena, "services.%s", first->key),
		"your Compose stack cannot be published as it only contains a build section for service(s): %s",
		names);
	return error_hint(&publishing->ctx->errors,
		"name what is built (`image:`): it is pushed, and who reads the project pulls it");
}

/* What an include here names does not go along. */
static int check_includes(struct publishing *publishing)
{
	const struct mark *include = &publishing->project->local_include;
	if (!include->file)
		return 0;
	error_add(&publishing->ctx->errors, ERROR_FILE, include, "include",
		"cannot publish compose file with local includes");
	return error_hint(&publishing->ctx->errors,
		"publish that file by itself and include it as oci://…, or name both with -f");
}

static int check_name(struct publishing *publishing)
{
	struct errors *errors = &publishing->ctx->errors;
	if (!strchr(publishing->name, '@'))
		return repository_check_name(publishing->name, ERROR_USAGE, errors);
	error_add(errors, ERROR_USAGE, NULL, NULL, "%s: a digest is what publishing makes", publishing->name);
	return error_hint(errors, "write REPOSITORY[:TAG]");
}

/* The tree once more, to be changed, and with what loading else turns into variables: `env_file`. */
static int load_again(struct ctx *ctx, struct project **ret_project)
{
	struct load_options load = project_options(ctx, NULL);
	load.no_env_resolution = load.tree_only = true;
	return load_project(ctx->arena, &load, &ctx->sources, ret_project, &ctx->errors);
}

/* Reads all that is to be published, and refuses what cannot be. */
static int publish_open(struct publishing *publishing)
{
	struct ctx *ctx = publishing->ctx;
	const struct scope_wish wish = { 0 };
	texts_add(ctx->arena, &ctx->globals.profiles, "*");
	if (scope_open(ctx, &wish, &publishing->scope) < 0)
		return -1;
	publishing->project = publishing->scope.project;
	if (!publishing->project)
		return error_add(
			&ctx->errors, ERROR_USAGE, NULL, NULL, "there is no compose file to publish");
	int result = check_includes(publishing) | check_images(publishing);
	size_t left = 0;
	bool env = publishing->options->with_env;
	result |=
		bundle_make(ctx->arena, publishing->project, env, &publishing->artifact, &left, &ctx->errors);
	if (result == 0 && left && !env && publishing->options->yes) {
		error_warn(&ctx->errors, NULL, NULL, "its env files do not go along");
		error_hint(
			&ctx->errors, "--with-env publishes them; without them nobody can read the project");
	}
	if (result == 0 && publishing->project->ours)
		error_warn(&ctx->errors, NULL, NULL, "docker compose cannot read what is published: %s",
			publishing->project->ours);
	return result;
}

/* Returns 1 when it may be sent, 0 when not, -1 with findings. */
static int publish_may(struct publishing *publishing)
{
	struct publish_question question = { .project = publishing->project,
		.artifact = &publishing->artifact,
		.with_env = publishing->options->with_env };
	if (publishing->options->yes)
		return 1;
	struct project *project;
	if (load_again(publishing->ctx, &project) < 0)
		return -1;
	question.files = project->tree;
	report_warnings(publishing->ctx);
	return publish_ask(publishing->ctx, &question);
}

static bool has_pushes(const struct project *project)
{
	for (size_t i = 0; i < project->nservices; i++)
		if (project->services[i]->build && project->services[i]->image)
			return true;
	return false;
}

/* What is built here, as `push` does it; what cannot be pushed may be there already. */
static int push_images(struct publishing *publishing)
{
	struct ctx *ctx = publishing->ctx;
	if (!has_pushes(publishing->project))
		return 0;
	if (connect_engine(ctx) < 0)
		return -1;
	struct drive_images images = {
		.drive = lifecycle_drive(ctx, &publishing->scope),
		.what = IMAGES_PUSH,
		.push = { .ignore_failures = true },
	};
	images.drive.sink = show_create(ctx, "push", NULL, 0);
	drive_images_init(&images);
	return lifecycle_run(ctx, &images.drive, drive_run);
}

/* The file that fixes the images, one more layer. */
static int add_digests(struct publishing *publishing)
{
	struct ctx *ctx = publishing->ctx;
	struct project *project;
	const struct emit_options emit = { 0 };
	char *text = NULL;
	size_t len = 0;
	if (load_again(ctx, &project) < 0 || config_digest_pin(ctx, project) < 0)
		return -1;
	FILE *out = open_memstream(&text, &len);
	if (!out)
		return error_add(&ctx->errors, ERROR_SYSTEM, NULL, NULL, "out of memory");
	emit_project(out, ctx->arena, config_digest_lock(ctx->arena, project), &emit);
	fclose(out);
	artifact_add(ctx->arena, &publishing->artifact, ARTIFACT_FILE, DIGESTS_FILE,
		arena_strndup(ctx->arena, text, len), len);
	free(text);
	return 0;
}

static void publish_tell(void *arg, const char *text)
{
	struct publishing *publishing = arg;
	event_send(publishing->sink, &(struct event){ .kind = EVENT_NOTE, .text = text });
}

static void tell_state(struct publishing *publishing, const char *word)
{
	publish_tell(publishing, arena_printf(publishing->ctx->arena, "%s %s", publishing->name, word));
}

/* The images of the services, each once; not of those that others provide. */
static struct texts list_images(struct publishing *publishing)
{
	const struct project *project = publishing->project;
	struct texts images = { 0 };
	for (size_t i = 0; i < project->nservices; i++)
		if (project->services[i]->image)
			texts_add_once(publishing->ctx->arena, &images, project->services[i]->image);
	return images;
}

/* Digests, project and images to the registry, and the words for it. */
static int publish_send(struct publishing *publishing)
{
	struct ctx *ctx = publishing->ctx;
	const struct publish_command *options = publishing->options;
	struct texts images = list_images(publishing);
	struct repository_options registry;
	const char *digest = NULL;
	if ((options->app || options->resolve_digests) && add_digests(publishing) < 0)
		return -1;
	if (connect_registries(ctx, &registry) < 0)
		return -1;
	const struct artifact_put put = { .registry = &registry,
		.name = publishing->name,
		.artifact = &publishing->artifact,
		.version = options->oci_version,
		.images = options->app ? &images : NULL,
		.told = publish_tell,
		.arg = publishing };
	report_warnings(ctx);
	publishing->sink = show_create(ctx, "publish", NULL, 0);
	tell_state(publishing, "publishing");
	int result = artifact_put(ctx->arena, &put, &digest, &ctx->errors);
	if (result == 0)
		tell_state(publishing,
			arena_printf(ctx->arena, ctx->compose ? "published" : "published as %s", digest));
	event_end(publishing->sink, result == 0);
	return result;
}

/* --dry-run: what would go. */
static int publish_list(struct publishing *publishing)
{
	struct ctx *ctx = publishing->ctx;
	FILE *out = ctx->output.stream;
	const struct artifact *artifact = &publishing->artifact;
	const struct publish_command *options = publishing->options;
	fprintf(out, "%s would hold:\n", publishing->name);
	for (size_t i = 0; i < artifact->nlayers; i++)
		fprintf(out, "  %s  %zu bytes\n", artifact->layers[i].name, artifact->layers[i].len);
	if (options->app || options->resolve_digests)
		fputs("  " DIGESTS_FILE "\n", out);
	struct texts images = list_images(publishing);
	for (size_t i = 0; options->app && i < images.count; i++)
		fprintf(out, "  image %s\n", images.items[i]);
	if (ctx->compose) {
		publishing->sink = show_create(ctx, "publish", NULL, 0);
		tell_state(publishing, "publishing");
		tell_state(publishing, "published");
		event_end(publishing->sink, true);
	}
	return 0;
}

static int refuse_no_name(struct ctx *ctx)
{
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "publish needs the name of a repository");
	if (ctx->compose)
		return error_hint(&ctx->errors, "usage: %s publish REPOSITORY[:TAG]", ctx->program);
	return error_hint(&ctx->errors,
		"%s publish REPOSITORY[:TAG] publishes the compose file; publishing what a release has made, without "
		"naming it, is not there yet",
		ctx->program);
}

static int publish_run(struct ctx *ctx, const void *data)
{
	struct publishing publishing = { .ctx = ctx, .options = data };
	if (!ctx->nargs)
		return refuse_no_name(ctx);
	publishing.name = ctx->args[0];
	if (check_name(&publishing) < 0 || publish_open(&publishing) < 0)
		return -1;
	int may = publish_may(&publishing);
	if (may < 0)
		return -1;
	if (!may) {
		error_warn(&ctx->errors, NULL, NULL, "nothing is published");
		if (!ctx->compose)
			ctx->status = 130;
		return 0;
	}
	if (push_images(&publishing) < 0)
		return -1;
	return ctx->globals.dry_run ? publish_list(&publishing) : publish_send(&publishing);
}

const struct cmd cmd_publish = {
	.name = "publish",
	.args = "REPOSITORY[:TAG]",
	.brief = "Publish the compose file to an image registry",
	.text = "As an OCI artifact, with the files that it extends; -f oci://REPOSITORY[:TAG] and `include` read it. Images that are "
		"built here are pushed first, as push does. Binds of this machine, what looks like a secret, and variables are "
		"told and asked about before anything is sent.",
	.examples =
		(const struct cmd_example[]){
			{ "publish registry.example/team/shop:1.0",
				"anybody who may read there runs it: -f oci://registry.example/team/shop:1.0 up" },
			{ "publish --resolve-image-digests -y registry.example/team/shop:1.0",
				"with the images that the tags mean today" },
			{ "publish --dry-run registry.example/team/shop", "only say what would go" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct publish_command),
	.most = 1,
	.run = publish_run,
};
