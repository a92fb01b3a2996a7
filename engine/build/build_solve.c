#include "engine/build/build_solve.h"

#include "base/heap.h"
#include "base/text/text.h"
#include "base/text/texts.h"
#include "base/text/json.h"
#include "engine/build/build_session.h"
#include "engine/session/grpc.h"
#include "engine/session/proto.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_MOST ((size_t)4 << 20)
#define LAST_STEPS   INT64_C(3000000000) /* ns after the end until all steps were told */
#define LAST_WORDS   INT64_C(500000000)  /* after a failure: BuildKit may wait for a build that never began */

/* Fields of moby.buildkit.v1.SolveRequest. An exporter of its own field is understood by every BuildKit. */
enum {
	SOLVE_REF = 1,
	SOLVE_EXPORTER = 3,
	SOLVE_EXPORTER_ATTRS = 4,
	SOLVE_SESSION = 5,
	SOLVE_FRONTEND = 6,
	SOLVE_ATTRS = 7,
	SOLVE_CACHE = 8,
	SOLVE_ENTITLEMENTS = 9
};

struct build_solve {
	const struct job *job;
	struct build_solve_options options;
	const char *ref;
	struct buf request;
	struct grpc *grpc;
	struct grpc_call *solving, *watching;
	struct loop_timer *timer;
	const char *id, *failure; /* the engine's arena's */
	bool ended;               /* the failure, or none, is known */
};

bool build_solve_needed(const struct service *service)
{
	const struct build *build = service->build;
	return build->nadditional_contexts || build->nno_cache_filter || build->nentitlements ||
	       build->privileged;
}

static int solve_refuse(const struct job *job, const char *key, const char *what, const char *hint)
{
	image_job_fail(job, ERROR_BUILD, arena_printf(job->engine->arena, "build.%s", key), what);
	return error_hint(job->errors, "%s", hint);
}

int build_solve_check(const struct job *job)
{
	const struct build *build = job->step->service->build;
	struct arena *arena = job->engine->arena;
	int result = 0;
	if (build->nadditional_contexts && job->engine->api < 42)
		result = solve_refuse(job, "additional_contexts",
			"additional_contexts: this engine's BuildKit knows only one context",
			"an engine from 23.0 on has them");
	for (size_t i = 0; i < build->nadditional_contexts; i++)
		if (text_after(build->additional_contexts[i].value, "oci-layout://"))
			result = solve_refuse(job, "additional_contexts",
				arena_printf(arena, "context %s: an OCI layout cannot be read from here",
					build->additional_contexts[i].key),
				"load it as an image, and name it as docker-image://NAME");
	for (size_t i = 0; i < build->nextra_hosts; i++)
		if (text_is(build->extra_hosts[i].value, "host-gateway"))
			result = solve_refuse(job, "extra_hosts",
				"host-gateway is not known to a build with additional contexts, entitlements or "
				"no_cache_filter",
				"write the address of the host");
	return result;
}

/* The request */

static void put_attr(struct build_solve *solve, const char *key, const char *value)
{
	proto_put_entry(&solve->request, SOLVE_ATTRS, key, value);
}

/* Attributes PREFIXkey of all members of an object, which is freed; a null is left out. */
static void put_object(struct build_solve *solve, const char *prefix, cJSON *object)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, object)
		put_attr(solve, arena_printf(solve->job->engine->arena, "%s%s", prefix, item->string),
			cJSON_GetStringValue(item));
	cJSON_Delete(object);
}

static void put_contexts(struct build_solve *solve)
{
	const struct service *service = solve->job->step->service;
	struct arena *arena = solve->job->engine->arena;
	for (size_t i = 0; i < service->build->nadditional_contexts; i++) {
		const struct pair *context = &service->build->additional_contexts[i];
		const char *key = text_after(context->value, "service:"), *value = context->value;
		const struct service *other = key ? project_service(service->project, key) : NULL;
		if (other)
			value = arena_printf(arena, "docker-image://%s", service_image(arena, other));
		else if (build_session_dir(arena, context))
			value = arena_printf(arena, "local:%s", build_session_dir(arena, context));
		put_attr(solve, arena_printf(arena, "context:%s", context->key), value);
	}
}

static void put_hosts(struct build_solve *solve)
{
	const struct build *build = solve->job->step->service->build;
	struct arena *arena = solve->job->engine->arena;
	struct texts hosts = { 0 };
	for (size_t i = 0; i < build->nextra_hosts; i++)
		texts_add(arena, &hosts,
			arena_printf(arena, "%s=%s", build->extra_hosts[i].key, build->extra_hosts[i].value));
	put_attr(solve, "add-hosts", texts_join(arena, &hosts, ","));
}

