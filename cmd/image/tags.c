#include "base/text/semver.h"
#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "engine/registry/tag_list.h"

#include <stdlib.h>
#include <string.h>

struct tags_options {
	bool latest, semver;
};

#define AT(member) offsetof(struct tags_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "latest", 0, AT(latest), NULL,
		"Only the newest version, and no candidate (1.0.0-rc.1) where there is a release" },
	{ OPT_FLAG, "semver", 0, AT(semver), NULL, "Only versions (1.2.3, v1.2.3-rc.1), the newest first" },
	{ 0 },
};

static int newest_first(const void *a, const void *b)
{
	const char *const *one = a, *const *other = b;
	int order = semver_compare(*other, *one);
	return order ? order : strcmp(*one, *other);
}

/* Leaves those that are versions, in order. */
static void keep_versions(struct texts *tags)
{
	size_t count = 0;
	for (size_t i = 0; i < tags->count; i++)
		if (semver_valid(tags->items[i]))
			tags->items[count++] = tags->items[i];
	tags->count = count;
	if (count)
		qsort(tags->items, count, sizeof *tags->items, newest_first);
}

/* The newest of versions that are in order; NULL: there is none. */
static const char *latest_of(const struct texts *versions)
{
	for (size_t i = 0; i < versions->count; i++)
		if (!semver_is_prerelease(versions->items[i]))
			return versions->items[i];
	return versions->count ? versions->items[0] : NULL;
}

static int refuse_object(struct ctx *ctx, const char *name, const char *object)
{
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
		"%s: tags are those of a repository, and this names one of its images", name);
	return error_hint(&ctx->errors, "%s tags %.*s", ctx->program, (int)(object - name), name);
}

static int print_tags(struct ctx *ctx, const struct tags_options *options, struct repository *repository)
{
	struct texts tags;
	FILE *out = ctx->output.stream;
	if (tag_list_get(repository, &tags, &ctx->errors) < 0)
		return -1;
	if (options->semver || options->latest)
		keep_versions(&tags);
	else if (tags.count)
		qsort(tags.items, tags.count, sizeof *tags.items, text_order);
	if (!options->latest) {
		for (size_t i = 0; i < tags.count; i++)
			fprintf(out, "%s\n", tags.items[i]);
		return 0;
	}
	const char *latest = latest_of(&tags);
	if (!latest)
		return repository_wrong(repository, &ctx->errors, "none of its tags is a version");
	fprintf(out, "%s\n", latest);
	return 0;
}

static int tags_run(struct ctx *ctx, const void *data)
{
	const char *name = ctx->args[0], *slash = strrchr(name, '/');
	const char *object = strpbrk(slash ? slash : name, ":@");
	struct repository_options registry;
	if (repository_check_name(name, ERROR_USAGE, &ctx->errors) < 0)
		return -1;
	if (object)
		return refuse_object(ctx, name, object);
	if (connect_registries(ctx, &registry) < 0)
		return -1;
	struct repository *repository = repository_open(ctx->arena, &registry, name, false, &ctx->errors);
	int result = repository ? print_tags(ctx, data, repository) : -1;
	repository_close(repository);
	return result;
}

const struct cmd cmd_tags = {
	.name = "tags",
	.args = "IMAGE",
	.brief = "List the tags that a registry has of an image",
	.text = "Asks the registry itself, with the login of docker's config.json; no engine is needed. One tag a line, by name; versions are "
		"ordered by their numbers: 1.10.0 is newer than 1.9.0.",
	.examples = (const struct cmd_example[]){ { "tags registry.example/team/app", "all of them" },
		{ "tags --semver registry.example/team/app", "versions, the newest first" },
		{ "tags --latest registry.example/team/app", "the newest release, for a script" }, { 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct tags_options),
	.min_args = 1,
	.most = 1,
	.run = tags_run,
};
