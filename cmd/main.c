/* From the command line to a command's row. */
#include "base/text/cjson_lib.h"
#include "base/trace.h"
#include "cmd/line/cmd.h"
#include "cmd/line/commands.h"
#include "cmd/line/environment.h"
#include "cmd/open/connect.h"
#include "cmd/open/project.h"
#include "cmd/line/standard_stream.h"
#include "cmd/line/output.h"
#include "cmd/line/report.h"
#include "cmd/line/terminal.h"
#include "cmd/line/usage.h"
#include "plugin-manifest/manifest.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The words of the command line are taken one by one. */
static void line_skip(struct opt_line *line, size_t count)
{
	line->words += count;
	line->count -= count;
}

/* Takes the working directory; $PWD keeps the name the user went there by when it is the same place. */
static void read_cwd(struct ctx *ctx)
{
	struct stat here, named;
	const char *name = map_get(ctx->os_env, "PWD");
	if (name && *name == '/' && stat(".", &here) == 0 && stat(name, &named) == 0 &&
		here.st_ino == named.st_ino && here.st_dev == named.st_dev) {
		ctx->cwd = name;
		return;
	}
	char *cwd = getcwd(NULL, 0);
	ctx->cwd_errno = cwd ? 0 : errno;
	ctx->cwd = arena_strdup(ctx->arena, cwd ? cwd : "/");
	free(cwd);
}

/* Names of files stand for nothing, and are not to be taken for those of the root, where the working
 * directory has been removed. */
static int check_cwd(struct ctx *ctx)
{
	if (!ctx->cwd_errno || (ctx->cmd->group == GROUP_OTHER && ctx->cmd != &cmd_compose))
		return 0;
	error_add(
		&ctx->errors, ERROR_SYSTEM, NULL, NULL, "no working directory: %s", strerror(ctx->cwd_errno));
	return error_hint(&ctx->errors, "it may have been removed: cd to one that is there");
}

/* Name after "docker-" of the file we were called by: "flow", "compose", … */
static const char *plugin_name(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');
	const char *base = slash ? slash + 1 : argv0;
	return strncmp(base, "docker-", 7) == 0 && base[7] ? base + 7 : "flow";
}

/* --except stands in front of every command, but not each takes services. */
static int check_except(struct ctx *ctx)
{
	const struct cmd *cmd = ctx->cmd;
	if (!ctx->globals.except.count ||
		(cmd->arg == VALUE_SERVICE && cmd->most < 0 && !cmd->stop_at_argument))
		return 0;
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "--except: %s takes no list of services", cmd->name);
	return error_hint(&ctx->errors, "leave it out");
}

static int check_count(struct ctx *ctx)
{
	const struct cmd *cmd = ctx->cmd;
	const char *usage = *cmd->args ? cmd->args : "without arguments";
	if (ctx->nargs < (size_t)cmd->min_args)
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "%s needs %s", cmd->name,
			cmd->min_args == 1 ? "an argument" : "more arguments");
	else if (cmd->most >= 0 && ctx->nargs > (size_t)cmd->most)
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "%s does not take \"%s\"", cmd->name,
			ctx->args[cmd->most]);
	else
		return 0;
	return error_hint(&ctx->errors, "usage: %s %s %s", ctx->program, cmd->name, usage);
}

/* COMPOSE_ANSI, which is read later, is heeded all the same (docker compose 2.40). */
static void heed_no_ansi(struct ctx *ctx)
{
	if (ctx->globals.no_ansi && !ctx->globals.ansi)
		ctx->globals.ansi = "never";
}

/* Parses what follows the command's name and runs it. */
static int run_command(struct ctx *ctx, struct opt_line line, const struct opt_set *globals)
{
	struct arena *arena = ctx->arena;
	const struct cmd *cmd = ctx->cmd;
	struct opt_set sets[] = { { options_flat(arena, cmd->rows), arena_alloc(arena, cmd->size), NULL },
		*globals };
	struct texts args = { 0 };
	line.whose = cmd->name;
	options_begin(arena, sets, 1);
	int result = 0;
	if (cmd->raw) {
		args = (struct texts){ (const char **)line.words, line.count };
	} else if (cmd->stop_at_argument) {
		int used = options_leading(arena, sets, 2, &line, &ctx->errors);
		result = used < 0 ? -1 : 0;
		line_skip(&line, used < 0 ? line.count : (size_t)used);
		args = (struct texts){ (const char **)line.words, line.count };
	} else {
		result = options_mixed(arena, sets, 2, &line, &args, &ctx->errors);
	}
	if (ctx->globals.help) {
		errors_init(&ctx->errors, arena);
		usage_command(ctx->output.stream, ctx->program, cmd);
		return 0;
	}
	ctx->args = args.items;
	ctx->nargs = args.count;
	heed_no_ansi(ctx);
	if (result < 0 || check_cwd(ctx) < 0 ||
		options_end(arena, sets, 2, project_settings(ctx), &ctx->errors) < 0 ||
		check_count(ctx) < 0 || check_except(ctx) < 0 ||
		(!cmd->raw && cjson_lib_open(&ctx->errors) < 0))
		return -1;
	return cmd->run(ctx, sets[0].target);
}

