#include "base/clock.h"
#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/open/project.h"
#include "cmd/line/report.h"
#include "cmd/screen/show_screen.h"
#include "engine/drive/follow.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct logs_wish {
	bool follow, timestamps, no_color, no_log_prefix;
	const char *tail, *since, *until;
	struct opt_int index;
};

#define AT(member) offsetof(struct logs_wish, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "follow", 'f', AT(follow), NULL, "Go on until the containers have ended" },
	{ OPT_INT, "index", 0, AT(index), "N", "Only container N of each service" },
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
	int signal;
};

/* The API takes Unix seconds; people write durations back from now, or dates. */
static int logs_read_time(struct ctx *ctx, const char *option, const char *text, const char **ret_text)
{
	int64_t ns;
	char *end;
	if (!text || (strtod(text, &end) >= 0 && end != text && !*end)) {
		*ret_text = text;
		return 0;
	}
	bool back = opt_duration(text, &ns) == 0;
	if (back || clock_read(text, &ns) == 0) {
		char then[CLOCK_STAMP];
		clock_stamp(then, back ? clock_unix() - ns : ns);
		*ret_text = arena_strdup(ctx->arena, then);
		return 0;
	}
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "%s: \"%s\" is not a time", option, text);
	return error_hint(&ctx->errors, "42m, 2024-01-31T10:00:00Z or Unix seconds");
}

static int check_tail(struct ctx *ctx, const char *tail)
{
	if (!tail || strcmp(tail, "all") == 0 || (*tail && !tail[strspn(tail, "0123456789")]))
		return 0;
	return error_add(
		&ctx->errors, ERROR_USAGE, NULL, NULL, "--tail: \"%s\" is neither a number nor all", tail);
}

static bool logs_wants(void *arg, const char *project, const char *service)
{
	const struct reading *reading = arg;
	const struct ctx *ctx = reading->ctx;
	if (!text_among(project, reading->projects.items, reading->projects.count))
		return false;
	return ctx->nargs ? text_among(service, ctx->args, ctx->nargs)
			  : text_is(reading->scope.name, project);
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
	return reading->signal || reading->log->broken;
}

static void logs_expect_name(void *arg, const char *label)
{
	show_log_expect(arg, label);
}

static int logs_read_all(struct reading *reading, const struct follow_options *options)
{
	struct ctx *ctx = reading->ctx;
	struct follow *follow = follow_open(ctx->arena, options);
	if (!follow)
		return -1;
	int result = follow_look(follow, true);
	if (result == 0) {
		if (options->logs.follow)
			follow_wait(follow, logs_over, reading);
		follow_finish(follow, logs_over, reading);
		if (!logs_over(reading) && follow_broken(follow))
			ctx->status = 1;
	}
	follow_close(follow);
	int broken = reading->log->broken;
	if (broken && broken != EPIPE && result == 0)
		result = error_add(&ctx->errors, ERROR_SYSTEM, NULL, NULL, "cannot write the output: %s",
			strerror(broken));
	return ctx->errors.count ? -1 : result;
}

/* A signal ends the reading, so that what is open is closed and the last lines are printed. */
static int logs_run(struct ctx *ctx, const void *options)
{
	const struct logs_wish *wish = options;
	struct reading reading = { .ctx = ctx };
	struct scope_wish scope = { .name_is_enough = true,
		.selection = { .services = ctx->args, .nservices = ctx->nargs, .no_deps = true } };
	struct follow_options follow = {
		.errors = &ctx->errors,
		.scope = &reading.scope,
		.logs = { .follow = wish->follow, .timestamps = wish->timestamps, .tail = wish->tail },
		.number = wish->index.value,
		.new_ones = wish->follow,
		.exits = wish->follow,
		.forgets = true,
		.wants = logs_wants,
		.counts = logs_wants,
		.arg = &reading,
	};
	if (check_tail(ctx, wish->tail) < 0 ||
		logs_read_time(ctx, "--since", wish->since, &follow.logs.since) < 0 ||
		logs_read_time(ctx, "--until", wish->until, &follow.logs.until) < 0 ||
		scope_open(ctx, &scope, &reading.scope) < 0 || connect_engine(ctx) < 0)
		return -1;
	report_warnings(ctx);
	reading.projects = scope_names(ctx->arena, &reading.scope);
	reading.log = show_log_create(ctx, wish->no_log_prefix, wish->no_color);
	follow.engine = ctx->engine;
	follow.expect = logs_expect_name;
	follow.expect_arg = reading.log;
	struct show_look look = { .log = reading.log };
	follow.sink = show_quiet_create(ctx->arena, &look);
	loop_signals(ctx->loop, got_signal, &reading);
	int result = logs_read_all(&reading, &follow);
	loop_signals(ctx->loop, NULL, NULL);
	ctx->interrupted = reading.signal;
	return result;
}

const struct cmd cmd_logs = {
	.name = "logs",
	.args = "[SERVICE...]",
	.brief = "Print what containers have said",
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct logs_wish),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = logs_run,
};
