#include "base/quote.h"
#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/line/report.h"
#include "cmd/open/connect.h"
#include "cmd/open/planner_options.h"
#include "cmd/open/project.h"
#include "cmd/open/provide.h"
#include "cmd/open/trust.h"
#include "cmd/screen/raw.h"
#include "cmd/screen/show.h"
#include "cmd/screen/show_screen.h"
#include "cmd/up/print_plan.h"
#include "compose/check/refuse.h"
#include "compose/load/once.h"
#include "engine/connect/config.h"
#include "engine/drive/once.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct run_wish {
	struct image_options images;
	struct texts cap_add, cap_drop, environment, env_files, labels, publish, volumes;
	const char *entrypoint, *name, *user, *workdir;
	enum tri interactive, no_tty, tty;
	bool detach, ignore_orphans, no_deps, quiet, quiet_build, quiet_pull, remove, remove_orphans,
		service_ports, use_aliases, yes;
};

#define AT(member) offsetof(struct run_wish, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "build", 0, AT(images.build), NULL, "Build images first, even those that are there" },
	{ OPT_TEXTS, "cap-add", 0, AT(cap_add), "CAP", "Add a capability; can be repeated" },
	{ OPT_TEXTS, "cap-drop", 0, AT(cap_drop), "CAP", "Take a capability away; can be repeated" },
	{ OPT_FLAG, "detach", 'd', AT(detach), NULL, "Return when it runs, and print the container's id" },
	{ OPT_TEXT, "entrypoint", 0, AT(entrypoint), "COMMAND",
		"Replace the image's entrypoint, and its command" },
	{ OPT_TEXTS, "env", 'e', AT(environment), "NAME[=VALUE]",
		"Set a variable, or pass ours on; can be repeated" },
	{ OPT_TEXTS, "env-from-file", 0, AT(env_files), "FILE", "Set the variables of FILE; can be repeated",
		.value = VALUE_FILE },
	{ OPT_FLAG, "ignore-orphans", 0, AT(ignore_orphans), NULL,
		"Do not mention containers of services that are not in the file",
		.env = "COMPOSE_IGNORE_ORPHANS", .flags = OPT_HIDDEN },
	{ OPT_TRI, "interactive", 'i', AT(interactive), NULL,
		"Join our standard input: so it is unless --interactive=false" },
	{ OPT_TEXTS, "label", 'l', AT(labels), "NAME=VALUE", "Add or replace a label; can be repeated" },
	{ OPT_TEXTS, "labels", 0, AT(labels), "NAME=VALUE", "The same as --label", .flags = OPT_HIDDEN },
	{ OPT_TEXT, "name", 0, AT(name), "NAME", "Name of the container" },
	{ OPT_TRI, "no-TTY", 0, AT(no_tty), NULL, "The same as --no-tty", .flags = OPT_HIDDEN },
	{ OPT_FLAG, "no-deps", 0, AT(no_deps), NULL, "Leave dependencies alone" },
	{ OPT_TRI, "no-tty", 'T', AT(no_tty), NULL,
		"Give it pipes, not a terminal; so it is, too, when ours are no terminal",
		.excludes = "tty" },
	{ OPT_TEXTS, "publish", 'p', AT(publish), "PORT", "Publish a port; can be repeated" },
	{ OPT_TEXT, "pull", 0, AT(images.pull), "POLICY", "When to pull images",
		.choices = "always|missing|never|policy", .value = VALUE_CHOICE },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "Do not show what is done before it runs" },
	{ OPT_FLAG, "quiet-build", 0, AT(quiet_build), NULL, "Do not show what builds print" },
	{ OPT_FLAG, "quiet-pull", 0, AT(quiet_pull), NULL, "Do not show how far pulls are" },
	{ OPT_FLAG, "remove-orphans", 0, AT(remove_orphans), NULL,
		"Remove containers of services that are not in the file, and one-offs that have ended",
		.env = "COMPOSE_REMOVE_ORPHANS" },
	{ OPT_FLAG, "rm", 0, AT(remove), NULL,
		"Remove the container and its anonymous volumes when it has ended" },
	{ OPT_FLAG, "service-ports", 'P', AT(service_ports), NULL, "Publish the service's ports",
		.excludes = "publish" },
	{ OPT_TRI, "tty", 't', AT(tty), NULL, "Give it a terminal, though ours is none",
		.flags = OPT_HIDDEN },
	{ OPT_FLAG, "use-aliases", 0, AT(use_aliases), NULL, "Give it the service's names on its networks" },
	{ OPT_TEXT, "user", 'u', AT(user), "USER", "Run as this user" },
	{ OPT_TEXTS, "volume", 'v', AT(volumes), "VOLUME", "Mount a volume or a path; can be repeated" },
	{ OPT_TEXTS, "volumes", 0, AT(volumes), "VOLUME", "The same as --volume", .flags = OPT_HIDDEN },
	{ OPT_TEXT, "workdir", 'w', AT(workdir), "DIR", "Run in this directory" },
	{ OPT_FLAG, "yes", 'y', AT(yes), NULL,
		"Do not ask whether a remote compose file may have the values of variables here" },
	{ 0 },
};

