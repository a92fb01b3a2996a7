#include "cmd/up/watching.h"
#include "cmd/line/report.h"
#include "cmd/open/connect.h"
#include "cmd/open/shown.h"
#include "engine/drive/drive_again.h"

#include <stdio.h>
#include <string.h>

static void watching_signal(void *arg, int number)
{
	struct watching *watching = arg;
	watching->signal = number;
}

static bool watching_over(void *arg)
{
	const struct watching *watching = arg;
	if (watching->attach)
		return attach_over(watching->attach);
	return watching->signal || watching->ctx->output.failure;
}

void watching_said(void *arg, const char *text)
{
	struct watching *watching = arg;
	if (watching->attach) {
		event_send(watching->attach->drive->sink,
			&(struct event){ .kind = EVENT_LOG, .text = text, .len = strlen(text) });
		return;
	}
	fprintf(watching->ctx->output.stream, "%s\n", text);
	output_flush(&watching->ctx->output);
}

/* After a run of its own: its failures are told, and the watch goes on; an interrupt ends that, too. */
static void watching_goes_on(struct watching *watching)
{
	struct ctx *ctx = watching->ctx;
	errors_soften(&ctx->errors);
	report_warnings(ctx);
	if (!ctx->interrupted)
		return;
	if (!watching->attach)
		watching->signal = ctx->interrupted;
	else if (!watching->attach->signal)
		watching->attach->signal = ctx->interrupted;
}

/* Images that have lost their name to a newer one (Engine API: ImagePrune). What others use stays. */
static void watching_prune(struct watching *watching)
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

/* The number that was asked for, of this service. */
static const struct map *scale_of(struct watching *watching, const char *service)
{
	void *number = watching->scale ? map_get(watching->scale, service) : NULL;
	if (!number)
		return NULL;
	struct map *scale = map_create(watching->ctx->arena);
	map_set(scale, service, number);
	return scale;
}

/* Builds the service and replaces its containers, in the run that somebody is attached to when there is one.
 */
static int watching_rebuild(void *arg, const char *service)
{
	struct watching *watching = arg;
	struct ctx *ctx = watching->ctx;
	const char *const *args = ctx->args;
	size_t nargs = ctx->nargs;
	struct up_options options = { .images = { .build = true },
		.no_deps = true,
		.quiet_build = watching->quiet,
		.yes = true, /* who is watched was asked before it was started */
		.joined = watching->attach };
	options.how.ignore_orphans = true;
	options.how.scale = scale_of(watching, service);
	if (watching->attach)
		watching->attach->changed = service;
	ctx->args = &service;
	ctx->nargs = 1;
	int result = up_detached(ctx, &options);
	ctx->args = args;
	ctx->nargs = nargs;
	if (result == 0)
		watching_said(watching,
			arena_printf(ctx->arena, "service(s) [\"%s\"] successfully built", service));
	if (result == 0 && !watching->keep)
		watching_prune(watching);
	watching_goes_on(watching);
	return result;
}

/* Restarts the service's containers, in the run that somebody is attached to when there is one. */
static int watching_restart(void *arg, const char *service)
{
	struct watching *watching = arg;
	struct ctx *ctx = watching->ctx;
	struct scope scope;
	int result = -1;
	const struct scope_wish wish = {
		.selection = { .services = &service, .nservices = 1, .no_deps = true, .looking = true }
	};
	if (watching->attach)
		watching->attach->changed = service;
	if (scope_open(ctx, &wish, &scope) == 0) {
		struct drive_again again = { .drive = { .engine = ctx->engine,
						     .arena = ctx->arena,
						     .errors = &ctx->errors,
						     .scope = &scope,
						     .parallel = connect_parallel(ctx) },
			.how = { .what = AGAIN_RESTART, .no_deps = true },
			.services = scope.services };
		drive_again_init(&again);
		if (drive_open(&again.drive) == 0) {
			if (watching->attach)
				attach_join(watching->attach, &again.drive);
			result = shown_run(ctx, &again.drive, drive_again_run);
		}
	}
	watching_goes_on(watching);
	return result;
}

static const struct sync_listener *listener_of(struct watching *watching)
{
	struct sync_listener *listener = ARENA_NEW(watching->ctx->arena, struct sync_listener);
	*listener = (struct sync_listener){ .said = watching_said,
		.verbose = watching->ctx->globals.verbose,
		.rebuild = watching_rebuild,
		.restart = watching_restart,
		.over = watching_over,
		.arg = watching };
	return listener;
}

int watching_open(struct watching *watching, const struct scope *scope)
{
	watching->scope = *scope;
	watching->sync = sync_open(watching->ctx->arena, &watching->scope, &watching->ctx->errors);
	return watching->sync ? 0 : -1;
}

void watching_run(struct watching *watching)
{
	struct ctx *ctx = watching->ctx;
	loop_signals(ctx->loop, watching_signal, watching);
	sync_run(watching->sync, ctx->engine, listener_of(watching));
	loop_signals(ctx->loop, NULL, NULL);
	ctx->interrupted = watching->signal;
}

bool watching_meanwhile(void *arg)
{
	struct watching *watching = arg;
	if (watching->begun)
		return sync_handle(watching->sync);
	watching->begun = true;
	sync_begin(watching->sync, watching->ctx->engine, listener_of(watching));
	return true;
}

void watching_close(struct watching *watching)
{
	if (watching->begun)
		sync_end(watching->sync);
	sync_close(watching->sync);
	watching->sync = NULL;
	watching->begun = false;
}
