#include "cmd/open/connect.h"
#include "cmd/open/notice.h"
#include "cmd/screen/show.h"
#include "engine/connect/insecure.h"
#include "engine/fetch/fetch.h"

struct loop *connect_loop(struct ctx *ctx)
{
	if (!ctx->loop)
		ctx->loop = loop_create();
	return ctx->loop;
}

/* Before a command has a screen, one is made to say so. */
static void show_silence(void *arg, const char *host, int64_t ns)
{
	struct ctx *ctx = arg;
	if (!ctx->sink)
		show_create(ctx, "", NULL, 0);
	event_send(ctx->sink, &(struct event){ .kind = EVENT_WAITING, .name = host, .elapsed = ns });
}

int connect_engine(struct ctx *ctx)
{
	const struct globals *globals = &ctx->globals;
	struct endpoint_options options = {
		.host = globals->host,
		.context = globals->context,
		.config_dir = globals->config_dir,
		.tls = globals->tls || globals->tls_verify == TRI_YES,
		.tls_verify = globals->tls_verify == TRI_YES,
		.tls_verify_set = globals->tls_verify != TRI_UNSET,
		.ca = globals->tls_ca,
		.cert = globals->tls_cert,
		.key = globals->tls_key,
		.os_env = ctx->os_env,
		.silent = show_silence,
		.arg = ctx,
	};
	if (ctx->engine)
		return 0;
	if (engine_open(ctx->arena, connect_loop(ctx), &options, &ctx->engine, &ctx->errors) < 0)
		return -1;
	ctx->engine->verbose = globals->verbose;
	return 0;
}

bool connect_trusts(struct ctx *ctx, const char *host)
{
	struct errors unheard, told = ctx->errors;
	errors_init(&unheard, ctx->arena);
	ctx->errors = unheard; /* no engine is no finding here */
	bool trusts = connect_engine(ctx) == 0 && insecure_registry(ctx->engine, host);
	ctx->errors = told;
	return trusts;
}

static bool registry_trusted(void *arg, const char *host)
{
	return connect_trusts(arg, host);
}

int connect_registries(struct ctx *ctx, struct repository_options *ret_options)
{
	const char *dir = config_dir(ctx->arena, ctx->globals.config_dir, ctx->os_env);
	*ret_options = (struct repository_options){ .loop = connect_loop(ctx),
		.config = config_read(ctx->arena, dir, ctx->os_env, &ctx->errors),
		.os_env = ctx->os_env,
		.code = ERROR_PULL,
		.insecure = registry_trusted,
		.arg = ctx };
	return ret_options->config ? 0 : -1;
}

/* A number as it is given: 0: as usual, below: no limit. */
static unsigned width_of(const struct opt_int *number)
{
	const unsigned most = 1000;
	if (!number->set || number->value == 0)
		return 0;
	return number->value < 0 || number->value > most ? most : (unsigned)number->value;
}

struct run_parallel connect_parallel(const struct ctx *ctx)
{
	const struct globals *globals = &ctx->globals;
	const struct opt_int *pull = &globals->parallel_pull, *build = &globals->parallel_build;
	return (struct run_parallel){
		.requests = width_of(&globals->parallel),
		.pulls = width_of(pull->set ? pull : &globals->parallel),
		.builds = width_of(build->set ? build : &globals->parallel),
	};
}

void connect_end(struct ctx *ctx)
{
	if (ctx->engine)
		engine_close(ctx->engine);
	if (ctx->loop)
		loop_destroy(ctx->loop);
	ctx->engine = NULL;
	ctx->loop = NULL;
}

/* What is fetched for a command. */
struct fetching {
	struct ctx *ctx;
	struct notice notice;
};

static struct loop *fetching_loop(void *arg)
{
	struct fetching *fetching = arg;
	return connect_loop(fetching->ctx);
}

static void fetching_waits(void *arg, const char *shown)
{
	struct fetching *fetching = arg;
	notice_begin(&fetching->notice, fetching->ctx, shown);
}

static void fetching_waited(void *arg)
{
	struct fetching *fetching = arg;
	notice_end(&fetching->notice);
}

static bool fetching_trusts(void *arg, const char *host)
{
	struct fetching *fetching = arg;
	return connect_trusts(fetching->ctx, host);
}

const struct fetch *connect_fetch(struct ctx *ctx)
{
	struct fetching *fetching = ARENA_NEW(ctx->arena, struct fetching);
	fetching->ctx = ctx;
	return fetch_create(ctx->arena, &(struct fetcher){ .loop = fetching_loop,
						.waiting = fetching_waits,
						.waited = fetching_waited,
						.insecure = fetching_trusts,
						.arg = fetching,
						.os_env = ctx->os_env,
						.config_dir = ctx->globals.config_dir });
}
