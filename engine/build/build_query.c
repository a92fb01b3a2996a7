#include "engine/build/build_query.h"

#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/connect/config.h"
#include "graph/images/images.h"

#include <cjson/cJSON.h>
#include <string.h>

/* Refusals */

static int query_refuse(const struct job *job, const char *key, const char *what, const char *hint)
{
	struct arena *arena = job->engine->arena;
	image_job_fail(job, ERROR_BUILD, arena_printf(arena, "build.%s", key), what);
	return error_hint(job->errors, "%s", hint);
}

/* `provenance: false` and the like ask for nothing. */
static bool asks_attestation(const char *attestation)
{
	return attestation && *attestation && strcmp(attestation, "false") != 0;
}

/* `type=inline`: the cache's description goes into the image, which a build argument asks for. */
static bool all_inline(const struct build *build)
{
	for (size_t i = 0; i < build->ncache_to; i++)
		if (strcmp(build->cache_to[i], "type=inline") != 0)
			return false;
	return true;
}

const char *build_query_cache(struct arena *arena, const char *entry)
{
	if (!strchr(entry, '='))
		return entry;
	const char *type = strstr(entry, "type="), *ref = strstr(entry, "ref=");
	if (!ref || (type && strncmp(type, "type=registry", 13) != 0))
		return NULL;
	return arena_strndup(arena, ref + 4, strcspn(ref + 4, ","));
}

/* Whether docker compose would build without BuildKit: what is refused is refused in its words, then. */
static bool is_classic(const struct job *job)
{
	const char *buildkit = job->engine->os_env ? map_get(job->engine->os_env, "DOCKER_BUILDKIT") : NULL;
	return text_is(buildkit, "0") || text_is(buildkit, "false");
}

/* The platforms that the file names: that of the environment must be one of them, and `build` makes them all.
 */
static int check_platforms(const struct job *job)
{
	const struct service *service = job->step->service;
	const struct build *build = service->build;
	const char *platform = service_platform(service);
	if (build->nplatforms && platform && !text_among(platform, build->platforms, build->nplatforms))
		return query_refuse(job, "platforms",
			arena_printf(job->engine->arena,
				"service \"%s\" build.platforms does not support value set by "
				"DOCKER_DEFAULT_PLATFORM: %s",
				service->key, platform),
			"name it there, too, or give the service a `platform:`");
	if (build->nplatforms < 2 || !job->step->image.wish)
		return 0;
	return query_refuse(job, "platforms",
		is_classic(job)
			? "the classic builder doesn't support multi-arch build, "
			  "set DOCKER_BUILDKIT=1 to use BuildKit"
			: "an engine's image has one platform only. Multi-platform build is not supported "
			  "for the docker driver.",
		"name one of them, or build for several with `docker buildx build --push`");
}