/* What is under way. */
struct one_run {
	struct ctx *ctx;
	struct scope scope;
	struct once once;
	struct detach detach;
	struct raw raw;
	bool begun; /* the process has: signals are its own */
	int signal; /* an interrupt before that */
};

/* Signals that are passed on to the container beside the interrupts. */
static const int passed[] = { SIGQUIT, SIGUSR1, SIGUSR2, 0 };

static void run_got_signal(void *arg, int number)
{
	struct one_run *run = arg;
	if (!run->begun) {
		run->signal = number;
		return;
	}
	once_signal(&run->once, number);
}

/* On a line of its own, on a terminal in raw mode, too. */
static void run_tells(void *arg, const char *text)
{
	const struct one_run *run = arg;
	const char *progress = run->ctx->globals.progress;
	if (run->ctx->json_errors || text_is(progress, "json") || text_is(progress, "quiet"))
		return;
	quote_plain_print(stderr, text);
	fputs(run->raw.on ? "\r\n" : "\n", stderr);
}

static void run_resized(void *arg, unsigned rows_now, unsigned columns)
{
	struct one_run *run = arg;
	console_resize(run->once.attached, rows_now, columns);
}

static void run_begins(void *arg)
{
	struct one_run *run = arg;
	run->begun = true;
	raw_enter(&run->raw);
}

/* Paths of --env-from-file, which are relative to where the user stands. */
static struct texts absolute_paths(struct ctx *ctx, const struct texts *paths)
{
	struct texts all = { 0 };
	for (size_t i = 0; i < paths->count; i++)
		texts_add(ctx->arena, &all,
			paths->items[i][0] == '/'
				? paths->items[i]
				: arena_printf(ctx->arena, "%s/%s", ctx->cwd, paths->items[i]));
	return all;
}

/* A terminal when we have one, unless something else is said. */
static bool wants_tty(const struct run_wish *wish)
{
	bool terminals = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (wish->tty != TRI_UNSET)
		return wish->tty == TRI_YES;
	if (wish->no_tty != TRI_UNSET)
		return wish->no_tty == TRI_NO;
	return !wish->detach && terminals;
}

/* What the command line said has no place in a file: findings about it name the option instead. */
static void name_options(struct ctx *ctx, const char *service)
{
	static const char *const options[][2] = { { "cap_add", "--cap-add" }, { "cap_drop", "--cap-drop" },
		{ "entrypoint", "--entrypoint" }, { "environment", "--env" }, { "labels", "--label" },
		{ "ports", "--publish" }, { "user", "--user" }, { "volumes", "--volume" },
		{ "working_dir", "--workdir" } };
	const char *front = arena_printf(ctx->arena, "services.%s.", service);
	for (struct error *error = ctx->errors.first; error; error = error->next) {
		if (error->at.file || !error->path || strncmp(error->path, front, strlen(front)) != 0)
			continue;
		const char *key = error->path + strlen(front);
		for (size_t i = 0; i < sizeof options / sizeof *options; i++)
			if (strcspn(key, ".[") == strlen(options[i][0]) &&
				strncmp(key, options[i][0], strlen(options[i][0])) == 0)
				error->path = options[i][1];
	}
}

