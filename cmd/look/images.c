#include "base/clock.h"
#include "cmd/line/commands.h"
#include "cmd/open/containers.h"
#include "cmd/table/columns.h"
#include "cmd/table/listing.h"
#include "cmd/table/words.h"
#include "engine/observe/used_image.h"

#include <string.h>

struct images_options {
	bool quiet;
	const char *format;
};

#define AT(member) offsetof(struct images_options, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "format", 0, AT(format), "KIND",
		"How they are printed; or a template with the names of json, as '{{.Repository}}:{{.Tag}}'",
		.choices = "table|json", .flags = OPT_OPEN, .value = VALUE_CHOICE },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Print ids only, each once" },
	{ 0 },
};

static const struct used_image *used_of(const struct listed *listed)
{
	return listed->object;
}

static const char *used_id(const struct listed *listed)
{
	return used_of(listed)->id;
}

static const char *image_container(const struct listed *listed)
{
	return used_of(listed)->container->name;
}

static const char *image_repository(const struct listed *listed)
{
	return used_of(listed)->repository;
}

static const char *image_tag(const struct listed *listed)
{
	return used_of(listed)->tag;
}

static const char *image_platform(const struct listed *listed)
{
	return used_of(listed)->platform;
}

static struct datum image_size(const struct listed *listed)
{
	return datum_of_number(used_of(listed)->size);
}

static const char *image_tagged(const struct listed *listed)
{
	return used_of(listed)->tagged;
}

static const struct field image_fields[] = {
	{ "ID", "IMAGE ID", used_id },
	{ "ContainerName", "CONTAINER", image_container },
	{ "Repository", "REPOSITORY", image_repository },
	{ "Tag", "TAG", image_tag },
	{ "Platform", "PLATFORM", image_platform },
	{ "Size", "SIZE", .value = image_size },
	{ "LastTagTime", "CREATED", image_tagged },
	{ 0 },
};

static const struct listing image_listing = { .fields = image_fields, .array = true, .least = 20 };

/* The part of an id that people are shown. */
static const char *short_id(struct arena *arena, const char *id)
{
	const char *colon = strchr(id, ':');
	return arena_strndup(arena, colon ? colon + 1 : id, 12);
}

/* The table has them for people. */
static void print_image_table(struct ctx *ctx, const struct used_image *images, size_t count)
{
	static const char *const headings[] = { "CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID",
		"SIZE", "CREATED" };
	struct columns columns;
	columns_init(&columns, ctx->arena, headings, 7);
	columns.least = image_listing.least;
	for (size_t i = 0; i < count; i++) {
		const struct used_image *image = &images[i];
		int64_t ns;
		bool known = clock_read(image->tagged, &ns) == 0 && ns > 0;
		const char *cells[] = { image->container->name,
			*image->repository ? image->repository : "<none>",
			*image->tag ? image->tag : "<none>", image->platform, short_id(ctx->arena, image->id),
			words_size(ctx->arena, (double)image->size),
			known ? words_age(ctx->arena, (clock_unix() - ns) / 1000000000) : "N/A" };
		columns_add(&columns, cells);
	}
	columns_print(ctx->output.stream, &columns);
}

static void print_ids(struct ctx *ctx, const struct used_image *images, size_t count)
{
	struct texts printed = { 0 };
	for (size_t i = 0; i < count; i++) {
		const char *colon = strchr(images[i].id, ':');
		texts_add_once(ctx->arena, &printed, colon ? colon + 1 : images[i].id);
	}
	for (size_t i = 0; i < printed.count; i++)
		fprintf(ctx->output.stream, "%s\n", printed.items[i]);
}

/* Ids, the table, or what --format says. */
static int images_run(struct ctx *ctx, const void *data)
{
	const struct images_options *options = data;
	struct containers list;
	struct used_image *images;
	struct format format;
	if (format_read(ctx->arena, &image_listing, options->format, "--format", &format, &ctx->errors) < 0 ||
		containers_read(ctx, ctx->args, ctx->nargs, true, &list) < 0 ||
		used_images_read(ctx->arena, ctx->engine, list.items, list.count, &images, &ctx->errors) < 0)
		return -1;
	if (options->quiet) {
		print_ids(ctx, images, list.count);
	} else if (format.kind == FORMAT_TABLE) {
		print_image_table(ctx, images, list.count);
	} else {
		const void **objects = ARENA_ARRAY(ctx->arena, const void *, list.count + 1);
		for (size_t i = 0; i < list.count; i++)
			objects[i] = &images[i];
		return format_print(ctx->output.stream, ctx->arena, &image_listing, &format,
			&(struct listed_objects){ objects, list.count, NULL }, &ctx->errors);
	}
	return 0;
}

const struct cmd cmd_images = {
	.name = "images",
	.args = "[SERVICE...]",
	.brief = "List the images of containers",
	.text = "One line for each container, those that have ended, too. A name that has moved on to another image is "
		"shown as <none>.",
	.examples = (const struct cmd_example[]){ { "images", "what each container was made from" },
		{ "images -q web | xargs docker image inspect", "all about web's image" }, { 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct images_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = images_run,
};
