#include "cmd/line/commands.h"
#include "cmd/line/report.h"
#include "cmd/open/connect.h"
#include "cmd/open/target.h"
#include "cmd/screen/raw.h"
#include "engine/connect/config.h"
#include "engine/observe/inspect.h"
#include "engine/observe/look.h"
#include "engine/console/console.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct attach_wish {
	const char *detach_keys;
	struct opt_int index;
	bool no_stdin;
	enum tri sig_proxy;
};

#define AT(member) offsetof(struct attach_wish, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "detach-keys", 0, AT(detach_keys), "KEYS",
		"Keys that leave the container, instead of " DETACH_DEFAULT },
	{ OPT_INT, "index", 0, AT(index), "N", "Container N of the service; the first otherwise" },
	{ OPT_FLAG, "no-stdin", 0, AT(no_stdin), NULL, "Do not join our standard input" },
	{ OPT_TRI, "sig-proxy", 0, AT(sig_proxy), NULL,
		"Pass signals on to the process: so it is unless --sig-proxy=false" },
	{ 0 },
};

/* What is under way. */
struct visit {
	struct ctx *ctx;
	struct console *console;
	struct raw raw;
	bool passes; /* signals to the process */
	int signal;  /* one that ends us */
	bool over;
};

static void visit_got_signal(void *arg, int number)
{
	struct visit *visit = arg;
	if (visit->passes)
		console_signal(
			visit->console, arena_printf(visit->ctx->arena, "SIG%s", sigabbrev_np(number)));
	else
		visit->signal = number;
}

static void visit_resized(void *arg, unsigned rows_now, unsigned columns)
{
	struct visit *visit = arg;
	console_resize(visit->console, rows_now, columns);
}

static void visit_ended(void *arg, const struct console_end *end)
{
	struct visit *visit = arg;
	struct ctx *ctx = visit->ctx;
	visit->over = true;
	ctx->output.failure = end->broken;
	if (end->failure)
		error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL, "attach: %s", end->failure);
	else if (!end->detached)
		ctx->status = container_exit_status(end->status);
	ctx->task_status = !end->failure && !end->detached;
}

static bool is_visit_over(void *arg)
{
	const struct visit *visit = arg;
	return visit->over || visit->signal;
}

/* How the container was made decides what can be joined. */
static int look_at(struct ctx *ctx, const struct observed_container *container, struct look *ret_look)
{
	struct inspect asked = { .path = inspect_container_path(ctx->arena, container->id) };
	inspect_all(ctx->arena, ctx->engine, &asked, 1);
	if (asked.failed)
		return error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL,
			"container %s: the engine does not say how it is: %s", container->name, asked.why);
	if (!asked.text)
		return error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL, "container %s is not there any more",
			container->name);
	return look_read(ctx->arena, asked.text, asked.len, ctx->engine->api, ret_look, &ctx->errors);
}

/* Turns the loop until the container has ended or is left. */
static int visit_drive(
	struct visit *visit, const struct console_options *options, const struct dialog_options *ends)
{
	static const int passed[] = { SIGQUIT, SIGUSR1, SIGUSR2, 0 };
	struct ctx *ctx = visit->ctx;
	report_warnings(ctx);
	raw_open(&visit->raw, ctx->loop,
		&(struct raw_options){ .tty = ends->tty && options->input,
			.resized = visit_resized,
			.got = visit_got_signal,
			.also = visit->passes ? passed : NULL,
			.arg = visit });
	raw_enter(&visit->raw);
	visit->console = console_open(ctx->engine, options, ends, visit_ended, visit);
	/* Another size first: a program that sees its terminal change draws it anew, which nobody has seen.
	 */
	console_resize(visit->console, options->rows ? options->rows + 1 : 0, options->columns);
	console_resize(visit->console, options->rows, options->columns);
	loop_run(ctx->loop, is_visit_over, visit);
	console_close(visit->console);
	raw_close(&visit->raw);
	ctx->interrupted = visit->over ? 0 : visit->signal;
	return ctx->errors.count ? -1 : 0;
}

/* The keys that detach: of the option, of docker's configuration, docker's own. */
static int read_keys(struct ctx *ctx, const char *given, struct detach *ret_detach)
{
	const char *own = ctx->engine->config->detach_keys;
	const char *keys = given ? given : own && *own ? own : DETACH_DEFAULT;
	return detach_read(
		ret_detach, keys, given ? "--detach-keys" : "detachKeys of config.json", &ctx->errors);
}

/* Joins what the container has: its terminal, its standard input if somebody may be that. */
static int visit_join(struct visit *visit, const struct attach_wish *wish,
	const struct observed_container *container, const struct look *look)
{
	struct detach detach;
	struct console_options options = { .id = container->id,
		.until = "not-running",
		.joined = true,
		.input = look->open_stdin && !wish->no_stdin };
	struct dialog_options ends = { .in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.err = STDERR_FILENO,
		.tty = look->tty,
		.endless = !look->stdin_once,
		.detach = &detach };
	if (read_keys(visit->ctx, wish->detach_keys, &detach) < 0)
		return -1;
	if (look->tty)
		raw_size(&options.rows, &options.columns);
	return visit_drive(visit, &options, &ends);
}

static int attach_run(struct ctx *ctx, const void *data)
{
	const struct attach_wish *wish = data;
	const struct observed_container *container;
	struct visit visit = { .ctx = ctx, .passes = wish->sig_proxy != TRI_NO };
	struct look look;
	if (target_running(ctx, ctx->args[0], &wish->index, &container) < 0 ||
		look_at(ctx, container, &look) < 0)
		return -1;
	if (!ctx->globals.dry_run)
		return visit_join(&visit, wish, container, &look);
	fprintf(ctx->output.stream, "container %s  attach\n", container->name);
	return 0;
}

const struct cmd cmd_attach = {
	.name = "attach",
	.args = "SERVICE",
	.brief = "Join our input and output to a running container",
	.text = "Shows what its process prints from now on, until it ends: its exit status is ours. Standard input is "
		"joined where the service has stdin_open, and signals are passed on. Where it has a terminal (tty) "
		"Ctrl-P Ctrl-Q, or the keys of --detach-keys or of detachKeys in docker's config.json, leave it and "
		"let it run.",
	.examples =
		(const struct cmd_example[]){
			{ "attach console", "the terminal of a service with tty and stdin_open" },
			{ "attach --no-stdin --sig-proxy=false web",
				"only look: Ctrl-C ends docker flow alone" },
			{ 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct attach_wish),
	.min_args = 1,
	.most = 1,
	.arg = VALUE_SERVICE,
	.run = attach_run,
};
