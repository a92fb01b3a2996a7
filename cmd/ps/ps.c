#include "base/quote.h"
#include "base/text/text.h"
#include "cmd/table/columns.h"
#include "cmd/line/commands.h"
#include "cmd/open/containers.h"
#include "cmd/ps/ps_fields.h"
#include "cmd/ps/ps_words.h"
#include "cmd/table/listing.h"
#include "cmd/table/words.h"
#include "cmd/line/terminal.h"
#include "engine/connect/config.h"
#include "engine/drive/drive.h"
#include "engine/drive/drive_ready.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct ps_options {
	bool all, quiet, services, no_trunc;
	enum tri orphans;
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
	{ OPT_TRI, "orphans", 0, AT(orphans), NULL,
		"Containers of services that are not in the file, too: so it is unless --orphans=false" },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Print ids only", .excludes = "services,format" },
	{ OPT_FLAG, "services", 0, AT(services), NULL, "Print the services' names only" },
	{ OPT_TEXTS, "status", 0, AT(status), "STATE", "Only containers in this state; can be repeated",
		.choices = STATES, .value = VALUE_CHOICE },
	{ 0 },
};

static const struct listing ps_listing = { .fields = ps_fields };

/* The states of --status and of --filter status=STATE together. Returns 0, or -1: a filter is none. */
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
			const char *near = error_nearest(state, known.items, known.count);
			if (error_hint_meant(
				    &ctx->errors, near ? arena_printf(ctx->arena, "status=%s", near) : NULL))
				return -1;
			return error_hint(&ctx->errors, "status=STATE, STATE one of " STATES);
		}
		texts_add(ctx->arena, &states, state);
	}
	*ret_states = states;
	return 0;
}

/* Whether its service has left the file; without a file nobody knows. */
static bool ps_is_orphan(const struct scope *scope, const struct observed_container *container)
{
	return scope->project && text_is(scope->name, container->project) &&
	       (!container->service || !project_service(scope->project, container->service)) &&
	       !observed_provider(scope->project, container);
}

static bool is_shown(const struct ps_options *options, const struct texts *states,
	const struct observed_container *container)
{
	bool up = container->state == CONTAINER_RUNNING || container->state == CONTAINER_PAUSED ||
		  container->state == CONTAINER_RESTARTING;
	if (states->count)
		return text_among(container_state_name(container->state), states->items, states->count);
	return options->all || (up && !container->oneoff);
}

/* A name alone on its line. */
static void print_name(struct ctx *ctx, const char *name)
{
	quote_plain_print(ctx->output.stream, name);
	fputc('\n', ctx->output.stream);
}

static void ps_print_services(struct ctx *ctx, struct observed_container *const *list, size_t count)
{
	struct map *printed = map_create(ctx->arena);
	for (size_t i = 0; i < count; i++) {
		const char *service = list[i]->service;
		if (!service || map_has(printed, service))
			continue;
		map_set(printed, service, printed);
		print_name(ctx, service);
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
		const int64_t *ready_at = map_get(view->ready, container->id);
		const char *cells[] = { container->name, container->image,
			ps_command(ctx->arena, container, view->whole), container->service,
			words_age(ctx->arena, view->now - container->created),
			ps_status(ctx->arena, container, ready_at ? *ready_at : 0, view->now),
			ps_ports(ctx->arena, container) };
		columns_add(&columns, cells);
	}
	size_t width = terminal_width(stdout, ctx->os_env);
	if (width && !view->whole)
		columns_fit(&columns, width, spare);
	columns_print(ctx->output.stream, &columns);
}

static int ps_print(struct ctx *ctx, const struct ps_options *options, const struct format *format,
	struct observed_container **list, size_t count, const struct map *ready)
{
	struct ps_view view = { .now = time(NULL), .whole = options->no_trunc, .ready = ready };
	if (options->services) {
		ps_print_services(ctx, list, count);
	} else if (options->quiet) {
		for (size_t i = 0; i < count; i++)
			print_name(ctx, list[i]->id);
	} else if (format->kind == FORMAT_TABLE) {
		ps_print_table(ctx, &view, list, count);
	} else {
		return format_print(ctx->output.stream, ctx->arena, &ps_listing, format,
			&(struct listed_objects){ (const void *const *)list, count, &view }, &ctx->errors);
	}
	return 0;
}

/* What docker's config.json says of `ps` counts where the command line says nothing. */
static int read_own_format(struct ctx *ctx, const struct ps_options *options, struct format *format)
{
	const struct config *config = ctx->engine->config;
	if (options->quiet || options->services || (options->format && *options->format))
		return 0;
	const char *whose = arena_printf(ctx->arena, "psFormat of %s/config.json", config->dir);
	return format_read(ctx->arena, &ps_listing, config->ps_format, whose, format, &ctx->errors);
}

/* Filters and format are read first: a mistake in them needs no engine. */
static int ps_run(struct ctx *ctx, const void *options)
{
	const struct ps_options *ps = options;
	struct containers list;
	struct texts states = { 0 };
	struct format format;
	if (read_filters(ctx, ps, &states) < 0 ||
		format_read(ctx->arena, &ps_listing, ps->format, "--format", &format, &ctx->errors) < 0 ||
		containers_open(ctx, ctx->args, ctx->nargs, &list.scope) < 0 ||
		read_own_format(ctx, ps, &format) < 0 || containers_look(ctx, true, &list) < 0)
		return -1;
	size_t count = 0;
	for (size_t i = 0; i < list.count; i++)
		if (is_shown(ps, &states, list.items[i]) &&
			(ps->orphans != TRI_NO || !ps_is_orphan(&list.scope, list.items[i])))
			list.items[count++] = list.items[i];
	struct drive drive = {
		.engine = ctx->engine, .arena = ctx->arena, .scratch = ctx->arena, .scope = &list.scope
	};
	return ps_print(ctx, ps, &format, list.items, count, drive_ready(&drive));
}

const struct cmd cmd_ps = {
	.name = "ps",
	.args = "[SERVICE...]",
	.brief = "List containers",
	.text = "Those that run, of the project and of the applications it needs; with --all those that have ended and "
		"those of run, too. What docker flow has seen ready, though the engine does not check it or not yet, is "
		"marked (ready). Without --format, psFormat of docker's config.json counts.",
	.examples = (const struct cmd_example[]){ { "ps -a", "all containers, those that have ended, too" },
		{ "ps --format '{{.Name}}\\t{{.State}}'", "two columns" },
		{ "ps --status exited -q", "ids of those that have ended" }, { 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct ps_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = ps_run,
};
