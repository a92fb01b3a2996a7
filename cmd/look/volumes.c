#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/open/containers.h"
#include "cmd/table/listing.h"
#include "engine/observe/observe.h"

#include <stdlib.h>
#include <string.h>

struct volumes_options {
	bool quiet;
	const char *format;
};

#define AT(member) offsetof(struct volumes_options, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "format", 0, AT(format), "KIND",
		"How they are printed; json is one object a line; or a template with the names of json, as "
		"'{{.Name}} {{.Mountpoint}}'",
		.choices = "table|json", .flags = OPT_OPEN, .value = VALUE_CHOICE },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Print names only" },
	{ 0 },
};

static const struct observed_volume *volume_of(const struct listed *listed)
{
	return listed->object;
}

static const char *volume_driver(const struct listed *listed)
{
	return volume_of(listed)->driver;
}

/* In order of name: the engine's changes from answer to answer. */
static const char *volume_labels(const struct listed *listed)
{
	const struct map_entry *entry;
	struct texts labels = { 0 };
	size_t at = 0;
	while ((entry = map_next(&volume_of(listed)->labels, &at)))
		texts_add(listed->arena, &labels,
			arena_printf(listed->arena, "%s=%s", entry->key, (const char *)entry->value));
	if (labels.count)
		qsort(labels.items, labels.count, sizeof *labels.items, text_order);
	return labels.count ? texts_join(listed->arena, &labels, ",") : "";
}

static const char *volume_label(const struct listed *listed, const char *name)
{
	return map_get(&volume_of(listed)->labels, name);
}

static const char *volume_mountpoint(const struct listed *listed)
{
	return volume_of(listed)->mountpoint;
}

static const char *volume_name(const struct listed *listed)
{
	return volume_of(listed)->name;
}

static const char *volume_scope(const struct listed *listed)
{
	return volume_of(listed)->scope;
}

/* What only volumes of a cluster have, or the engine would have to count; as docker prints it. */
static const char *volume_unknown(const struct listed *listed)
{
	(void)listed;
	return "N/A";
}

static const struct field volume_fields[] = {
	{ "Availability", "AVAILABILITY", volume_unknown },
	{ "Driver", "DRIVER", volume_driver },
	{ "Group", "GROUP", volume_unknown },
	{ "Label", NULL, .of = volume_label },
	{ "Labels", "LABELS", volume_labels },
	{ "Links", "LINKS", volume_unknown },
	{ "Mountpoint", "MOUNTPOINT", volume_mountpoint },
	{ "Name", "VOLUME NAME", volume_name },
	{ "Scope", "SCOPE", volume_scope },
	{ "Size", "SIZE", volume_unknown },
	{ "Status", "STATUS", volume_unknown },
	{ 0 },
};

static const struct listing volume_listing = {
	.fields = volume_fields,
	.table = "table {{.Driver}}\t{{.Name}}",
};

/* Whether one of the containers mounts it. */
static bool is_mounted(const struct containers *users, const char *name)
{
	for (size_t i = 0; i < users->count; i++)
		for (size_t m = 0; m < users->items[i]->nmounts; m++)
			if (text_is(users->items[i]->mounts[m].name, name))
				return true;
	return false;
}

static int volumes_by_name(const void *a, const void *b)
{
	const struct observed_volume *const *one = a, *const *other = b;
	return strcmp((*one)->name, (*other)->name);
}

/* Names, or what --format says; all of the project, or what the services named mount. */
static int volumes_run(struct ctx *ctx, const void *data)
{
	const struct volumes_options *options = data;
	struct containers users;
	struct observed *seen;
	struct format format;
	if (format_read(ctx->arena, &volume_listing, options->format, "--format", &format, &ctx->errors) <
			0 ||
		containers_read(ctx, ctx->args, ctx->nargs, true, &users) < 0)
		return -1;
	struct observe_query query = observe_scope(ctx->arena, &users.scope, true);
	if (observe(ctx->arena, ctx->engine, &query, &seen, &ctx->errors) < 0)
		return -1;
	size_t count = 0;
	for (size_t i = 0; i < seen->nvolumes; i++)
		if (!users.scope.services.count || is_mounted(&users, seen->volumes[i]->name))
			seen->volumes[count++] = seen->volumes[i];
	if (count)
		qsort(seen->volumes, count, sizeof *seen->volumes, volumes_by_name);
	for (size_t i = 0; options->quiet && i < count; i++)
		fprintf(ctx->output.stream, "%s\n", seen->volumes[i]->name);
	if (options->quiet)
		return 0;
	return format_print(ctx->output.stream, ctx->arena, &volume_listing, &format,
		&(struct listed_objects){ (const void *const *)seen->volumes, count, NULL }, &ctx->errors);
}

const struct cmd cmd_volumes = {
	.name = "volumes",
	.args = "[SERVICE...]",
	.brief = "List volumes",
	.text = "Those that were made for the project; with services those that their containers mount. External ones are "
		"not the project's.",
	.examples = (const struct cmd_example[]){ { "volumes", "the project's volumes" },
		{ "volumes --format '{{.Name}} {{.Mountpoint}}' db", "where db's lie on the engine's host" },
		{ 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct volumes_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = volumes_run,
};
