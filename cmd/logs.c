#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/open/project.h"
#include "cmd/line/report.h"
#include "cmd/screen/show_lines.h"
#include "engine/drive/follow.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct logs_wish {
	bool follow, merge, timestamps, no_color, no_log_prefix;
	const char *tail, *since, *until, *format, *dir;
	struct opt_int index;
};

#define AT(member) offsetof(struct logs_wish, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "dir", 0, AT(dir), "DIR", "Write into files there instead, SERVICE.log for each service",
		.value = VALUE_DIR },
	{ OPT_FLAG, "follow", 'f', AT(follow), NULL, "Go on until the containers have ended" },
	{ OPT_TEXT, "format", 0, AT(format), "KIND",
		"How a line is printed: text, or json: an object with time, service, container, stream, line",
		.choices = "text|json", .value = VALUE_CHOICE },
	{ OPT_INT, "index", 0, AT(index), "N", "Only container N of each service" },
	{ OPT_FLAG, "merge", 0, AT(merge), NULL, "Order lines by time over all containers" },
	{ OPT_FLAG, "no-color", 0, AT(no_color), NULL, "Do not colour the names in front of lines" },
	{ OPT_FLAG, "no-log-prefix", 0, AT(no_log_prefix), NULL, "Print lines without names in front" },
	{ OPT_TEXT, "since", 0, AT(since), "TIME", "Only lines after this time (2024-01-31T10:00:00Z, 42m)" },
	{ OPT_TEXT, "tail", 'n', AT(tail), "N", "The last N lines of each container, or all" },
	{ OPT_FLAG, "timestamps", 't', AT(timestamps), NULL, "Print the time of each line" },
	{ OPT_TEXT, "until", 0, AT(until), "TIME", "Only lines before this time" },
	{ 0 },
};

struct reading {
	struct ctx *ctx;
	struct scope scope;
	struct texts projects; /* its names */
	struct show_log *log;
	struct sink *lines;
	int signal;
};

/* As the engine takes it; less than none are all (docker compose 2.40). Returns 0, or -1 with a finding. */
static int read_tail(struct ctx *ctx, const char *tail, const char **ret_tail)
{
	bool negative = tail && *tail == '-';
	const char *digits = tail ? tail + negative : NULL;
	bool number = digits && *digits && !digits[strspn(digits, "0123456789")];
	*ret_tail = negative ? "all" : tail;
	if (!tail || strcmp(tail, "all") == 0 || number)
		return 0;
	return error_add(
		&ctx->errors, ERROR_USAGE, NULL, NULL, "--tail: \"%s\" is neither a number nor all", tail);
}

static bool logs_wants(void *arg, const char *project, const char *service)
{
	const struct reading *reading = arg;
	const struct scope *scope = &reading->scope;
	if (!text_among(project, reading->projects.items, reading->projects.count))
		return false;
	return scope->services.count ? scope_means(scope, service) : text_is(scope->name, project);
}

static void got_signal(void *arg, int number)
{
	struct reading *reading = arg;
	if (number == SIGINT || number == SIGTERM || number == SIGHUP)
		reading->signal = number;
}

static bool logs_over(void *arg)
{
	const struct reading *reading = arg;
	return reading->signal || *reading->log->failure || show_lines_failed(reading->lines);
}

static void logs_expect_name(void *arg, const char *label)
{
	show_log_expect(arg, label);
}

/* Whoever wants one container of a service is told when there is none of that number. */
static int check_index(const struct reading *reading, const struct follow *follow, int64_t number)
{
	const struct texts *services = &reading->scope.services;
	struct errors *errors = &reading->ctx->errors;
	size_t count;
	struct follow_one *const *all = follow_all(follow, &count);
	for (size_t i = 0; number && i < services->count; i++) {
		size_t at = 0;
		while (at < count && strcmp(all[at]->service, services->items[i]) != 0)
			at++;
		if (at == count)
			error_add(errors, ERROR_ENGINE, NULL, NULL,
				"service \"%s\" is not running container #%lld", services->items[i],
				(long long)number);
	}
	return errors->count ? -1 : 0;
}

