/* Which version of the API is spoken with an engine, by what both can and what the environment says. */
#include "engine_case.h"

static const char *theirs; /* the engine's */

static void answer(struct peer *peer, char *request)
{
	assert_non_null(strstr(request, "GET /_ping "));
	char text[256];
	int len = snprintf(text, sizeof text,
		"HTTP/1.1 200 OK\r\nServer: Docker/99.1.0 (linux)\r\nApi-Version: %s\r\nContent-Length: 2\r\n\r\nOK",
		theirs);
	assert_int_equal(write(peer->fd, text, (size_t)len), len);
}

static int set_up(void **state)
{
	engine_set_up(state, 0);
	return 0;
}

/* Minor of the version that is chosen; 0: the engine is refused. */
static int spoken(const char *version, const char *pinned)
{
	struct map env;
	struct engine *opened;
	map_init(&env, arena);
	if (pinned)
		map_set(&env, "DOCKER_API_VERSION", (void *)(uintptr_t)pinned);
	const struct endpoint_options options = {
		.host = engine.endpoint.host, .config_dir = dir, .os_env = &env
	};
	theirs = version;
	errors_init(&errors, arena);
	if (engine_open(arena, engine.loop, &options, &opened, &errors) < 0)
		return 0;
	int minor = opened->api;
	assert_string_equal(opened->api_text, arena_printf(arena, "1.%d", minor));
	assert_string_equal(opened->server, "99.1.0");
	engine_close(opened);
	return minor;
}

static void newest_that_both_speak(void **state)
{
	(void)state;
	assert_int_equal(spoken("1.41", NULL), ENGINE_API_OLDEST);
	assert_int_equal(spoken("1.45", NULL), 45);
	assert_int_equal(spoken("1.51", NULL), ENGINE_API_NEWEST);
	assert_int_equal(spoken("1.99", NULL), ENGINE_API_NEWEST);
	assert_int_equal(spoken("2.0", NULL), ENGINE_API_OLDEST); /* not understood */
}

static void too_old_is_told(void **state)
{
	(void)state;
	assert_int_equal(spoken("1.40", NULL), 0);
	assert_non_null(strstr(errors.first->message, "is 99.1.0 and speaks API 1.40"));
	assert_int_equal(errors.first->code, ERROR_CONNECT);
}

static void environment_pins_the_version(void **state)
{
	(void)state;
	assert_int_equal(spoken("1.99", "1.44"), 44);
	assert_int_equal(spoken("1.45", "1.45"), 45);
	assert_int_equal(spoken("1.45", "1.46"), 0);
	assert_non_null(strstr(errors.first->message, "newer than what the engine speaks (1.45)"));
	static const char *const unusable[] = { "1.40", "1.52", "1", "latest" };
	for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++) {
		assert_int_equal(spoken("1.99", unusable[i]), 0);
		assert_int_equal(errors.first->code, ERROR_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(newest_that_both_speak, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(too_old_is_told, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(environment_pins_the_version, set_up, engine_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