static void put_limits(struct build_solve *solve)
{
	const struct build *build = solve->job->step->service->build;
	struct arena *arena = solve->job->engine->arena;
	struct texts limits = { 0 };
	for (size_t i = 0; i < build->nulimits; i++)
		texts_add(arena, &limits,
			arena_printf(arena, "%s=%lld:%lld", build->ulimits[i].key,
				(long long)build->ulimits[i].soft, (long long)build->ulimits[i].hard));
	put_attr(solve, "ulimit", texts_join(arena, &limits, ","));
	if (build->shm_size.set)
		put_attr(solve, "shm-size", arena_printf(arena, "%lld", (long long)build->shm_size.value));
}

/* No stage uses the cache, or these do not. */
static void put_no_cache(struct build_solve *solve)
{
	const struct build *build = solve->job->step->service->build;
	const struct build_wish *wish = solve->job->step->image.wish;
	const struct texts stages = { build->no_cache_filter, build->nno_cache_filter };
	if (build->no_cache || (wish && wish->no_cache))
		put_attr(solve, "no-cache", "");
	else
		put_attr(solve, "no-cache", texts_join(solve->job->engine->arena, &stages, ","));
}

static void put_entitlements(struct build_solve *solve)
{
	const struct build *build = solve->job->step->service->build;
	for (size_t i = 0; i < build->nentitlements; i++)
		proto_put_text(&solve->request, SOLVE_ENTITLEMENTS, build->entitlements[i]);
	if (build->privileged)
		proto_put_text(&solve->request, SOLVE_ENTITLEMENTS, "security.insecure");
	if (text_is(build->network, "host"))
		proto_put_text(&solve->request, SOLVE_ENTITLEMENTS, "network.host");
}

/* Images whose layers may be used. CacheOptions: 5 repeated CacheOptionsEntry {1 Type, 2 Attrs} */
static void put_caches(struct build_solve *solve)
{
	const struct build *build = solve->job->step->service->build;
	auto_buf struct buf options;
	buf_init(&options, REQUEST_MOST);
	for (size_t i = 0; i < build->ncache_from; i++) {
		auto_buf struct buf entry;
		buf_init(&entry, REQUEST_MOST);
		proto_put_text(&entry, 1, "registry");
		proto_put_entry(
			&entry, 2, "ref", build_query_cache(solve->job->engine->arena, build->cache_from[i]));
		proto_put_bytes(&options, 5, buf_text(&entry), entry.len);
	}
	if (options.len)
		proto_put_bytes(&solve->request, SOLVE_CACHE, buf_text(&options), options.len);
}

/* Images are looked for anew; not where another service's is among them, which no registry has. */
static void put_pull(struct build_solve *solve)
{
	const struct build *build = solve->job->step->service->build;
	for (size_t i = 0; i < build->nadditional_contexts; i++)
		if (text_after(build->additional_contexts[i].value, "service:")) {
			image_job_warn(solve->job, "build.additional_contexts",
				"newer base images are not looked for: the image of another service is "
				"among them");
			return;
		}
	put_attr(solve, "image-resolve-mode", "pull");
}

/* The whole of it. */
static void put_request(struct build_solve *solve)
{
	const struct job *job = solve->job;
	const struct service *service = job->step->service;
	const struct build *build = service->build;
	const struct build_wish *wish = job->step->image.wish;
	struct arena *arena = job->engine->arena;
	struct texts names = { 0 };
	texts_add(arena, &names, service_image(arena, service));
	for (size_t i = 0; i < build->ntags; i++)
		texts_add_once(arena, &names, build->tags[i]);
	proto_put_text(&solve->request, SOLVE_REF, solve->ref);
	proto_put_text(&solve->request, SOLVE_EXPORTER, "moby");
	proto_put_entry(&solve->request, SOLVE_EXPORTER_ATTRS, "name", texts_join(arena, &names, ","));
	proto_put_text(&solve->request, SOLVE_SESSION, solve->options.source->session);
	proto_put_text(&solve->request, SOLVE_FRONTEND, "dockerfile.v0");
	put_attr(solve, "filename", solve->options.source->dockerfile);
	put_attr(solve, "context", solve->options.source->remote);
	put_attr(solve, "target", build->target);
	put_attr(solve, "platform", build_query_platform(service));
	put_attr(solve, "force-network-mode", text_is(build->network, "default") ? NULL : build->network);
	if (build->pull || (wish && wish->pull))
		put_pull(solve);
	put_object(solve, "build-arg:", build_query_args(job));
	put_object(solve, "label:", build_query_labels(job));
	put_contexts(solve);
	put_hosts(solve);
	put_limits(solve);
	put_no_cache(solve);
	put_caches(solve);
	put_entitlements(solve);
}

