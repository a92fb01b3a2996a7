/* What the environment says of a collector. */
#include "arena_case.h"
#include "engine/record/otlp.h"

/* Reads "NAME=VALUE" lines as the environment. */
static struct otlp read_env(const char *lines)
{
	struct map *env = map_create(arena);
	for (char *rest = arena_strdup(arena, lines), *line; (line = strsep(&rest, "\n"));) {
		char *equal = strchr(line, '=');
		*equal = '\0';
		map_set(env, line, equal + 1);
	}
	return otlp_read(arena, env);
}

static void the_endpoint_is_a_base_or_all_of_it(void **state)
{
	(void)state;
	assert_null(read_env("HOME=/").url);
	assert_string_equal(
		read_env("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318").url, "http://c:4318/v1/traces");
	assert_string_equal(
		read_env("OTEL_EXPORTER_OTLP_ENDPOINT=https://c/x/").url, "https://c/x/v1/traces");
	assert_string_equal(read_env("OTEL_EXPORTER_OTLP_ENDPOINT=http://c\n"
				     "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://d/y")
				    .url,
		"http://d/y");
	assert_string_equal(
		read_env("OTEL_EXPORTER_OTLP_ENDPOINT=http://c\nOTEL_EXPORTER_OTLP_TRACES_ENDPOINT=").url,
		"http://c/v1/traces");
}

static void what_is_no_collector_of_ours_is_none(void **state)
{
	(void)state;
	static const char *const cases[] = { "OTEL_EXPORTER_OTLP_ENDPOINT=",
		"OTEL_EXPORTER_OTLP_ENDPOINT=c:4317", "OTEL_EXPORTER_OTLP_ENDPOINT=file:///etc/passwd",
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://c\nOTEL_EXPORTER_OTLP_PROTOCOL=grpc",
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://c\nOTEL_TRACES_EXPORTER=none",
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://c\nOTEL_SDK_DISABLED=TRUE" };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_null(read_env(cases[i]).url);
	assert_non_null(read_env("OTEL_EXPORTER_OTLP_ENDPOINT=http://c\nOTEL_EXPORTER_OTLP_PROTOCOL=grpc\n"
				 "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json")
				.url);
}

static void headers_are_decoded_and_stay_one_line(void **state)
{
	(void)state;
	struct otlp otlp = read_env(
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://c\n"
		"OTEL_EXPORTER_OTLP_HEADERS=authorization=Basic%20YQ==, x =b%0d%0aEvil: 1,broken,=c,d=%zz");
	assert_string_equal(otlp.headers[0], "authorization: Basic YQ==");
	assert_string_equal(otlp.headers[1], "x: bEvil: 1");
	assert_string_equal(otlp.headers[2], "d: %zz");
	assert_null(otlp.headers[3]);
	assert_null(read_env("OTEL_EXPORTER_OTLP_ENDPOINT=http://c").headers[0]);
}

static void there_is_an_end_to_patience(void **state)
{
	(void)state;
	assert_int_equal(read_env("OTEL_EXPORTER_OTLP_ENDPOINT=http://c").timeout, INT64_C(10000000000));
	assert_int_equal(read_env("OTEL_EXPORTER_OTLP_TIMEOUT=250").timeout, 250000000);
	assert_int_equal(
		read_env("OTEL_EXPORTER_OTLP_TIMEOUT=250\nOTEL_EXPORTER_OTLP_TRACES_TIMEOUT=7").timeout,
		7000000);
	assert_int_equal(read_env("OTEL_EXPORTER_OTLP_TIMEOUT=99999999999999").timeout, INT64_C(60000000000));
	assert_int_equal(read_env("OTEL_EXPORTER_OTLP_TIMEOUT=-1").timeout, INT64_C(10000000000));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		CASE(the_endpoint_is_a_base_or_all_of_it),
		CASE(what_is_no_collector_of_ours_is_none),
		CASE(headers_are_decoded_and_stay_one_line),
		CASE(there_is_an_end_to_patience),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
