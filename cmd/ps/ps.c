#include "base/text/text.h"
#include "cmd/screen/columns.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/open/project.h"
#include "cmd/ps/ps_fields.h"
#include "cmd/ps/ps_words.h"
#include "cmd/screen/template.h"
#include "cmd/line/terminal.h"
#include "engine/observe/observe.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct ps_options {
	bool all, quiet, services, no_trunc;
	const char *format;
	struct texts filters, status;
};

#define AT(member) offsetof(struct ps_options, member)
#define STATES     "created|running|paused|restarting|removing|exited|dead"

static const struct opt rows[] = {
	{ OPT_FLAG, "all", 'a', AT(all), NULL, "Stopped containers and those of run, too" },
	{ OPT_TEXTS, "filter", 0, AT(filters), "status=STATE", "Only containers in this state" },
	{ OPT_TEXT, "format", 0, AT(format), "KIND",
		"How they are printed; json is one object a line; or '{{.Name}}\\t{{.State}}' with the names of json",
		.choices = "table|json", .flags = OPT_OPEN, .value = VALUE_CHOICE },
	{ OPT_FLAG, "no-trunc", 0, AT(no_trunc), NULL,
		"Print commands and ids whole, and every column on a narrow terminal, too" },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Print ids only", .excludes = "services,format" },
	{ OPT_FLAG, "services", 0, AT(services), NULL, "Print the services' names only" },
	{ OPT_TEXTS, "status", 0, AT(status), "STATE", "Only containers in this state; can be repeated",
		.choices = STATES, .value = VALUE_CHOICE },
	{ 0 },
};

static int read_filters(struct ctx *ctx, const struct ps_options *options, struct texts *ret_states)
{
	struct texts known = texts_split(ctx->arena, STATES, '|');
	struct texts states = { 0 };
	for (size_t i = 0; i < options->status.count; i++)
		texts_add(ctx->arena, &states, options->status.items[i]);
	for (size_t i = 0; i < options->filters.count; i++) {
		const char *text = options->filters.items[i];
		const char *state = strncmp(text, "status=", 7) == 0 ? text + 7 : "";
		size_t at = 0;
		while (at < known.count && strcmp(known.items[at], state) != 0)
			at++;
		if (at == known.count) {
			error_add(
				&ctx->errors, ERROR_USAGE, NULL, NULL, "--filter: \"%s\" is no filter", text);
			return error_hint(&ctx->errors, "status=STATE, STATE one of " STATES);
		}
		texts_add(ctx->arena, &states, state);
	}
	*ret_states = states;
	return 0;
}

/* Containers of the project, and of the applications that its services need. */
static bool ps_is_ours(const struct scope *scope, const struct observed_container *container)
{
	if (!container->project)
		return false;
	if (scope->name && strcmp(scope->name, container->project) == 0)
		return true;
	const struct dag_vertex *vertex =
		scope->dag && container->service ? dag_find(scope->dag, container->service) : NULL;
	return vertex && vertex->selected && strcmp(vertex->service->project->name, container->project) == 0;
}

static bool is_shown(const struct ctx *ctx, const struct ps_options *options, const struct texts *states,
	const struct observed_container *container)
{
	bool up = container->state == CONTAINER_RUNNING || container->state == CONTAINER_PAUSED ||
		  container->state == CONTAINER_RESTARTING;
	if (ctx->nargs && !text_among(container->service, ctx->args, ctx->nargs))
		return false;
	if (states->count)
		return text_among(container_state_name(container->state), states->items, states->count);
	return options->all || (up && !container->oneoff);
}

static int ps_by_name(const void *a, const void *b)
{
	const struct observed_container *const *one = a, *const *other = b;
	return strcmp((*one)->name, (*other)->name);
}