/* The answers */

/* Told from the loop: who hears of it closes. */
static void solve_over(void *arg)
{
	struct build_solve *solve = arg;
	solve->timer = NULL;
	solve->options.done(solve->options.arg, solve->failure ? NULL : solve->id, solve->failure);
}

/* Nothing more is to come, or what may still come is waited for no longer than this. */
static void solve_end(struct build_solve *solve, const char *failure, int64_t ns)
{
	struct loop *loop = solve->job->engine->loop;
	if (!failure && !solve->id)
		failure = "the engine ended the build without an image";
	if (!solve->ended)
		solve->failure = failure ? arena_strdup(solve->job->engine->arena, failure) : NULL;
	solve->ended = true;
	loop_cancel(loop, solve->timer);
	solve->timer = loop_after(loop, ns, solve_over, solve);
}

/* SolveResponse {1 map ExporterResponse}: the image's id is that of its content, here. */
static void solve_message(struct grpc_call *call, const char *bytes, size_t len)
{
	struct build_solve *solve = call->state;
	struct arena *arena = solve->job->engine->arena;
	struct proto_message message = proto_message(arena, bytes, len);
	struct proto_field field;
	while (proto_next(&message, &field)) {
		struct fields {
			const char *key, *value;
		} entry = { "", "" };
		static const struct proto_row rows[] = {
			{ 1, PROTO_TEXT, offsetof(struct fields, key) },
			{ 2, PROTO_TEXT, offsetof(struct fields, value) },
			{ 0 },
		};
		struct proto_message inner = proto_inner(&message, &field);
		if (field.number == 1 && proto_read(&inner, rows, &entry) &&
			strcmp(entry.key, "containerimage.digest") == 0 && json_is_id(entry.value))
			solve->id = entry.value;
	}
}

/* Steps may still be told when the image is there: what is watched ends by itself, soon. */
static void solve_gone(struct grpc_call *call)
{
	struct build_solve *solve = call->state;
	solve->solving = NULL;
	const char *failure = call->status == GRPC_OK ? NULL : call->words;
	solve_end(solve, failure, !solve->watching ? 0 : failure ? LAST_WORDS : LAST_STEPS);
}

static void watch_message(struct grpc_call *call, const char *bytes, size_t len)
{
	struct build_solve *solve = call->state;
	build_progress_take(solve->options.progress, bytes, len);
}

static void watch_gone(struct grpc_call *call)
{
	struct build_solve *solve = call->state;
	solve->watching = NULL;
	if (!solve->solving)
		solve_end(solve, solve->failure, 0);
}

static const struct grpc_method solve_method = {
	.path = "/moby.buildkit.v1.Control/Solve", .message = solve_message, .gone = solve_gone
};

static const struct grpc_method watch_method = {
	.path = "/moby.buildkit.v1.Control/Status", .message = watch_message, .gone = watch_gone
};

static void on_opened(void *arg)
{
	struct build_solve *solve = arg;
	auto_buf struct buf status;
	buf_init(&status, 256);
	proto_put_text(&status, 1, solve->ref);
	solve->solving = grpc_make(solve->grpc, &solve_method, NULL, &solve->request, solve);
	solve->watching = grpc_make(solve->grpc, &watch_method, NULL, &status, solve);
	if (!solve->solving)
		solve_end(solve, "the build's call cannot be made", 0);
}

static void on_ended(void *arg, const char *why)
{
	solve_end(arg, why, 0);
}

struct build_solve *build_solve_begin(const struct job *job, const struct build_solve_options *options)
{
	struct build_solve *solve = HEAP_NEW(struct build_solve);
	struct request *request = http_request(job->engine->http);
	*solve = (struct build_solve){ .job = job, .options = *options, .ref = options->source->session };
	const struct grpc_options connection = { .opened = on_opened, .ended = on_ended, .arg = solve };
	buf_init(&solve->request, REQUEST_MOST);
	put_request(solve);
	solve->options.source = NULL;
	request->method = "POST";
	request->path = "/grpc";
	solve->grpc = grpc_open(request, &connection, job->errors);
	if (solve->grpc)
		return solve;
	build_solve_close(solve);
	return NULL;
}

void build_solve_close(struct build_solve *solve)
{
	if (!solve)
		return;
	loop_cancel(solve->job->engine->loop, solve->timer);
	grpc_close(solve->grpc);
	buf_finish(&solve->request);
	free(solve);
}
