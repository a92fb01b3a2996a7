#include "cmd/line/commands.h"
#include "cmd/line/report.h"
#include "cmd/open/connect.h"
#include "cmd/open/target.h"
#include "cmd/screen/raw.h"
#include "cmd/up/print_plan.h"
#include "engine/connect/config.h"
#include "engine/console/exec.h"

#include <string.h>
#include <unistd.h>

struct exec_wish {
	bool detach, privileged;
	enum tri tty, no_tty, interactive;
	struct texts environment;
	struct opt_int index;
	const char *user, *workdir;
};

#define AT(member) offsetof(struct exec_wish, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "detach", 'd', AT(detach), NULL, "Only start the command, and return" },
	{ OPT_TEXTS, "env", 'e', AT(environment), "NAME[=VALUE]",
		"Set a variable of the command, or pass ours on; can be repeated" },
	{ OPT_INT, "index", 0, AT(index), "N", "Container N of the service; the first otherwise" },
	{ OPT_TRI, "interactive", 'i', AT(interactive), NULL,
		"Join our standard input: so it is unless --interactive=false" },
	{ OPT_TRI, "no-TTY", 0, AT(no_tty), NULL, "The same as --no-tty", .flags = OPT_HIDDEN },
	{ OPT_TRI, "no-tty", 'T', AT(no_tty), NULL,
		"Give the command pipes, not a terminal; so it is, too, when ours are no terminal",
		.excludes = "tty" },
	{ OPT_FLAG, "privileged", 0, AT(privileged), NULL, "Give the command all privileges" },
	{ OPT_TRI, "tty", 't', AT(tty), NULL, "Give the command a terminal, though ours is none",
		.flags = OPT_HIDDEN },
	{ OPT_TEXT, "user", 'u', AT(user), "USER", "Run the command as this user" },
	{ OPT_TEXT, "workdir", 'w', AT(workdir), "DIR", "Run the command in this directory" },
	{ 0 },
};

/* What is under way. */
struct execution {
	struct ctx *ctx;
	struct exec *exec;
	struct raw raw;
	int signal;
	bool over;
};

static void exec_got_signal(void *arg, int number)
{
	struct execution *execution = arg;
	execution->signal = number;
}

static void exec_resized(void *arg, unsigned rows_now, unsigned columns)
{
	struct execution *execution = arg;
	exec_resize(execution->exec, rows_now, columns);
}

static void exec_ended(void *arg, const struct exec_end *end)
{
	struct execution *execution = arg;
	struct ctx *ctx = execution->ctx;
	execution->over = true;
	ctx->output.failure = end->broken;
	if (end->failure)
		error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL, "exec %s: %s", ctx->args[1], end->failure);
	else if (!end->detached)
		ctx->status = container_exit_status(end->status);
	ctx->task_status = !end->failure && !end->detached;
}

static bool is_over(void *arg)
{
	const struct execution *execution = arg;
	return execution->over || execution->signal;
}

/* NAME alone passes our variable on; one that we do not have is left out. */
static const char *const *exec_environment(struct ctx *ctx, const struct texts *given, size_t *ret_count)
{
	const char **environment = NULL;
	for (size_t i = 0; i < given->count; i++) {
		const char *name = given->items[i], *value = map_get(ctx->os_env, name);
		if (strchr(name, '='))
			*ARENA_PUSH(ctx->arena, environment, *ret_count) = name;
		else if (value)
			*ARENA_PUSH(ctx->arena, environment, *ret_count) =
				arena_printf(ctx->arena, "%s=%s", name, value);
	}
	return environment;
}

static int exec_print(struct ctx *ctx, const struct observed_container *container)
{
	struct plan *plan = plan_create(ctx->arena);
	const char *words = NULL;
	for (size_t i = 1; i < ctx->nargs; i++)
		words = words ? arena_printf(ctx->arena, "%s %s", words, ctx->args[i]) : ctx->args[i];
	plan_add(plan, OP_CONTAINER_EXEC, container->name, words);
	return print_one_plan(ctx->output.stream, plan, false);
}

