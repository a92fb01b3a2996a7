#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/table/listing.h"
#include "engine/observe/observe.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct ls_options {
	bool all, quiet;
	const char *format;
	struct texts filters;
};

#define AT(member) offsetof(struct ls_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "all", 'a', AT(all), NULL, "Projects of which nothing runs, too" },
	{ OPT_TEXTS, "filter", 0, AT(filters), "name=PATTERN",
		"Only projects whose name has a match of this regular expression; can be repeated" },
	{ OPT_TEXT, "format", 0, AT(format), "KIND",
		"How they are printed; or a template with the names of json, as '{{.Name}}'",
		.choices = "table|json", .flags = OPT_OPEN, .value = VALUE_CHOICE },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Print names only" },
	{ 0 },
};

/* A project as its containers tell of it. */
struct listed_project {
	const char *name;
	struct texts states; /* of each container */
	struct texts files;  /* that containers were made from, each once */
	bool unknown;        /* not all of them say from which */
};

static const struct listed_project *project_of(const struct listed *listed)
{
	return listed->object;
}

static const char *project_name(const struct listed *listed)
{
	return project_of(listed)->name;
}

/* "exited(1), running(2)" */
static const char *project_status(const struct listed *listed)
{
	const struct texts *states = &project_of(listed)->states;
	const char *text = "";
	for (size_t i = 0, n; i < states->count; i += n) {
		for (n = 1; i + n < states->count && text_is(states->items[i], states->items[i + n]);)
			n++;
		text = arena_printf(listed->arena, "%s%s%s(%zu)", text, i ? ", " : "", states->items[i], n);
	}
	return text;
}

static const char *project_files(const struct listed *listed)
{
	const struct listed_project *project = project_of(listed);
	const char *text = texts_join(listed->arena, &project->files, ",");
	return project->unknown ? "N/A" : text ? text : "";
}

static const struct field project_fields[] = {
	{ "Name", "NAME", project_name },
	{ "Status", "STATUS", project_status },
	{ "ConfigFiles", "CONFIG FILES", project_files },
	{ 0 },
};

static const struct listing project_listing = { .fields = project_fields,
	.table = "table {{.Name}}\t{{.Status}}\t{{.ConfigFiles}}",
	.array = true,
	.least = 20 };

/* The patterns of --filter. */
struct patterns {
	struct texts texts;
	pcre2_code **codes;
	size_t count;
};

static int add_pattern(struct ctx *ctx, struct patterns *patterns, const char *text)
{
	int error;
	PCRE2_SIZE at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, &error, &at, NULL);
	if (!code)
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"--filter: \"%s\" is no regular expression: wrong at character %zu", text, at + 1);
	texts_add(ctx->arena, &patterns->texts, text);
	*ARENA_PUSH(ctx->arena, patterns->codes, patterns->count) = code;
	return 0;
}

static int read_patterns(struct ctx *ctx, const struct texts *filters, struct patterns *patterns)
{
	for (size_t i = 0; i < filters->count; i++) {
		if (strncmp(filters->items[i], "name=", 5) != 0) {
			error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "--filter: \"%s\" is no filter",
				filters->items[i]);
			return error_hint(&ctx->errors, "name=PATTERN");
		}
		if (add_pattern(ctx, patterns, filters->items[i] + 5) < 0)
			return -1;
	}
	return 0;
}

static void free_patterns(struct patterns *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		pcre2_code_free(patterns->codes[i]);
}

static bool matches(const struct patterns *patterns, const char *name)
{
	bool found = !patterns->count || text_among(name, patterns->texts.items, patterns->count);
	for (size_t i = 0; !found && i < patterns->count; i++) {
		pcre2_match_data *data = pcre2_match_data_create(1, NULL);
		found = pcre2_match(patterns->codes[i], (PCRE2_SPTR)name, strlen(name), 0, 0, data, NULL) >=
			0;
		pcre2_match_data_free(data);
	}
	return found;
}

static void project_add(
	struct arena *arena, struct listed_project *project, const struct observed_container *container)
{
	const char *label = observed_label(container, "com.docker.compose.project.config_files");
	struct texts files = texts_split(arena, label, ',');
	texts_add(arena, &project->states, container_state_name(container->state));
	for (size_t i = 0; i < files.count; i++)
		texts_add_once(arena, &project->files, files.items[i]);
	project->unknown |= !label;
}

/* What docker compose and we have made bears the hash of a configuration. */
static bool is_listed(const struct observed_container *container, const struct ls_options *options)
{
	return container->config_hash && (options->all || container_state_runs(container->state));
}

static int listed_by_name(const void *a, const void *b)
{
	const struct listed_project *const *one = a, *const *other = b;
	return strcmp((*one)->name, (*other)->name);
}

/* The projects of these containers, in order of name. */
static struct listed_objects group(struct arena *arena, const struct observed *seen,
	const struct ls_options *options, const struct patterns *patterns)
{
	struct map known;
	struct listed_project **list = NULL;
	size_t count = 0;
	map_init(&known, arena);
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		if (!is_listed(container, options) || !matches(patterns, container->project))
			continue;
		struct listed_project *project = map_get(&known, container->project);
		if (!project) {
			project = ARENA_NEW(arena, struct listed_project);
			project->name = container->project;
			map_set(&known, project->name, project);
			*ARENA_PUSH(arena, list, count) = project;
		}
		project_add(arena, project, container);
	}
	for (size_t i = 0; i < count; i++)
		qsort(list[i]->states.items, list[i]->states.count, sizeof(char *), text_order);
	if (count)
		qsort(list, count, sizeof *list, listed_by_name);
	return (struct listed_objects){ (const void *const *)list, count, NULL };
}

static int list_projects(struct ctx *ctx, const struct ls_options *options, const struct format *format,
	const struct patterns *patterns)
{
	struct observed *seen;
	if (connect_engine(ctx) < 0 ||
		observe(ctx->arena, ctx->engine, &(struct observe_query){ .every_project = true }, &seen,
			&ctx->errors) < 0)
		return -1;
	struct listed_objects projects = group(ctx->arena, seen, options, patterns);
	if (!options->quiet)
		return format_print(
			ctx->output.stream, ctx->arena, &project_listing, format, &projects, &ctx->errors);
	for (size_t i = 0; i < projects.count; i++)
		fprintf(ctx->output.stream, "%s\n", ((const struct listed_project *)projects.items[i])->name);
	return 0;
}

static int ls_run(struct ctx *ctx, const void *data)
{
	const struct ls_options *options = data;
	struct patterns patterns = { 0 };
	struct format format;
	int result = -1;
	if (format_read(ctx->arena, &project_listing, options->format, "--format", &format, &ctx->errors) ==
			0 &&
		read_patterns(ctx, &options->filters, &patterns) == 0)
		result = list_projects(ctx, options, &format, &patterns);
	free_patterns(&patterns);
	return result;
}

const struct cmd cmd_ls = {
	.name = "ls",
	.args = "",
	.brief = "List projects",
	.text = "Those of the whole engine, whoever has made them: how many of their containers are in which state, and "
		"the files they were made from.",
	.examples = (const struct cmd_example[]){ { "ls -a", "stopped ones, too" },
		{ "ls --filter name=^shop --format json",
			"those whose name begins with shop, for a program" },
		{ 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct ls_options),
	.run = ls_run,
};
