#include "base/text/text.h"
#include "cmd/image/bake.h"
#include "cmd/image/image.h"
#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/screen/show.h"
#include "compose/tree/path.h"
#include "engine/drive/images/drive_images.h"

#include <string.h>

struct build_command {
	struct build_options how;
	bool check, print, quiet, with_dependencies;
	const char *builder, *memory, *provenance, *sbom;
};

#define AT(member) offsetof(struct build_command, member)

static const struct opt rows[] = {
	{ OPT_TEXTS, "build-arg", 0, AT(how.wish.args), "NAME[=VALUE]",
		"Build argument, over the file's; without a value that of the environment; can be repeated" },
	{ OPT_TEXT, "builder", 0, AT(builder), "NAME", "Only default is there: the engine's own",
		.env = "BUILDX_BUILDER" },
	{ OPT_FLAG, "check", 0, AT(check), NULL, "Refused: the checks are those of docker buildx build" },
	{ OPT_VOID, "compress", 0, 0, NULL, "has no effect any more: BuildKit is given the context as it is",
		.flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_VOID, "force-rm", 0, 0, NULL, "has no effect any more: BuildKit leaves no containers behind",
		.flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_TEXT, "memory", 'm', AT(memory), "BYTES", "Accepted for scripts: BuildKit knows no limit" },
	{ OPT_FLAG, "no-cache", 0, AT(how.wish.no_cache), NULL, "Run everything again" },
	{ OPT_VOID, "no-rm", 0, 0, NULL, "has no effect any more: BuildKit has no containers that could stay",
		.flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_VOID, "parallel", 0, 0, NULL,
		"has no effect without a number: images are built side by side anyway; --parallel 1 builds one after another",
		.flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_FLAG, "print", 0, AT(print), NULL,
		"Print what would be built as a file of docker buildx bake" },
	{ OPT_TEXT, "provenance", 0, AT(provenance), "WHAT", "Only false: an engine's own images have none" },
	{ OPT_FLAG, "pull", 0, AT(how.wish.pull), NULL, "Look for newer images that builds begin from" },
	{ OPT_FLAG, "push", 0, AT(how.push), NULL, "Push what was built, as push does" },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Say nothing but what is wrong" },
	{ OPT_TEXT, "sbom", 0, AT(sbom), "WHAT", "Only false: an engine's own images have none" },
	{ OPT_TEXTS, "ssh", 0, AT(how.wish.ssh), "ID[=PATH]",
		"Agent of ssh for the builds: default, or the socket or key at PATH; can be repeated" },
	{ OPT_FLAG, "with-dependencies", 0, AT(with_dependencies), NULL,
		"Build what the services depend on, too" },
	{ 0 },
};

/* What the engine's own builder does not do. */
static int refuse_other(struct ctx *ctx, const struct build_command *options)
{
	const struct {
		bool asked;
		const char *option;
	} asks[] = {
		{ options->check, "--check" },
		{ options->provenance && !text_is(options->provenance, "false"), "--provenance" },
		{ options->sbom && !text_is(options->sbom, "false"), "--sbom" },
	};
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		if (asks[i].asked) {
			error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
				"%s: not done by the engine's own builder", asks[i].option);
			error_hint(&ctx->errors, "leave it out, or build with docker buildx build");
		}
	if (options->builder && !text_is(options->builder, "default")) {
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "--builder %s: only the engine builds here",
			options->builder);
		error_hint(&ctx->errors,
			"leave it out, or unset BUILDX_BUILDER; docker compose build has other builders");
	}
	return ctx->errors.count ? -1 : 0;
}

/* ID=PATH of --ssh: the path is where the user stands. */
static const char *absolute_agent(const struct ctx *ctx, const char *entry)
{
	const char *path = strchr(entry, '=');
	if (!path)
		return entry;
	return arena_printf(
		ctx->arena, "%.*s=%s", (int)(path - entry), entry, path_join(ctx->arena, ctx->cwd, path + 1));
}

static int print_bake(struct ctx *ctx, const struct build_command *options)
{
	struct scope scope;
	if (image_scope(ctx, options->with_dependencies, &scope) < 0)
		return -1;
	return bake_print(ctx->output.stream, ctx->arena, scope.dag, &options->how, &ctx->errors);
}

/* --print asks no engine; what none builds is refused before one is asked. */
static int build_run(struct ctx *ctx, const void *data)
{
	const struct build_command *options = data;
	struct scope scope;
	if (options->print)
		return print_bake(ctx, options);
	if (refuse_other(ctx, options) < 0 || image_open(ctx, options->with_dependencies, &scope) < 0)
		return -1;
	struct drive_images images = {
		.drive = lifecycle_drive(ctx, &scope),
		.what = IMAGES_BUILD,
		.build = options->how,
	};
	for (size_t i = 0; i < options->how.wish.ssh.count; i++)
		options->how.wish.ssh.items[i] = absolute_agent(ctx, options->how.wish.ssh.items[i]);
	if (options->memory)
		error_warn(&ctx->errors, NULL, NULL, "--memory: BuildKit builds without a limit");
	if (options->quiet)
		ctx->globals.progress = "quiet";
	drive_images_init(&images);
	int result = lifecycle_run(ctx, &images.drive, drive_run);
	if (result == 0 && !images.drive.plan->count && !ctx->globals.dry_run)
		error_warn(&ctx->errors, NULL, NULL, "No services to build");
	return result;
}

const struct cmd cmd_build = {
	.name = "build",
	.args = "[SERVICE...]",
	.brief = "Build the images of services",
	.text = "Those that services build, there or not. One waits for another that it begins from: by "
		"`additional_contexts: service:NAME`, or by FROM in its Dockerfile. A build that fails keeps others from "
		"going on only if they begin from it.",
	.examples = (const struct cmd_example[]){ { "build", "all images that are built" },
		{ "build --pull --no-cache web", "web from scratch" },
		{ "build --build-arg VERSION=2 --push", "a release" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct build_command),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = build_run,
};