/* The service, once providers have said what it and what it needs are to know; NULL with findings. */
static const struct service *provided_service(struct one_run *run, struct scope_wish *wish)
{
	struct ctx *ctx = run->ctx;
	const struct dag_vertex *vertex = dag_find(run->scope.dag, ctx->args[0]);
	if (vertex && vertex->service->provider) {
		provide_refuse(ctx, vertex->service, "run");
		return NULL;
	}
	if (!ctx->globals.dry_run && provide_any(&run->scope)) {
		if (provide_up(ctx, &run->scope, wish) < 0 || scope_open(ctx, wish, &run->scope) < 0)
			return NULL;
		vertex = dag_find(run->scope.dag, ctx->args[0]);
	}
	return vertex ? vertex->service : NULL;
}

/* The service as the files have it, with what the command line says over it, if an engine can take that. */
static const struct service *open_service(struct one_run *run, struct scope_wish *wish)
{
	struct ctx *ctx = run->ctx;
	const struct service *service =
		scope_open(ctx, wish, &run->scope) == 0 ? provided_service(run, wish) : NULL;
	if (service && refuse_services(ctx->arena, &service, 1, &ctx->errors) < 0)
		service = NULL;
	name_options(ctx, ctx->args[0]);
	return service;
}

/* Opens what is wanted as the files say it, with what the options say over it. */
static int run_open(struct one_run *run, const struct run_wish *wish)
{
	struct ctx *ctx = run->ctx;
	struct load_once said = { .service = ctx->args[0],
		.command = ctx->args + 1,
		.ncommand = ctx->nargs - 1,
		.entrypoint = wish->entrypoint,
		.user = wish->user,
		.working_dir = wish->workdir,
		.env_files = absolute_paths(ctx, &wish->env_files),
		.environment = wish->environment,
		.labels = wish->labels,
		.volumes = wish->volumes,
		.ports = wish->publish,
		.cap_add = wish->cap_add,
		.cap_drop = wish->cap_drop,
		.keep_ports = wish->service_ports,
		.tty = wants_tty(wish),
		.input = wish->interactive != TRI_NO,
		.dir = ctx->cwd };
	struct scope_wish scope = {
		.selection = { .services = ctx->args, .nservices = 1, .no_deps = wish->no_deps },
		.once = &said,
	};
	struct once *once = &run->once;
	bool joined = said.input && !wish->detach;
	if (raw_check(ctx, said.tty, joined) < 0)
		return -1;
	const struct service *service =
		refuse_container_name(ctx->arena, "--name", wish->name, &ctx->errors) < 0
			? NULL
			: open_service(run, &scope);
	if (!service)
		return -1;
	once->up.how.unchecked = ctx->compose;
	once->up.how.all_resources = ctx->globals.all_resources;
	once->up.how.ignore_orphans = wish->ignore_orphans;
	once->up.how.remove_orphans = wish->remove_orphans;
	once->up.images = wish->images;
	once->up.images.now = time(NULL);
	once->up.tells = ctx->globals.dry_run;
	once->up.drive = (struct drive){ .arena = ctx->arena,
		.errors = &ctx->errors,
		.scope = &run->scope,
		.parallel = connect_parallel(ctx),
		.signal = &run->signal };
	once->oneoff.auto_remove = wish->remove;
	once->oneoff.aliases = wish->use_aliases;
	once->oneoff.interactive = once->console.input = joined;
	once->name = wish->name;
	once->detached = wish->detach;
	once->ends = (struct dialog_options){
		.in = STDIN_FILENO, .out = STDOUT_FILENO, .err = STDERR_FILENO, .tty = said.tty
	};
	if (said.tty)
		raw_size(&once->console.rows, &once->console.columns);
	once->oneoff.rows = once->console.rows;
	once->oneoff.columns = once->console.columns;
	once->begins = run_begins;
	once->tell = run_tells;
	once->arg = run;
	return once_init(once, service);
}

