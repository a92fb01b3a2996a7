#include "base/quote.h"
#include "cmd/line/commands.h"
#include "cmd/line/terminal.h"
#include "cmd/open/project.h"
#include "engine/record/record.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

struct timeline_options {
	const char *format;
	struct opt_int run;
	bool list;
};

#define AT(member) offsetof(struct timeline_options, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "format", 0, AT(format), "KIND",
		"How it is drawn; trace is for ui.perfetto.dev and chrome://tracing, otlp what a collector of OpenTelemetry takes",
		.choices = "text|svg|html|json|trace|otlp", .value = VALUE_CHOICE },
	{ OPT_FLAG, "list", 0, AT(list), NULL, "List the runs that are recorded, the latest first" },
	{ OPT_INT, "run", 0, AT(run), "N", "The run of that number in the list instead of the latest, 1",
		.excludes = "list" },
	{ 0 },
};

/* The project's name: what was said is enough, else that of the file. */
static int find_project(struct ctx *ctx, const char **ret_name)
{
	struct load_options options = project_options(ctx, NULL);
	struct scope_wish wish = { .selection = { .looking = true } };
	struct scope scope;
	if (load_name(ctx->arena, &options, ret_name, &ctx->errors) < 0)
		return -1;
	if (*ret_name)
		return 0;
	if (scope_open(ctx, &wish, &scope) < 0)
		return -1;
	struct texts names = scope_names(ctx->arena, &scope);
	*ret_name = names.count ? names.items[0] : "";
	return 0;
}

static void print_time(char *to, size_t room, int64_t unix_ns)
{
	time_t seconds = unix_ns / 1000000000;
	struct tm tm;
	*to = '\0';
	if (localtime_r(&seconds, &tm))
		strftime(to, room, "%Y-%m-%d %H:%M:%S", &tm);
}

/* A line of the list, or an object of it. */
static void list_run(struct ctx *ctx, size_t number, const struct timeline *timeline, bool json)
{
	FILE *out = ctx->output.stream;
	char began[32];
	if (!json) {
		print_time(began, sizeof began, timeline->time);
		fprintf(out, "%2zu  %s  %s\n", number, began, timeline_title(ctx->arena, timeline));
		return;
	}
	fprintf(out, "%s{\"run\":%zu,\"command\":", number > 1 ? ",\n" : "", number);
	quote_print(out, timeline->command);
	fprintf(out, ",\"time\":%" PRId64 ".%09" PRId64 ",\"took\":%.6f,\"ok\":%s}",
		timeline->time / 1000000000, timeline->time % 1000000000, (double)timeline->took / 1e9,
		timeline->ok ? "true" : "false");
}

/* Those that can be read: another docker flow may be at it and remove some. */
static int list_runs(struct ctx *ctx, const struct texts *files, const char *format)
{
	bool json = format && strcmp(format, "json") == 0;
	size_t number = 0;
	if (format && !json && strcmp(format, "text") != 0) {
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "--list is text or json, not %s", format);
		return error_hint(&ctx->errors, "leave --list out to draw the latest run");
	}
	fputs(json ? "[" : "", ctx->output.stream);
	for (size_t i = 0; i < files->count; i++) {
		struct errors unheard;
		errors_init(&unheard, ctx->arena);
		const struct timeline *timeline = record_read(ctx->arena, files->items[i], &unheard);
		if (timeline)
			list_run(ctx, ++number, timeline, json);
	}
	fputs(json ? "]\n" : "", ctx->output.stream);
	return 0;
}

static int no_run(struct ctx *ctx, const char *project, const char *dir)
{
	error_add(&ctx->errors, ERROR_SYSTEM, NULL, NULL, "no run of project %s is recorded in %s", project,
		dir ? dir : "a state directory: there is no home");
	return error_hint(
		&ctx->errors, "`%s up` records what it takes, unless there is nothing to do", ctx->program);
}

static int no_such_run(struct ctx *ctx, int64_t run, size_t count)
{
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "--run %" PRId64 ": there are %zu, 1 is the latest",
		run, count);
	return error_hint(&ctx->errors, "`%s timeline --list` lists them", ctx->program);
}

static int timeline_run(struct ctx *ctx, const void *data)
{
	const struct timeline_options *options = data;
	const char *dir = record_dir(ctx->arena, ctx->os_env), *project;
	int64_t run = options->run.set ? options->run.value : 1;
	if (find_project(ctx, &project) < 0)
		return -1;
	struct texts files = { 0 };
	if (dir)
		files = record_list(ctx->arena, dir, project);
	if (!files.count)
		return no_run(ctx, project, dir);
	if (options->list)
		return list_runs(ctx, &files, options->format);
	if (run < 1 || (uint64_t)run > files.count)
		return no_such_run(ctx, run, files.count);
	const struct timeline *timeline = record_read(ctx->arena, files.items[run - 1], &ctx->errors);
	size_t columns = terminal_width(stdout, ctx->os_env);
	return timeline ? timeline_draw(ctx->output.stream, timeline,
				  options->format ? options->format : "text", columns ? columns : 100)
			: -1;
}

const struct cmd cmd_timeline = {
	.name = "timeline",
	.args = "",
	.brief = "Show what a run of up has taken, and what to fix first",
	.text = "Each up that has something to do, and each create and scale, is recorded: when each step could begin, began and "
		"ended. The way that the run took is the chain of steps that had to wait for each other: nothing else makes it "
		"shorter. The last 10 runs of a project are kept in ~/.local/state/docker-flow ($XDG_STATE_HOME/docker-flow), "
		"for the user only.",
	.examples = (const struct cmd_example[]){ { "timeline", "the latest run" },
		{ "timeline --format html > up.html", "a page with a picture" },
		{ "timeline --list", "the runs that are recorded" }, { 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct timeline_options),
	.most = 0,
	.run = timeline_run,
};
