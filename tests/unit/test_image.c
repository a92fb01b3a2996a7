/* Pulls against an engine of canned answers, and what the engine is asked for by a build. */
#include "engine/connect/config.h"
#include "engine/build/build_bases.h"
#include "engine/build/build_query.h"
#include "engine/image/images.h"
#include "engine_case.h"

static struct config config;
static struct service service;
static struct step step;
static const char *const *answers; /* to pulls, the last one again and again */
static unsigned asked, retries;
static int over; /* 0: under way; else 1 or -1, as the pull went well or not */

static void answer(struct peer *peer, char *request)
{
	assert_non_null(strstr(request, "POST /v1.51/images/create?fromImage=shop.example%2Fapp&tag=1.2 "));
	const char *text = answers[0];
	answers += answers[1] != NULL;
	asked++;
	reply_json(peer, 200, text);
}

static void told(struct sink *sink, const struct event *event)
{
	(void)sink;
	retries += event->kind == EVENT_RETRY;
}

static void ended(void *arg, bool ok)
{
	(void)arg;
	over = ok ? 1 : -1;
}

static bool is_over(void *arg)
{
	(void)arg;
	return over != 0;
}

static int set_up(void **state)
{
	engine_set_up(state, 51);
	http_version(engine.http, "1.51");
	config = (struct config){ .dir = dir };
	map_init(&config.cred_helpers, arena);
	engine.config = &config;
	service = (struct service){ .key = "web", .node = node_map(arena, (struct mark){ NULL, 0, 0 }) };
	step = (struct step){ .op = OP_IMAGE_PULL, .name = "shop.example/app:1.2", .service = &service };
	asked = retries = 0;
	return 0;
}

static bool pull(const char *const *with)
{
	static struct sink sink = { .on = told };
	answers = with;
	over = 0;
	const struct job given = {
		.engine = &engine, .step = &step, .sink = &sink, .errors = &errors, .done = ended
	};
	struct job *job = pull_job.begin(&given);
	loop_run(engine.loop, is_over, NULL);
	pull_job.cancel(job);
	return over > 0;
}

#define FAILURE(text) "{\"errorDetail\":{\"message\":\"" text "\"},\"error\":\"" text "\"}\n"

/* A registry that is restarted. The stream begins with 200: what failed stands in it. */
static void test_passing_failures(void **state)
{
	static const char *const with[] = { FAILURE("Get \\\"https://shop.example/v2/\\\": EOF"),
		FAILURE("received unexpected HTTP status: 503"), "{\"status\":\"Pull complete\"}\n", NULL };
	(void)state;
	assert_true(pull(with));
	assert_int_equal(asked, 3);
	assert_int_equal(retries, 2);
	assert_int_equal(errors.count, 0);
}

/* A registry that wants fewer requests says when to come again. */
static void test_a_registry_that_limits_pulls(void **state)
{
	static const char *const passing[] = {
		FAILURE("toomanyrequests: retry-after: 626.286us, allowed: 44000/minute"),
		FAILURE("error parsing HTTP 429 response body: x: Retry-After: 0.01"),
		"{\"status\":\"Pull complete\"}\n", NULL
	};
	static const char *const lasting[] = {
		FAILURE("toomanyrequests: retry-after: 2h0m0s, allowed: 100/6h"), NULL
	};
	(void)state;
	int64_t begun = loop_now();
	assert_true(pull(passing));
	assert_int_equal(retries, 2);
	assert_true(loop_now() - begun >= 10000000);
	asked = 0;
	assert_false(pull(lasting));
	assert_int_equal(asked, 1);
	assert_non_null(strstr(errors.first->message, "retry-after: 2h0m0s"));
	assert_non_null(strstr(errors.first->hint, "docker login shop.example"));
}