/* Turns the loop until the command has ended, is left, or an interrupt comes: the engine has no way to pass
 * that on. */
static int exec_drive(struct execution *execution, const struct exec_options *options)
{
	struct ctx *ctx = execution->ctx;
	struct dialog_options ends = { .in = STDIN_FILENO, .out = STDOUT_FILENO, .err = STDERR_FILENO };
	report_warnings(ctx);
	raw_open(&execution->raw, ctx->loop,
		&(struct raw_options){ .tty = options->tty && options->input,
			.resized = exec_resized,
			.got = exec_got_signal,
			.arg = execution });
	raw_enter(&execution->raw);
	execution->exec = exec_open(ctx->engine, options, &ends, exec_ended, execution);
	loop_run(ctx->loop, is_over, execution);
	exec_close(execution->exec);
	raw_close(&execution->raw);
	ctx->interrupted = execution->over ? 0 : execution->signal;
	return ctx->errors.count ? -1 : 0;
}

/* The command has a terminal when we have one, unless something else is said. */
static struct exec_options exec_wanted(
	struct ctx *ctx, const struct exec_wish *wish, const struct observed_container *container)
{
	bool terminals = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct exec_options options = { .container = container->id,
		.command = ctx->args + 1,
		.ncommand = ctx->nargs - 1,
		.user = wish->user,
		.working_dir = wish->workdir,
		.privileged = wish->privileged,
		.detached = wish->detach,
		.input = !wish->detach && wish->interactive != TRI_NO };
	options.environment = exec_environment(ctx, &wish->environment, &options.nenvironment);
	options.tty = wish->tty == TRI_YES || wish->no_tty == TRI_NO ||
		      (wish->tty == TRI_UNSET && wish->no_tty == TRI_UNSET && !wish->detach && terminals);
	if (options.tty)
		raw_size(&options.rows, &options.columns);
	return options;
}

static int exec_run(struct ctx *ctx, const void *data)
{
	const struct exec_wish *wish = data;
	const struct observed_container *container;
	struct execution execution = { .ctx = ctx };
	struct detach detach;
	if (target_running(ctx, ctx->args[0], &wish->index, &container) < 0)
		return -1;
	if (ctx->globals.dry_run)
		return exec_print(ctx, container);
	const char *keys = ctx->engine->config->detach_keys;
	if (detach_read(&detach, keys && *keys ? keys : DETACH_DEFAULT, "detachKeys of config.json",
		    &ctx->errors) < 0)
		return -1;
	struct exec_options options = exec_wanted(ctx, wish, container);
	if (raw_check(ctx, options.tty, options.input) < 0)
		return -1;
	options.detach = options.tty && options.input ? &detach : NULL;
	return exec_drive(&execution, &options);
}

const struct cmd cmd_exec = {
	.name = "exec",
	.args = "SERVICE COMMAND [ARGUMENT...]",
	.brief = "Run a command in a running container",
	.text = "The command has a terminal when standard input and output are terminals, else pipes. Its exit status "
		"is ours: 126 and 127 are the engine's when it cannot be run. What it prints is passed on as it is.\n"
		"Ctrl-P Ctrl-Q leaves a command with a terminal and lets it run; detachKeys in docker's "
		"config.json names other keys. Without a terminal Ctrl-C ends docker flow, not the command: the "
		"engine passes no signals on.",
	.examples = (const struct cmd_example[]){ { "exec web sh", "a shell in web" },
		{ "exec -T db psql -U app < dump.sql", "our standard input becomes the command's" },
		{ "exec -e LEVEL=debug -u app web ./check", "with a variable, as another user" }, { 0 } },
	.group = GROUP_RUN,
	.stop_at_argument = true,
	.rows = rows,
	.size = sizeof(struct exec_wish),
	.min_args = 2,
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = exec_run,
};
