#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/line/report.h"
#include "cmd/open/connect.h"
#include "cmd/open/containers.h"
#include "cmd/table/datum.h"
#include "engine/stream/events.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct events_options {
	bool json;
	const char *since, *until;
};

#define AT(member) offsetof(struct events_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "json", 0, AT(json), NULL, "Print each event as a line of JSON" },
	{ OPT_TEXT, "since", 0, AT(since), "TIME",
		"From this time on, as far as the engine remembers (2024-01-31T10:00:00Z, 42m)" },
	{ OPT_TEXT, "until", 0, AT(until), "TIME", "Up to this time, and then it ends" },
	{ 0 },
};

struct telling {
	struct ctx *ctx;
	struct scope scope;
	struct texts projects;
	bool json;
	const char *lost; /* why the stream has ended; NULL: it has not, or as it should */
	bool over;
	int signal;
};

/* Whether it is a label that docker compose or docker flow has made for itself. */
static bool is_internal(const char *name)
{
	return strncmp(name, "com.docker.compose.", 19) == 0 || strncmp(name, "docker-flow.", 12) == 0;
}

/* What the engine says of it, in order of name. */
static struct datum attributes_of(struct arena *arena, const struct cJSON *attributes)
{
	struct datum object = { .kind = DATUM_OBJECT };
	struct texts names = { 0 };
	const struct cJSON *each;
	cJSON_ArrayForEach(each, attributes)
	{
		if (cJSON_IsString(each) && !is_internal(each->string))
			texts_add_once(arena, &names, each->string);
	}
	if (names.count)
		qsort(names.items, names.count, sizeof *names.items, text_order);
	for (size_t i = 0; i < names.count; i++)
		datum_add(arena, &object, names.items[i],
			datum_of_text(
				cJSON_GetObjectItemCaseSensitive(attributes, names.items[i])->valuestring));
	return object;
}

/* Local time as Go writes it: "2026-11-29T15:37:28.48Z", no zeros at the end of the fraction. */
static const char *time_for_json(struct arena *arena, int64_t ns)
{
	struct tm tm;
	time_t seconds = ns / 1000000000;
	char date[64] = "", zone[16] = "", fraction[16];
	localtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof zone, "%z", &tm);
	snprintf(fraction, sizeof fraction, ".%09" PRId64, ns % 1000000000);
	size_t len = strlen(fraction);
	while (len && (fraction[len - 1] == '0' || fraction[len - 1] == '.'))
		len--;
	return arena_printf(arena, "%s%.*s%s", date, (int)len, fraction,
		tm.tm_gmtoff ? arena_printf(arena, "%.3s:%s", zone, zone + 3) : "Z");
}

static void print_event_json(struct arena *arena, FILE *out, const struct engine_event *event)
{
	struct datum line = { .kind = DATUM_OBJECT };
	datum_add(arena, &line, "action", datum_of_text(event->word));
	datum_add(arena, &line, "attributes", attributes_of(arena, event->attributes));
	datum_add(arena, &line, "id", datum_of_text(event->id));
	datum_add(arena, &line, "service", datum_of_text(event->service));
	datum_add(arena, &line, "time", datum_of_text(time_for_json(arena, event->time)));
	datum_add(arena, &line, "type", datum_of_text("container"));
	datum_print_json(out, &line);
}

static void print_event(struct arena *arena, FILE *out, const struct engine_event *event)
{
	const struct datum attributes = attributes_of(arena, event->attributes);
	struct tm tm;
	time_t seconds = event->time / 1000000000;
	char date[64] = "";
	localtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(out, "%s.%06" PRId64 " container %s %s (", date, event->time % 1000000000 / 1000, event->word,
		event->id);
	for (size_t i = 0; i < attributes.count; i++)
		fprintf(out, "%s%s=%s", i ? ", " : "", attributes.items[i].name,
			attributes.items[i].value.text);
	fputs(")\n", out);
}

static void events_got(void *arg, const struct engine_event *event)
{
	struct telling *telling = arg;
	struct ctx *ctx = telling->ctx;
	if (event->oneoff || !scope_means(&telling->scope, event->service))
		return;
	struct arena *arena = arena_child(ctx->arena);
	(telling->json ? print_event_json : print_event)(arena, ctx->output.stream, event);
	output_flush(&ctx->output);
	arena_destroy(arena);
}

static void events_ended(void *arg, const char *why)
{
	struct telling *telling = arg;
	telling->lost = why ? arena_strdup(telling->ctx->arena, why) : NULL;
	telling->over = true;
}

static void events_signal(void *arg, int number)
{
	struct telling *telling = arg;
	if (number == SIGINT || number == SIGTERM || number == SIGHUP)
		telling->signal = number;
}

static bool events_over(void *arg)
{
	const struct telling *telling = arg;
	return telling->over || telling->signal || telling->ctx->output.failure;
}

static int tell_events(struct telling *telling, const struct events_query *query)
{
	struct ctx *ctx = telling->ctx;
	struct events_listener listener = { .event = events_got, .lost = events_ended, .arg = telling };
	struct events *events = events_open(ctx->engine, query, &listener, &ctx->errors);
	if (!events)
		return -1;
	loop_signals(ctx->loop, events_signal, telling);
	loop_run(ctx->loop, events_over, telling);
	loop_signals(ctx->loop, NULL, NULL);
	events_close(events);
	ctx->interrupted = telling->signal;
	return telling->lost ? error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL,
				       "the engine's events are lost: %s", telling->lost)
			     : 0;
}

static int events_run(struct ctx *ctx, const void *data)
{
	const struct events_options *options = data;
	struct telling telling = { .ctx = ctx, .json = options->json };
	struct events_query query = { .all = true };
	if (opt_time(ctx->arena, "--since", options->since, &query.since, &ctx->errors) < 0 ||
		opt_time(ctx->arena, "--until", options->until, &query.until, &ctx->errors) < 0 ||
		containers_open(ctx, ctx->args, ctx->nargs, &telling.scope) < 0)
		return -1;
	report_warnings(ctx);
	telling.projects = scope_names(ctx->arena, &telling.scope);
	query.projects = telling.projects.items;
	query.nprojects = telling.projects.count;
	return tell_events(&telling, &query);
}

const struct cmd cmd_events = {
	.name = "events",
	.args = "[SERVICE...]",
	.brief = "Print what happens to containers",
	.text = "One line for each event, as it happens, until it is interrupted or --until has come. Those of one-offs are "
		"left out. An engine remembers the last 256 events.",
	.examples =
		(const struct cmd_example[]){ { "events --json web | jq -r .action", "what happens to web" },
			{ "events --since 1h --until 0s", "what has happened in the last hour" }, { 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct events_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = events_run,
};
