#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/line/report.h"
#include "cmd/open/connect.h"
#include "cmd/up/up.h"
#include "engine/drive/drive_again.h"
#include "engine/sync/sync.h"

#include <stdio.h>

struct watch_wish {
	bool no_up, quiet;
	enum tri prune;
};

#define AT(member) offsetof(struct watch_wish, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "no-up", 0, AT(no_up), NULL, "Do not build and start services first" },
	{ OPT_TRI, "prune", 0, AT(prune), NULL,
		"Remove the project's images that a rebuild leaves without a name: so it is unless --prune=false" },
	{ OPT_FLAG, "quiet", 0, AT(quiet), NULL, "Do not show what builds say" },
	{ 0 },
};

/* What is under way. */
struct watching {
	struct ctx *ctx;
	const struct watch_wish *wish;
	struct scope scope;
	int signal;
};

static void watch_got_signal(void *arg, int number)
{
	struct watching *watching = arg;
	watching->signal = number;
}

static bool watch_over(void *arg)
{
	const struct watching *watching = arg;
	return watching->signal || watching->ctx->output.failure;
}

static void watch_said(void *arg, const char *text)
{
	struct watching *watching = arg;
	fprintf(watching->ctx->output.stream, "%s\n", text);
	output_flush(&watching->ctx->output);
}

/* After a run of its own: its failures are told, and the watch goes on; an interrupt ends that, too. */
static void watch_goes_on(struct watching *watching)
{
	struct ctx *ctx = watching->ctx;
	errors_soften(&ctx->errors);
	report_warnings(ctx);
	if (ctx->interrupted)
		watching->signal = ctx->interrupted;
	loop_signals(ctx->loop, watch_got_signal, watching);
}

/* Images that have lost their name to a newer one (Engine API: ImagePrune). What others use stays. */
static void watch_prune(struct watching *watching)
{
	struct ctx *ctx = watching->ctx;
	struct request *request = http_request(ctx->engine->http);
	request->method = "POST";
	request->path = "/images/prune";
	request->query = http_query(ctx->arena, "filters",
		arena_printf(ctx->arena,
			"{\"dangling\":[\"true\"],\"label\":[\"com.docker.compose.project=%s\"]}",
			watching->scope.name),
		(char *)NULL);
	request->takes = HTTP_EVER;
	http_call(request, &ctx->errors);
	http_free(request);
}

static void watch_rebuild(void *arg, const char *service)
{
	struct watching *watching = arg;
	struct ctx *ctx = watching->ctx;
	const char *const *args = ctx->args;
	size_t nargs = ctx->nargs;
	struct up_options options = {
		.images = { .build = true }, .no_deps = true, .quiet_build = watching->wish->quiet
	};
	options.how.ignore_orphans = true;
	ctx->args = &service;
	ctx->nargs = 1;
	int result = up_detached(ctx, &options);
	ctx->args = args;
	ctx->nargs = nargs;
	if (result == 0)
		watch_said(watching,
			arena_printf(ctx->arena, "service(s) [\"%s\"] successfully built", service));
	if (result == 0 && watching->wish->prune != TRI_NO)
		watch_prune(watching);
	watch_goes_on(watching);
}

static void watch_restart(void *arg, const char *service)
{
	struct watching *watching = arg;
	struct ctx *ctx = watching->ctx;
	struct scope scope;
	const char *const *args = ctx->args;
	size_t nargs = ctx->nargs;
	ctx->args = &service;
	ctx->nargs = 1;
	if (lifecycle_open(ctx, false, &scope) == 0) {
		struct drive_again again = { .drive = lifecycle_drive(ctx, &scope),
			.how = { .what = AGAIN_RESTART, .no_deps = true },
			.services = scope.services };
		drive_again_init(&again);
		lifecycle_run(ctx, &again.drive, drive_again_run);
	}
	ctx->args = args;
	ctx->nargs = nargs;
	watch_goes_on(watching);
}

/* The files are watched before the services start, so that nothing that changes meanwhile is missed. */
static int watch_run(struct ctx *ctx, const void *data)
{
	struct watching watching = { .ctx = ctx, .wish = data };
	struct scope_wish wish = {
		.selection = { .services = ctx->args, .nservices = ctx->nargs, .no_deps = true }
	};
	const struct sync_listener listener = { .said = watch_said,
		.rebuild = watch_rebuild,
		.restart = watch_restart,
		.over = watch_over,
		.arg = &watching };
	const struct up_options options = { .images = { .build = true },
		.quiet_build = watching.wish->quiet };
	if (scope_open(ctx, &wish, &watching.scope) < 0)
		return -1;
	struct sync *sync = sync_open(ctx->arena, &watching.scope, &ctx->errors);
	if (!sync)
		return -1;
	int result = connect_engine(ctx);
	if (result == 0 && !watching.wish->no_up)
		result = up_detached(ctx, &options);
	if (result == 0 && !ctx->globals.dry_run) {
		report_warnings(ctx);
		loop_signals(ctx->loop, watch_got_signal, &watching);
		sync_run(sync, ctx->engine, &listener);
		loop_signals(ctx->loop, NULL, NULL);
		ctx->interrupted = watching.signal;
	}
	sync_close(sync);
	return result;
}

const struct cmd cmd_watch = {
	.name = "watch",
	.args = "[SERVICE...]",
	.brief = "Keep containers up to date while files change",
	.text = "Does what develop.watch says of the services: copies changed files into their containers (sync), restarts "
		"them (restart, sync+restart), runs a command in them (sync+exec), or builds and replaces them (rebuild). "
		"What changes while the services start is not missed.\n"
		"Editors' passing files, .git, and what .dockerignore and the rule's `ignore` name do not count.",
	.examples =
		(const struct cmd_example[]){ { "watch", "start what the file says, and follow its files" },
			{ "watch --no-up web", "only web, which runs already" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct watch_wish),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = watch_run,
};