/* Reads the global options and the plugin's own name, which docker puts among them, then finds the command
 * and runs it. */
static int run_command_line(struct ctx *ctx, struct opt_line line, const char *plugin)
{
	struct opt_set sets[] = { { globals_flow, &ctx->globals, NULL },
		{ globals_docker, &ctx->globals, NULL } };
	options_begin(ctx->arena, sets, 2);
	for (bool named = false;;) {
		int used = options_leading(ctx->arena, sets, 2, &line, &ctx->errors);
		if (used < 0)
			return -1;
		line_skip(&line, (size_t)used);
		if (named || !line.count || strcmp(line.words[0], plugin) != 0)
			break;
		named = true;
		line_skip(&line, 1);
	}
	heed_no_ansi(ctx);
	if (options_end(ctx->arena, &sets[1], 1, ctx->os_env, &ctx->errors) < 0)
		return -1;
	if (ctx->globals.version)
		return cmd_version.run(ctx, arena_alloc(ctx->arena, cmd_version.size));
	if (!line.count) {
		usage_all(ctx->output.stream, ctx->program, ctx->commands);
		return 0;
	}
	size_t words;
	ctx->cmd = cmd_find(ctx->commands, line.words, line.count, &words);
	if (ctx->compose && ctx->cmd == &cmd_convert)
		ctx->cmd = &cmd_config; /* its name of old in docker compose */
	if (!ctx->cmd && cmd_is_family(ctx->commands, line.words[0]) &&
		(line.count == 1 || line.words[1][0] == '-')) {
		usage_family(ctx->output.stream, ctx->program, ctx->commands, line.words[0]);
		return 0;
	}
	if (!ctx->cmd)
		return cmd_unknown(ctx, line.words, line.count);
	line_skip(&line, words);
	/* docker turns `docker help flow up` into `help flow up` */
	if (ctx->cmd == &cmd_help && line.count && strcmp(line.words[0], plugin) == 0)
		line_skip(&line, 1);
	return run_command(ctx, line, &sets[0]);
}

static const char *program_name(struct arena *arena, const struct map *env, const char *plugin)
{
	bool below_docker = map_has(env, "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND");
	return arena_printf(arena, "docker%c%s", below_docker ? ' ' : '-', plugin);
}

int main(int argc, char **argv)
{
	if (output_fill_closed() < 0)
		return 1;
	/* docker asks this before every command of ours: nothing is read or loaded for it */
	if (argc > 1 && strcmp(argv[1], MANIFEST_WORD) == 0) {
		manifest_print(stdout);
		return fflush(stdout) != 0;
	}
	terminal_catch_ends(NULL);
	signal(SIGPIPE, SIG_IGN);
	const char *untraced = trace_start(), *why = untraced ? strerror(errno) : NULL;
	struct arena *arena = arena_create();
	const char *plugin = plugin_name(argc ? argv[0] : "docker-flow");
	struct ctx ctx = { .arena = arena, .commands = cmd_table, .os_env = environment_read(arena) };
	read_cwd(&ctx);
	ctx.program = program_name(arena, ctx.os_env, plugin);
	ctx.compose = strcmp(plugin, "compose") == 0;
	struct standard_stream streams[2];
	if (output_open(&ctx.output) < 0 ||
		standard_stream_open(&streams[0], &stdout, STDOUT_FILENO, &ctx.loop) < 0 ||
		standard_stream_open(&streams[1], &stderr, STDERR_FILENO, &ctx.loop) < 0)
		return 1;
	errors_init(&ctx.errors, arena);
	sources_init(&ctx.sources, arena);
	if (untraced)
		error_warn(&ctx.errors, NULL, NULL, "no trace: FLOW_TRACE=%s cannot be written: %s", untraced,
			why);
	size_t nwords = argc > 1 ? (size_t)argc - 1 : 0;
	int result = run_command_line(&ctx,
		(struct opt_line){ (const char *const *)(argv + 1), nwords, ctx.program, NULL }, plugin);
	if (trace_lost())
		error_warn(&ctx.errors, NULL, NULL,
			"the trace lacks lines: FLOW_TRACE=%s cannot be written: %s", getenv("FLOW_TRACE"),
			strerror(errno));
	int status = report_end(&ctx, result);
	standard_stream_close(&streams[0], &stdout);
	standard_stream_close(&streams[1], &stderr);
	connect_end(&ctx);
	arena_destroy(arena);
	return status;
}
