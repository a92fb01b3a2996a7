#include "base/heap.h"
#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/line/report.h"
#include "cmd/line/terminal.h"
#include "cmd/look/usage_fields.h"
#include "cmd/open/containers.h"
#include "engine/connect/config.h"
#include "engine/loop/loop.h"
#include "engine/stream/events.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define PACE INT64_C(1000000000) /* ns: the engine measures each second */

struct stats_options {
	bool all, no_stream, no_trunc;
	const char *format;
};

#define AT(member) offsetof(struct stats_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "all", 'a', AT(all), NULL, "Containers that do not run, too" },
	{ OPT_TEXT, "format", 0, AT(format), "KIND",
		"How they are printed; json is one object a line; or a template with the names of json, as "
		"'{{.Name}} {{.CPUPerc}}'",
		.choices = "table|json", .flags = OPT_OPEN, .value = VALUE_CHOICE },
	{ OPT_FLAG, "no-stream", 0, AT(no_stream), NULL, "Measure once, and end" },
	{ OPT_FLAG, "no-trunc", 0, AT(no_trunc), NULL, "Print ids whole" },
	{ 0 },
};

/* A container whose measurements are listened to. */
struct watched {
	struct measured measured;
	struct measuring *measuring;
	struct usage_stream *stream;
	bool ended; /* nothing comes any more */
};

struct measuring {
	struct ctx *ctx;
	const struct stats_options *options;
	struct format format;
	struct containers containers;
	struct watched **list; /* heap: they come and go */
	size_t count;
	struct events *events;
	bool subscribed;
	int result;
	int signal;
};

static void watched_measured(void *arg, const struct usage *usage)
{
	struct watched *watched = arg;
	watched->measured.usage = *usage;
	watched->measured.known = true;
}

static void watched_ended(void *arg, const char *why)
{
	struct watched *watched = arg;
	watched->ended = true;
	if (why)
		error_add(&watched->measuring->ctx->errors, ERROR_ENGINE, NULL, NULL,
			"%s: cannot be measured: %s", watched->measured.name, why);
	/* what was measured last is no news for ever */
	watched->measured.known &= watched->measuring->options->no_stream;
}

static size_t find_watched(const struct measuring *measuring, const char *id)
{
	size_t at = 0;
	while (at < measuring->count && strcmp(measuring->list[at]->measured.id, id) != 0)
		at++;
	return at;
}

static void stop_watching(struct measuring *measuring, size_t at)
{
	struct watched *watched = measuring->list[at];
	usage_close(watched->stream);
	free((char *)watched->measured.id);
	free((char *)watched->measured.name);
	free(watched);
	measuring->count--;
	memmove(&measuring->list[at], &measuring->list[at + 1],
		(measuring->count - at) * sizeof *measuring->list);
}

/* Listens to a container; one that has ended and was started again begins anew. */
static void watch_container(struct measuring *measuring, const char *id, const char *name)
{
	size_t at = find_watched(measuring, id);
	if (at < measuring->count)
		stop_watching(measuring, at);
	struct watched *watched = HEAP_NEW(struct watched);
	*watched = (struct watched){ .measuring = measuring };
	watched->measured.id = strdup(id);
	watched->measured.name = strdup(name);
	const struct usage_listener listener = {
		.measured = watched_measured, .end = watched_ended, .arg = watched
	};
	watched->stream = usage_open(measuring->ctx->engine, id, measuring->options->no_stream, &listener,
		&measuring->ctx->errors);
	watched->ended = !watched->stream;
	measuring->list = heap_resize(measuring->list, measuring->count + 1, sizeof *measuring->list);
	measuring->list[measuring->count++] = watched;
}

/* Containers that start are listened to, those that end no more; with --all they stay until they are gone. */
static void stats_got_event(void *arg, const struct engine_event *event)
{
	struct measuring *measuring = arg;
	bool all = measuring->options->all;
	size_t at = find_watched(measuring, event->id);
	if (!scope_means(&measuring->containers.scope, event->service))
		return;
	if (event->action == ENGINE_START || (all && event->action == ENGINE_CREATE))
		watch_container(measuring, event->id, event->name ? event->name : event->id);
	else if (at < measuring->count &&
		 (event->action == ENGINE_DESTROY || (!all && event->action == ENGINE_DIE)))
		stop_watching(measuring, at);
}

static void stats_subscribed(void *arg)
{
	((struct measuring *)arg)->subscribed = true;
}

static void stats_lost(void *arg, const char *why)
{
	struct measuring *measuring = arg;
	measuring->result = error_add(
		&measuring->ctx->errors, ERROR_ENGINE, NULL, NULL, "the engine's events are lost: %s", why);
}

static void stats_signal(void *arg, int number)
{
	struct measuring *measuring = arg;
	if (number == SIGINT || number == SIGTERM || number == SIGHUP)
		measuring->signal = number;
}

static bool stats_over(const struct measuring *measuring)
{
	return measuring->signal || measuring->result < 0 || measuring->ctx->output.failure;
}

static bool is_stats_subscribed(void *arg)
{
	const struct measuring *measuring = arg;
	return measuring->subscribed || stats_over(measuring);
}