int build_query_check(const struct job *job)
{
	const struct build *build = job->step->service->build;
	struct arena *arena = job->engine->arena;
	int result = 0;
	if (build->privileged && is_classic(job))
		result = query_refuse(job, "privileged",
			"the classic builder doesn't support privileged mode, set DOCKER_BUILDKIT=1 to use BuildKit",
			"unset DOCKER_BUILDKIT");
	if (!all_inline(build))
		result = query_refuse(job, "cache_to",
			"cache_to: an engine's own builder writes a cache inline only",
			"write `[type=inline]`, or build with `docker buildx build`");
	const struct {
		const char *key, *asked;
	} rows[] = { { "provenance", build->provenance }, { "sbom", build->sbom } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (asks_attestation(rows[i].asked))
			result = query_refuse(job, rows[i].key,
				arena_printf(arena, "%s: an engine's own images have no attestations",
					rows[i].key),
				"leave it out, or build with `docker buildx build --push`");
	for (size_t i = 0; i < build->ncache_from; i++)
		if (!build_query_cache(arena, build->cache_from[i]))
			result = query_refuse(job, "cache_from", "only images can be read as a cache here",
				"name an image that was built with `cache_to: [type=inline]`");
	return check_platforms(job) < 0 ? -1 : result;
}

/* Engine 20.10 takes these two and builds without them. */
void build_query_warn(const struct job *job)
{
	const struct build *build = job->step->service->build;
	if (job->engine->api >= 42)
		return;
	if (build->shm_size.set)
		image_job_warn(
			job, "build.shm_size", "this engine builds with 64 MiB: it is too old to be told");
	if (build->nulimits)
		image_job_warn(job, "build.ulimits",
			"this engine builds with limits of its own: it is too old to be told");
}

/* Parameters */

struct query {
	struct arena *arena;
	struct buf text;
};

static void query_add(struct query *query, const char *key, const char *value)
{
	const char *pair = http_query(query->arena, key, value, NULL);
	if (*pair)
		buf_printf(&query->text, "%s%s", query->text.len ? "&" : "", pair);
}

static void add_json(struct query *query, const char *key, cJSON *json)
{
	bool empty = !cJSON_GetArraySize(json);
	const char *text = json_print(query->arena, json);
	query_add(query, key, empty ? NULL : text);
}

static void replace_text(cJSON *json, const char *key, const char *value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(json, key);
	cJSON_AddStringToObject(json, key, value);
}

/* Proxies of docker's config.json are build arguments in both spellings, unless the file sets one of them:
 * for BuildKit both are the same, and which one it takes is a matter of chance. */
static void add_proxies(cJSON *args, const struct config_proxy *proxy)
{
	const struct {
		const char *upper, *lower, *value;
	} rows[] = {
		{ "HTTP_PROXY", "http_proxy", proxy->http },
		{ "HTTPS_PROXY", "https_proxy", proxy->https },
		{ "NO_PROXY", "no_proxy", proxy->no },
		{ "FTP_PROXY", "ftp_proxy", proxy->ftp },
		{ "ALL_PROXY", "all_proxy", proxy->all },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool own = cJSON_GetObjectItem(args, rows[i].upper) != NULL; /* whatever its spelling */
		if (own || !rows[i].value || !*rows[i].value)
			continue;
		replace_text(args, rows[i].upper, rows[i].value);
		replace_text(args, rows[i].lower, rows[i].value);
	}
}

cJSON *build_query_args(const struct job *job)
{
	const struct service *service = job->step->service;
	const struct build *build = service->build;
	const struct config_proxy *proxy = config_proxy(job->engine->config, job->engine->endpoint.host);
	cJSON *args = cJSON_CreateObject();
	if (build->ncache_to)
		replace_text(args, "BUILDKIT_INLINE_CACHE", "1");
	size_t count;
	const struct pair *own = images_args(job->engine->arena, service, job->step->image.wish, &count);
	for (size_t i = 0; i < count; i++)
		replace_text(args, own[i].key, own[i].value);
	if (proxy)
		add_proxies(args, proxy);
	return args;
}

/* Labels are part of an image's id, and so is the version that docker compose writes: with another one each
 * of two tools that build in turn would find that the other's containers have a former image. That of the
 * image that is there stays, else it is the one that ours are to equal. */
cJSON *build_query_labels(const struct job *job)
{
	static const char compose_version[] = "2.40.3";
	const struct step *step = job->step;
	const struct service *service = step->service;
	cJSON *labels = cJSON_CreateObject();
	for (size_t i = 0; i < service->build->nlabels; i++) {
		const struct pair *label = &service->build->labels[i];
		replace_text(labels, label->key, label->value ? label->value : "");
	}
	replace_text(labels, "com.docker.compose.project", service->project->name);
	replace_text(labels, "com.docker.compose.service", service->key);
	replace_text(labels, "com.docker.compose.version",
		step->image.compose_version ? step->image.compose_version : compose_version);
	return labels;
}

static void add_limits(struct query *query, const struct build *build)
{
	cJSON *limits = cJSON_CreateArray();
	for (size_t i = 0; i < build->nulimits; i++) {
		cJSON *limit = cJSON_CreateObject();
		cJSON_AddStringToObject(limit, "Name", build->ulimits[i].key);
		cJSON_AddNumberToObject(limit, "Soft", (double)build->ulimits[i].soft);
		cJSON_AddNumberToObject(limit, "Hard", (double)build->ulimits[i].hard);
		cJSON_AddItemToArray(limits, limit);
	}
	add_json(query, "ulimits", limits);
	if (build->shm_size.set)
		query_add(query, "shmsize",
			arena_printf(query->arena, "%lld", (long long)build->shm_size.value));
}

/* What is to run here has one platform: of several the engine chooses (docker compose 2.40, applyPlatforms).
 */
const char *build_query_platform(const struct service *service)
{
	const char *platform = service_platform(service);
	return !platform && service->build->nplatforms == 1 ? service->build->platforms[0] : platform;
}

const char *build_query(const struct job *job, const struct build_source *source)
{
	struct arena *arena = job->engine->arena;
	const struct service *service = job->step->service;
	const struct build *build = service->build;
	const struct build_wish *wish = job->step->image.wish;
	struct query query = { .arena = arena };
	buf_init(&query.text, SIZE_MAX / 2); /* http_send says what is too long */
	query_add(&query, "version", "2");
	query_add(&query, "t", service_image(arena, service));
	for (size_t i = 0; i < build->ntags; i++)
		query_add(&query, "t", build->tags[i]);
	query_add(&query, "dockerfile", source->dockerfile);
	query_add(&query, "remote", source->session && !source->remote ? "client-session" : source->remote);
	query_add(&query, "session", source->session);
	query_add(&query, "target", build->target);
	query_add(&query, "networkmode", build->network);
	query_add(&query, "platform", build_query_platform(service));
	query_add(&query, "nocache", build->no_cache || (wish && wish->no_cache) ? "1" : NULL);
	query_add(&query, "pull", build->pull || (wish && wish->pull) ? "1" : NULL);
	for (size_t i = 0; i < build->nextra_hosts; i++)
		query_add(&query, "extrahosts",
			arena_printf(arena, "%s:%s", build->extra_hosts[i].key, build->extra_hosts[i].value));
	add_json(&query, "buildargs", build_query_args(job));
	add_json(&query, "labels", build_query_labels(job));
	add_limits(&query, build);
	cJSON *caches = cJSON_CreateArray();
	for (size_t i = 0; i < build->ncache_from; i++)
		cJSON_AddItemToArray(
			caches, cJSON_CreateString(build_query_cache(arena, build->cache_from[i])));
	add_json(&query, "cachefrom", caches);
	const char *text = arena_strdup(arena, buf_text(&query.text));
	buf_finish(&query.text);
	return text;
}