static void test_lasting_failures(void **state)
{
	static const struct {
		const char *with[2], *hint;
	} cases[] = {
		{ { FAILURE("manifest for shop.example/app:1.2 not found: manifest unknown") },
			"check name and tag" },
		{ { FAILURE("pull access denied for shop.example/app") }, "docker login shop.example" },
		{ { FAILURE("write /x: no space left on device") }, "docker system df" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		asked = 0;
		errors_init(&errors, arena);
		assert_false(pull(cases[i].with));
		assert_int_equal(asked, 1);
		assert_int_equal(errors.first->code, ERROR_PULL);
		assert_string_equal(errors.first->path, "services.web.image");
		assert_non_null(strstr(errors.first->hint, cases[i].hint));
	}
}

/* The file's own proxy stands, whatever its spelling; the others come from config.json in both spellings. */
static void test_build_arguments(void **state)
{
	struct pair args[] = { { "http_proxy", "http://own:1" }, { "TAG", NULL }, { "UNSET", NULL } };
	struct build build = { .args = args, .nargs = 3 };
	struct config_proxy proxy = { .host = "default", .http = "http://c:1", .https = "http://c:2" };
	struct project project = { .name = "shop", .separator = "-", .env = map_create(arena) };
	(void)state;
	map_set((struct map *)project.env, "TAG", "7");
	config.proxies = &proxy;
	config.nproxies = 1;
	service.build = &build;
	service.project = &project;
	const struct job job = { .engine = &engine, .step = &step, .errors = &errors };
	const char *query = build_query(&job, &(struct build_source){ .dockerfile = "Dockerfile" });
	const char *wanted = http_query(arena, "buildargs",
		"{\"http_proxy\":\"http://own:1\",\"TAG\":\"7\",\"HTTPS_PROXY\":\"http://c:2\","
		"\"https_proxy\":\"http://c:2\"}",
		(char *)NULL);
	assert_non_null(strstr(query, arena_printf(arena, "&%s&", wanted)));
	assert_non_null(strstr(query, "t=shop-web&dockerfile=Dockerfile&"));
}

struct platform_row {
	const char *own, *env, *buildkit;
	size_t named;
	bool builds, privileged;
	const char *query, *refused;
};

static void platform_as(const struct platform_row *row)
{
	const char *both[] = { "linux/amd64", "linux/arm64" };
	struct map env, os_env;
	struct build build = { .platforms = both, .nplatforms = row->named, .privileged = row->privileged };
	struct project project = { .name = "shop", .separator = "-", .env = &env };
	const struct service web = {
		.key = "web", .project = &project, .build = &build, .platform = row->own
	};
	const struct build_wish wish = { .pull = false };
	struct step built = { .op = OP_IMAGE_BUILD, .name = "shop-web", .service = &web };
	const struct job job = { .engine = &engine, .step = &built, .errors = &errors };
	map_init(&env, arena);
	map_init(&os_env, arena);
	if (row->env)
		map_set(&env, "DOCKER_DEFAULT_PLATFORM", (void *)(uintptr_t)row->env);
	if (row->buildkit)
		map_set(&os_env, "DOCKER_BUILDKIT", (void *)(uintptr_t)row->buildkit);
	engine.os_env = &os_env;
	built.image.wish = row->builds ? &wish : NULL;
	errors_init(&errors, arena);
	assert_int_equal(build_query_check(&job), row->refused ? -1 : 0);
	engine.os_env = NULL;
	if (row->refused) {
		assert_non_null(strstr(errors.first->message, row->refused));
		return;
	}
	const char *query = build_query(&job, &(struct build_source){ .dockerfile = "Dockerfile" });
	assert_int_equal(strstr(query, "platform=") != NULL, row->query != NULL);
	assert_non_null(strstr(query, http_query(arena, "platform", row->query, (char *)NULL)));
}

/* `build` makes all platforms that are named; what is to run here is of one: its own, the environment's, the
 * only one that is named, or the engine's choice. */
static void test_platforms(void **state)
{
	(void)state;
	static const struct platform_row rows[] = {
		{ .named = 2 },
		{ .named = 1, .query = "linux/amd64" },
		{ .named = 1, .builds = true, .query = "linux/amd64" },
		{ .own = "linux/386", .env = "linux/arm64", .query = "linux/386" },
		{ .env = "linux/arm64", .query = "linux/arm64" },
		{ .env = "linux/arm64", .named = 2, .query = "linux/arm64" },
		{ .env = "windows/amd64",
			.named = 2,
			.refused = "service \"web\" build.platforms does not support value set by "
				   "DOCKER_DEFAULT_PLATFORM: windows/amd64" },
		{ .named = 2,
			.builds = true,
			.refused = "Multi-platform build is not supported for the docker driver." },
		{ .named = 2,
			.builds = true,
			.buildkit = "0",
			.refused = "the classic builder doesn't support multi-arch build, set "
				   "DOCKER_BUILDKIT=1 to use BuildKit" },
		{ .privileged = true },
		{ .privileged = true,
			.buildkit = "0",
			.refused = "the classic builder doesn't support privileged mode, set "
				   "DOCKER_BUILDKIT=1 to use BuildKit" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		platform_as(&rows[i]);
}

static void test_images_that_dockerfiles_begin_from(void **state)
{
	(void)state;
	struct texts names = build_bases_named(arena,
		"# FROM no\nfrom shop/base AS one\r\n  FROM --platform=linux/arm64 --x=y other:1\nRUN FROM x\nFROM\n"
		"FROM shop/base");
	assert_int_equal(names.count, 2);
	assert_string_equal(names.items[0], "shop/base");
	assert_string_equal(names.items[1], "other:1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_platforms, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_passing_failures, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_a_registry_that_limits_pulls, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_lasting_failures, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(
			test_images_that_dockerfiles_begin_from, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_build_arguments, set_up, engine_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