static void ps_print_services(struct ctx *ctx, struct observed_container *const *list, size_t count)
{
	struct map *printed = map_create(ctx->arena);
	for (size_t i = 0; i < count; i++) {
		const char *service = list[i]->service;
		if (!service || map_has(printed, service))
			continue;
		map_set(printed, service, printed);
		printf("%s\n", service);
	}
}

static void ps_print_table(
	struct ctx *ctx, const struct ps_view *view, struct observed_container *const *list, size_t count)
{
	static const char *const headings[] = { "NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS",
		"PORTS" };
	static const char *const spare[] = { "COMMAND", "IMAGE", "CREATED", "SERVICE", "PORTS", NULL };
	struct columns columns;
	columns_init(&columns, ctx->arena, headings, 7);
	for (size_t i = 0; i < count; i++) {
		const struct observed_container *container = list[i];
		const char *cells[] = { container->name, container->image,
			ps_command(ctx->arena, container, view->whole), container->service,
			ps_age(ctx->arena, view->now - container->created), container->status,
			ps_ports(ctx->arena, container) };
		columns_add(&columns, cells);
	}
	size_t width = terminal_width(stdout, ctx->os_env);
	if (width && !view->whole)
		columns_fit(&columns, width, spare);
	columns_print(stdout, &columns);
}

static bool is_kind(const struct ps_options *options, const char *kind)
{
	return options->format && strcmp(options->format, kind) == 0;
}

static void ps_print(struct ctx *ctx, const struct ps_options *options, const struct template *template,
	struct observed_container **list, size_t count)
{
	struct ps_view view = { .now = time(NULL), .whole = options->no_trunc };
	if (count)
		qsort(list, count, sizeof *list, ps_by_name);
	if (options->services) {
		ps_print_services(ctx, list, count);
	} else if (options->quiet) {
		for (size_t i = 0; i < count; i++)
			printf("%s\n", list[i]->id);
	} else if (template) {
		template_print(stdout, ctx->arena, template, (const void *const *)list, count, &view);
	} else if (is_kind(options, "json")) {
		for (size_t i = 0; i < count; i++)
			field_print_json(stdout, ps_fields, &(struct listed){ ctx->arena, list[i], &view });
	} else {
		ps_print_table(ctx, &view, list, count);
	}
}

/* *ret_template stays NULL when --format names a kind. */
static int read_format(
	struct ctx *ctx, const struct ps_options *options, const struct template **ret_template)
{
	if (!options->format || !*options->format || is_kind(options, "table") || is_kind(options, "json"))
		return 0;
	return template_parse(ctx->arena, options->format, ps_fields, ret_template, &ctx->errors);
}

/* Filters and format are read first: a mistake in them needs no engine. */
static int ps_run(struct ctx *ctx, const void *options)
{
	const struct ps_options *ps = options;
	struct scope_wish wish = { .name_is_enough = true,
		.selection = { .services = ctx->args, .nservices = ctx->nargs } };
	struct scope scope;
	struct texts states = { 0 };
	struct observed *seen;
	const struct template *template = NULL;
	if (read_filters(ctx, ps, &states) < 0 || read_format(ctx, ps, &template) < 0 ||
		scope_open(ctx, &wish, &scope) < 0 || connect_engine(ctx) < 0)
		return -1;
	struct texts names = scope_names(ctx->arena, &scope);
	struct observe_query query = { .projects = names.items, .nprojects = names.count };
	if (observe(ctx->arena, ctx->engine, &query, &seen, &ctx->errors) < 0)
		return -1;
	size_t count = 0;
	for (size_t i = 0; i < seen->ncontainers; i++)
		if (ps_is_ours(&scope, seen->containers[i]) &&
			is_shown(ctx, ps, &states, seen->containers[i]))
			seen->containers[count++] = seen->containers[i];
	ps_print(ctx, ps, template, seen->containers, count);
	return 0;
}

const struct cmd cmd_ps = {
	.name = "ps",
	.args = "[SERVICE...]",
	.brief = "List containers",
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct ps_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = ps_run,
};