/* From the start to the end of the container. */
static int run_drive(struct one_run *run, const struct run_wish *wish)
{
	struct ctx *ctx = run->ctx;
	struct once *once = &run->once;
	struct drive *drive = &once->up.drive;
	struct show_look nothing = { .log = NULL };
	unsigned quiet = SHOW_OUTPUT_TAKEN | (wish->quiet_pull ? SHOW_QUIET_PULL : 0) |
			 (wish->quiet_build ? SHOW_QUIET_BUILD : 0);
	report_warnings(ctx);
	drive->sink =
		wish->quiet ? show_quiet_create(ctx->arena, &nothing) : show_create(ctx, "run", NULL, quiet);
	raw_open(&run->raw, ctx->loop,
		&(struct raw_options){ .tty = once->ends.tty && once->console.input,
			.resized = run_resized,
			.got = run_got_signal,
			.also = passed,
			.arg = run });
	int result = once_run(once);
	if (result == 0 && once->detached)
		fprintf(ctx->output.stream, "%s\n", once->id);
	if (result == 0 && !once->detached)
		result = once_wait(once);
	once_close(once);
	raw_close(&run->raw);
	ctx->interrupted = drive->interrupted;
	if (once->broken)
		ctx->output.failure = once->broken;
	ctx->task_status = once->has_status;
	ctx->status = once->status;
	return result;
}

/* Everything is opened and checked before the screen is; --dry-run ends with the plan. */
static int run_run(struct ctx *ctx, const void *data)
{
	const struct run_wish *wish = data;
	struct one_run run = { .ctx = ctx };
	struct drive *drive = &run.once.up.drive;
	if (run_open(&run, wish) < 0 ||
		trust_values(ctx, run.scope.project, wish->yes || ctx->globals.dry_run) < 0 ||
		connect_engine(ctx) < 0)
		return -1;
	const char *keys = ctx->engine->config->detach_keys;
	if (detach_read(&run.detach, keys && *keys ? keys : DETACH_DEFAULT, "detachKeys of config.json",
		    &ctx->errors) < 0)
		return -1;
	run.once.ends.detach = &run.detach;
	drive->engine = ctx->engine;
	if (ctx->globals.dry_run)
		return drive_look(drive) < 0 ? -1 : print_plans(ctx->output.stream, drive, false);
	if (drive_open(drive) < 0)
		return -1;
	int result = run_drive(&run, wish);
	drive_close(drive);
	return result;
}

const struct cmd cmd_run = {
	.name = "run",
	.args = "SERVICE [COMMAND...]",
	.brief = "Run a one-off container of a service",
	.text = "Starts what the service depends on, waits until that meets its conditions, and runs one more container "
		"of the service, beside its own, with another command if one is given. Its exit status is ours: 126 "
		"and 127 when the command cannot be run. It has a terminal when standard input and output are "
		"terminals, no published ports without --service-ports or --publish, and it is not restarted.\n"
		"Signals are passed on to it. After SIGTERM, and after SIGINT where it has no terminal, it has the "
		"service's stop_grace_period (10s) to end, then it is killed; a second one kills it at once. Ctrl-P Ctrl-Q leaves one with a terminal and lets it run; detachKeys "
		"in docker's config.json names other keys. What a run that was killed has left although it had "
		"--rm, the next run, up or down removes once it has ended.",
	.examples = (const struct cmd_example[]){ { "run --rm web ./manage.py migrate",
							  "a command with what web needs, gone afterwards" },
		{ "run --rm --no-deps -T web cat /etc/os-release", "without dependencies, for a script" },
		{ "run -P --name debug web", "with the ports of the service" }, { 0 } },
	.group = GROUP_RUN,
	.stop_at_argument = true,
	.rows = rows,
	.size = sizeof(struct run_wish),
	.min_args = 1,
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = run_run,
};