/* Whether each container has said something. */
static bool all_measured(void *arg)
{
	const struct measuring *measuring = arg;
	for (size_t i = 0; i < measuring->count; i++)
		if (!measuring->list[i]->ended &&
			(measuring->options->no_stream || !measuring->list[i]->measured.known))
			return stats_over(measuring);
	return true;
}

static void stats_print(struct measuring *measuring)
{
	struct ctx *ctx = measuring->ctx;
	struct arena *arena = arena_child(ctx->arena);
	const void **objects = ARENA_ARRAY(arena, const void *, measuring->count + 1);
	for (size_t i = 0; i < measuring->count; i++)
		objects[i] = &measuring->list[i]->measured;
	const struct listed_objects listed = { objects, measuring->count, &measuring->options->no_trunc };
	measuring->result = format_print(
		ctx->output.stream, arena, &usage_listing, &measuring->format, &listed, &ctx->errors);
	arena_destroy(arena);
}

struct pause {
	bool over;
	const struct measuring *measuring;
};

static void pause_ended(void *arg)
{
	((struct pause *)arg)->over = true;
}

static bool is_pause_over(void *arg)
{
	const struct pause *pause = arg;
	return pause->over || stats_over(pause->measuring);
}

/* Prints each second: on a terminal over what was printed before, else one below the other. */
static void stats_go_on(struct measuring *measuring)
{
	struct ctx *ctx = measuring->ctx;
	bool redraws = terminal_moves(stdout, ctx->globals.ansi, ctx->os_env);
	while (!stats_over(measuring)) {
		struct pause pause = { .measuring = measuring };
		stats_print(measuring);
		(redraws ? output_redraw : output_flush)(&ctx->output);
		struct loop_timer *timer = loop_after(ctx->loop, PACE, pause_ended, &pause);
		loop_run(ctx->loop, is_pause_over, &pause);
		if (!pause.over)
			loop_cancel(ctx->loop, timer);
	}
}

/* The events come first, so that no container is missed. */
static int stats_subscribe(struct measuring *measuring)
{
	struct ctx *ctx = measuring->ctx;
	struct texts projects = scope_names(ctx->arena, &measuring->containers.scope);
	const struct events_query query = { .projects = projects.items, .nprojects = projects.count };
	const struct events_listener listener = {
		.open = stats_subscribed, .event = stats_got_event, .lost = stats_lost, .arg = measuring
	};
	measuring->events = events_open(ctx->engine, &query, &listener, &ctx->errors);
	if (!measuring->events)
		return -1;
	loop_run(ctx->loop, is_stats_subscribed, measuring);
	return measuring->result;
}

static int stats_measure(struct measuring *measuring)
{
	struct ctx *ctx = measuring->ctx;
	struct containers *list = &measuring->containers;
	if (!measuring->options->no_stream && stats_subscribe(measuring) < 0)
		return -1;
	if (containers_look(ctx, measuring->options->all, list) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++)
		if (find_watched(measuring, list->items[i]->id) == measuring->count)
			watch_container(measuring, list->items[i]->id, list->items[i]->name);
	loop_run(ctx->loop, all_measured, measuring);
	if (!measuring->options->no_stream)
		stats_go_on(measuring);
	else if (!measuring->signal)
		stats_print(measuring);
	return ctx->errors.count ? -1 : measuring->result;
}

/* What docker's config.json says of `stats` counts where the command line says nothing. */
static int stats_own_format(struct measuring *measuring)
{
	struct ctx *ctx = measuring->ctx;
	const struct config *config = ctx->engine->config;
	if (measuring->options->format && *measuring->options->format)
		return 0;
	const char *whose = arena_printf(ctx->arena, "statsFormat of %s/config.json", config->dir);
	return format_read(
		ctx->arena, &usage_listing, config->stats_format, whose, &measuring->format, &ctx->errors);
}

static int stats_run(struct ctx *ctx, const void *data)
{
	struct measuring measuring = { .ctx = ctx, .options = data };
	if (format_read(ctx->arena, &usage_listing, measuring.options->format, "--format", &measuring.format,
		    &ctx->errors) < 0 ||
		containers_open(ctx, ctx->args, ctx->nargs, &measuring.containers.scope) < 0 ||
		stats_own_format(&measuring) < 0)
		return -1;
	report_warnings(ctx);
	loop_signals(ctx->loop, stats_signal, &measuring);
	int result = stats_measure(&measuring);
	loop_signals(ctx->loop, NULL, NULL);
	events_close(measuring.events);
	while (measuring.count)
		stop_watching(&measuring, measuring.count - 1);
	free(measuring.list);
	ctx->interrupted = measuring.signal;
	return result;
}

const struct cmd cmd_stats = {
	.name = "stats",
	.args = "[SERVICE...]",
	.brief = "Show what containers take of processors, memory, networks and disks",
	.text = "Each second, until it is interrupted: on a terminal in place, else one list below the other. Containers "
		"that start meanwhile join. Without --format, statsFormat of docker's config.json counts.",
	.examples = (const struct cmd_example[]){ { "stats", "what the project takes" },
		{ "stats --no-stream --format '{{.Name}} {{.MemUsage}}' web", "the memory of web, once" },
		{ 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct stats_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = stats_run,
};
