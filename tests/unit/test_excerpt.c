/* Lines of files as messages show them. */
#include "compose/tree/excerpt.h"
#include "arena_case.h"

static void shows(const char *text, unsigned line, const char *wanted)
{
	assert_string_equal(excerpt_line(arena, excerpt_read(arena, text), line), wanted);
}

static void a3_values_that_may_be_secret_are_hidden(void **state)
{
	(void)state;
	shows("environment:\n  A: pässword\n", 2, "  A: ********");
	shows("environment: {A: b, C: [d]}", 1, "environment: {A: *, C: [*]}");
	shows("environment: [A=b=c, D, 'E=f\n  g']", 1, "environment: [A=***, D, 'E=*");
	shows("environment: [A=b=c, D, 'E=f\n  g']", 2, "  *']");
	shows("x:\n  content: |\n    a\n    b # c\n", 4, "    * * *");
	shows("image: x\nurl: http://u:p@h/x\n", 2, "url: **************");
	shows("services: {token-x: {image: x}}\nother: {my_token: x}", 2, "other: {my_token: *}");
	shows("services:\n  token:\n    image: x", 3, "    image: x");
	shows("test: [a, --api-key, b, c]", 1, "test: [a, --api-key, *, c]");
	shows("secrets: {a: {file: x, content: y}, b: z}", 1, "secrets: {a: {file: x, content: *}, b: *}");
	shows("a: 1 # PASSWORD=x y", 1, "a: 1 # PASSWORD=* *");
	shows("a: 1 # at http://u:p@h there", 1, "a: 1 # at ************ there");
}

static void a3_what_is_no_value_is_shown(void **state)
{
	(void)state;
	shows("services: {a: {secrets: [x]}}", 1, "services: {a: {secrets: [x]}}");
	shows("services: {a: {secrets: [{source: x, target: y}]}}", 1,
		"services: {a: {secrets: [{source: x, target: y}]}}");
	shows("secrets: {a: {environment: NAME, driver: d}}", 1,
		"secrets: {a: {environment: NAME, driver: *}}");
	shows("environment: {A: \"${NAME:-x}-$B $$c\"}", 1, "environment: {A: \"${NAME*****$B $$*\"}");
	shows("environment: [A, '${NAME}=b', {C=d: e}]", 1, "environment: [A, '${NAME}=*', {C=*: *}]");
	shows("environment:\n  - \"A=b\"\n   - C=d e\n", 3, "   - C=* *");
	shows("environment:\n  A: b: c\n", 2, "  A: *: *");
	shows("ports: [{tokn: 1, password: x}] # token=y", 1, "ports: [{tokn: 1, password: *}] # token=*");
}

/* They are what the mistake is about: the name of a file that is not there. */
static void options_of_a_provider_are_shown_but_secrets(void **state)
{
	(void)state;
	shows("x: {provider: {type: t, options: {file: a.yaml, api_key: b, tag: [c]}}}", 1,
		"x: {provider: {type: t, options: {file: a.yaml, api_key: *, tag: [c]}}}");
	shows("provider:\n  options:\n    file: a.yaml\n    password: b\n", 3, "    file: a.yaml");
	shows("provider:\n  options:\n    file: a.yaml\n    password: b\n", 4, "    password: *");
	shows("environment: {provider: {options: {a: b}}}", 1, "environment: {provider: {options: {a: *}}}");
	shows("provider: [{options: {a: b}}]", 1, "provider: [{options: {a: *}}]");
	shows("logging: {options: {file: b}}", 1, "logging: {options: {file: *}}");
}

static void a3_values_of_more_places_are_hidden(void **state)
{
	(void)state;
	shows("environment: {A: !!int b}", 1, "environment: {A: !!int *}");
	shows("labels: [A=b, {C: d}]", 1, "labels: [A=*, {C: *}]");
	shows("annotations: {A: b}", 1, "annotations: {A: *}");
	shows("dockerfile_inline: [b]", 1, "dockerfile_inline: [*]");
	shows("additional_contexts: {a: \"service:b\", c: \"oci:pw@h\"}", 1,
		"additional_contexts: {a: \"service:b\", c: \"********\"}");
	shows("context: https:pw@host", 1, "context: *************");
	shows("context: me:pw@host:1/x", 1, "context: **************");
	shows("command: [a, --password=b, PASSWORD=c]", 1, "command: [a, --password=*, PASSWORD=*]");
	shows("image: a:1@sha256:00", 1, "image: a:1@sha256:00");
	assert_string_equal(excerpt_words(arena, "ENV DB_PASSWORD a b"), "ENV DB_PASSWORD * *");
}

static void a3_what_an_alias_brings_there_is_hidden_where_it_stands(void **state)
{
	(void)state;
	shows("x-a: &a {A: b}\nenvironment: *a", 1, "x-a: &a {A: *}");
	shows("x-a: &a {A: b}\nx-b: &b {<<: *a}\nargs: {<<: [*b]}", 1, "x-a: &a {A: *}");
	shows("x-a: &a {A: b}\nsysctls: *a", 1, "x-a: &a {A: b}");
}

static void a3_what_is_no_yaml_any_more_is_hidden_behind_a_secret(void **state)
{
	(void)state;
	shows("environment:\n  A: b\n C: d\n", 3, " C: *");
	shows("environment:\n\tA: b\n", 2, "\tA: *");
	shows("environment: {A: \"b\nC: d\n", 2, "C: *");
	shows("image: x\n\tports: a\n", 2, "\tports: a");
}

static void lines_are_those_of_yaml(void **state)
{
	(void)state;
	const struct excerpt *excerpt = excerpt_read(arena, "a: 1\r\nb: 1\rc: 1\xc2\x85"
							    "d: 1\xe2\x80\xa8"
							    "e: 1\n");
	const char *const wanted[] = { "a: 1", "b: 1", "c: 1", "d: 1", "e: 1", "" };
	for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++)
		assert_string_equal(excerpt_line(arena, excerpt, i + 1), wanted[i]);
	assert_null(excerpt_line(arena, excerpt, 7));
}

/* It may be a password whose file was taken for another one. */
static void a3_a_text_without_a_key_is_hidden(void **state)
{
	(void)state;
	assert_string_equal(excerpt_line(arena, excerpt_read(arena, "hunter2 x\n"), 1), "******* *");
	assert_string_equal(excerpt_line(arena, excerpt_read(arena, "auths: {r: {auth: eA}}\n"), 1),
		"auths: {r: {auth: **}}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a3_values_that_may_be_secret_are_hidden),
		TEST(a3_what_is_no_value_is_shown),
		TEST(options_of_a_provider_are_shown_but_secrets),
		TEST(a3_values_of_more_places_are_hidden),
		TEST(a3_what_an_alias_brings_there_is_hidden_where_it_stands),
		TEST(a3_what_is_no_yaml_any_more_is_hidden_behind_a_secret),
		TEST(lines_are_those_of_yaml),
		TEST(a3_a_text_without_a_key_is_hidden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