static int logs_read_all(struct reading *reading, const struct follow_options *options)
{
	struct ctx *ctx = reading->ctx;
	struct follow *follow = follow_open(ctx->arena, options);
	if (!follow)
		return -1;
	int result = follow_look(follow, true);
	if (result == 0)
		result = check_index(reading, follow, options->number);
	if (result == 0) {
		if (options->logs.follow)
			follow_wait(follow, logs_over, reading);
		follow_finish(follow, logs_over, reading);
		if (!logs_over(reading) && follow_broken(follow))
			ctx->status = 1;
	}
	follow_close(follow);
	return ctx->errors.count ? -1 : result;
}

/* A signal ends the reading, so that what is open is closed and the last lines are printed. */
static int logs_run(struct ctx *ctx, const void *options)
{
	const struct logs_wish *wish = options;
	struct reading reading = { .ctx = ctx };
	struct scope_wish scope = { .name_is_enough = true,
		.selection = {
			.services = ctx->args, .nservices = ctx->nargs, .no_deps = true, .looking = true } };
	struct follow_options follow = {
		.errors = &ctx->errors,
		.scope = &reading.scope,
		.logs = { .follow = wish->follow,
			.timestamps = wish->timestamps || wish->merge || text_is(wish->format, "json") },
		.number = wish->index.value,
		.merged = wish->merge,
		.new_ones = wish->follow,
		.exits = wish->follow,
		.forgets = true,
		.wants = logs_wants,
		.counts = logs_wants,
		.arg = &reading,
	};
	if (wish->index.set && wish->index.value < 0)
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"--index: %lld is no number of a container", (long long)wish->index.value);
	if (read_tail(ctx, wish->tail, &follow.logs.tail) < 0 ||
		opt_time(ctx->arena, "--since", wish->since, &follow.logs.since, &ctx->errors) < 0 ||
		opt_time(ctx->arena, "--until", wish->until, &follow.logs.until, &ctx->errors) < 0 ||
		scope_open(ctx, &scope, &reading.scope) < 0 || connect_engine(ctx) < 0)
		return -1;
	report_warnings(ctx);
	reading.projects = scope_names(ctx->arena, &reading.scope);
	reading.log = show_log_create(ctx, wish->no_log_prefix, wish->no_color);
	show_log_join(reading.log); /* as docker compose: `logs | grep` finds what a server says on stderr */
	reading.log->loop = ctx->loop;
	follow.engine = ctx->engine;
	follow.expect = logs_expect_name;
	follow.expect_arg = reading.log;
	follow.sink = reading.lines =
		show_lines_create(ctx->arena, &(struct show_lines_look){ .log = reading.log,
						      .json = text_is(wish->format, "json"),
						      .stamped = follow.logs.timestamps,
						      .times = wish->timestamps,
						      .dir = wish->dir,
						      .errors = &ctx->errors });
	if (!reading.lines)
		return -1;
	loop_signals(ctx->loop, got_signal, &reading);
	int result = logs_read_all(&reading, &follow);
	loop_signals(ctx->loop, NULL, NULL);
	ctx->interrupted = reading.signal;
	return show_lines_end(reading.lines) < 0 ? -1 : result;
}

const struct cmd cmd_logs = {
	.name = "logs",
	.args = "[SERVICE...]",
	.brief = "Print what containers have said",
	.text = "All of it goes to stdout, also what they said on stderr. With --follow it goes on when a container is "
		"started again or replaced, until none runs any more.",
	.examples = (const struct cmd_example[]){ { "logs -f web", "what web says, from now on, too" },
		{ "logs -f --dir /tmp/shop", "a file for each service" },
		{ "logs --since 10m --no-log-prefix web | grep -i error", "errors of the last ten minutes" },
		{ 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct logs_wish),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = logs_run,
};
