/* The project as YAML and JSON, byte for byte. */
#include "compose/print/emit_write.h"
#include "tree_case.h"

static const char *printed(const struct project *project, bool json, bool raw)
{
	char *text = NULL;
	size_t len = 0;
	struct emit_options options = { .json = json, .raw = raw };
	FILE *out = open_memstream(&text, &len);
	emit_project(out, arena, project, &options);
	fclose(out);
	const char *copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

static const char *styled(const char *value)
{
	char *text = NULL;
	size_t len = 0;
	struct writer writer = { .out = open_memstream(&text, &len) };
	emit_yaml_text(&writer, value, false, 1);
	fclose(writer.out);
	const char *copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

static void styles(void **state)
{
	(void)state;
	static const char *const plain[] = { "-a", ":a", "?a", "a:b", "a#b", "a,b", "a{b}", "a'b", "a\"b",
		"a\\b", "=", "<", "<<", "+", "0x", "1e", "0o8", "tRUE", "1.2.3", "::1", "0.0.0.0", "1:60",
		"\xc3\xa4", "a b" };
	static const char *const single[] = { " a", "a ", "a: b", "a:", "a #b", "#a", "- a", "-", "?", ":",
		"{a", "}a", "[a", "]a", ",a", "&a", "*a", "!a", "|a", ">a", "\"a", "%a", "@a", "`a", "{{.X}}",
		"...", "---", "--- a" };
	static const char *const quoted[] = { "", "yes", "No", "y", "n", "true", "null", "~", "1", "1.0",
		"1e3", "0x1f", "0o7", "010", "08", "1_000", "+1", ".5", "5.", ".inf", ".nan", "0b11", "1:20",
		"12:30:45", "2020-01-01" };
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		assert_string_equal(styled(plain[i]), plain[i]);
	for (size_t i = 0; i < sizeof single / sizeof *single; i++)
		assert_string_equal(styled(single[i]), arena_printf(arena, "'%s'", single[i]));
	for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++)
		assert_string_equal(styled(quoted[i]), arena_printf(arena, "\"%s\"", quoted[i]));
	assert_string_equal(styled("'a"), "'''a'");
	assert_string_equal(styled("a\tb\r"), "\"a\\tb\\r\"");
	assert_string_equal(styled("\x7f\x01"), "\"\\x7F\\x01\"");
	assert_string_equal(styled("\xef\xbb\xbf"), "\"\\uFEFF\"");
	assert_string_equal(styled("\xc2\x85"), "\"\\N\"");
	assert_string_equal(styled("\xf0\x9f\x98\x80"), "\"\\U0001F600\"");
	assert_string_equal(styled("a\nb\n"), "|\n  a\n  b");
	assert_string_equal(styled("a\nb"), "|-\n  a\n  b");
	assert_string_equal(styled("a\n\n"), "|+\n  a\n");
	assert_string_equal(styled(" a\nb"), "|2-\n   a\n  b");
	assert_string_equal(styled("a \nb"), "\"a \\nb\"");
}

static int by_natural(const void *a, const void *b)
{
	return emit_natural(*(const char *const *)a, *(const char *const *)b);
}

static void order(void **state)
{
	(void)state;
	static const char *const want[] = { "_X", "1", "9", "10", "A_B", "A1", "A01", "A2", "A10", "AB", "Ab",
		"B-1", "B.1", "B_1", "B1", "a" };
	enum { COUNT = sizeof want / sizeof *want };
	const char *keys[COUNT];
	for (size_t i = 0; i < COUNT; i++)
		keys[i] = want[(i * 7) % COUNT];
	qsort(keys, COUNT, sizeof *keys, by_natural);
	for (size_t i = 0; i < COUNT; i++)
		assert_string_equal(keys[i], want[i]);
	static const char *const services[] = { "_c", "1", "1b", "A", "B", "a-1", "a-2", "a-10", "a.1", "a_1",
		"aa" };
	for (size_t i = 1; i < sizeof services / sizeof *services; i++)
		assert_true(emit_natural(services[i - 1], services[i]) < 0);
}

static const char file[] = "services:\n"
			   "  web:\n"
			   "    image: a$b\n"
			   "    scale: 0\n"
			   "    entrypoint: ''\n"
			   "    read_only: false\n"
			   "    deploy: {}\n"
			   "    labels: {b: <x>, a: 1}\n"
			   "    x-note: {z: 1.50}\n"
			   "networks:\n"
			   "  default: {enable_ipv6: false}\n"
			   "x-top: [1]\n";

static void yaml(void **state)
{
	(void)state;
	assert_string_equal(printed(project_of(file), false, false), "name: p\n"
								     "services:\n"
								     "  web:\n"
								     "    deploy:\n"
								     "      replicas: 0\n"
								     "    entrypoint: []\n"
								     "    image: a$$b\n"
								     "    labels:\n"
								     "      a: \"1\"\n"
								     "      b: <x>\n"
								     "    networks:\n"
								     "      default: null\n"
								     "    scale: 0\n"
								     "    x-note:\n"
								     "      z: 1.5\n"
								     "networks:\n"
								     "  default:\n"
								     "    name: p_default\n"
								     "    enable_ipv6: false\n"
								     "x-top:\n"
								     "  - 1\n");
}

static void json(void **state)
{
	(void)state;
	assert_string_equal(printed(project_of(file), true, false), "{\n"
								    "  \"name\": \"p\",\n"
								    "  \"networks\": {\n"
								    "    \"default\": {\n"
								    "      \"name\": \"p_default\",\n"
								    "      \"ipam\": {},\n"
								    "      \"enable_ipv6\": false\n"
								    "    }\n"
								    "  },\n"
								    "  \"services\": {\n"
								    "    \"web\": {\n"
								    "      \"command\": null,\n"
								    "      \"deploy\": {\n"
								    "        \"replicas\": 0,\n"
								    "        \"resources\": {},\n"
								    "        \"placement\": {}\n"
								    "      },\n"
								    "      \"entrypoint\": [],\n"
								    "      \"image\": \"a$$b\",\n"
								    "      \"labels\": {\n"
								    "        \"a\": \"1\",\n"
								    "        \"b\": \"\\u003cx\\u003e\"\n"
								    "      },\n"
								    "      \"networks\": {\n"
								    "        \"default\": null\n"
								    "      },\n"
								    "      \"scale\": 0\n"
								    "    }\n"
								    "  },\n"
								    "  \"x-top\": [\n"
								    "    1\n"
								    "  ]\n"
								    "}");
}

static void kinds(void **state)
{
	(void)state;
	const struct project *project = project_of("services:\n"
						   "  web:\n"
						   "    image: x\n"
						   "    mem_limit: 50m\n"
						   "    stop_grace_period: 0s\n"
						   "    cpus: 1.50\n"
						   "    configs: [{source: c, mode: 0440}]\n"
						   "    ulimits: {a: 0, b: 5}\n"
						   "    healthcheck: {test: NONE, interval: 90s}\n"
						   "configs: {c: {content: a}}\n");
	assert_string_equal(printed(project, false, false), "name: p\n"
							    "services:\n"
							    "  web:\n"
							    "    cpus: 1.5\n"
							    "    configs:\n"
							    "      - source: c\n"
							    "        mode: \"0440\"\n"
							    "    healthcheck:\n"
							    "      test:\n"
							    "        - CMD-SHELL\n"
							    "        - NONE\n"
							    "      interval: 1m30s\n"
							    "    image: x\n"
							    "    mem_limit: \"52428800\"\n"
							    "    networks:\n"
							    "      default: null\n"
							    "    stop_grace_period: 0s\n"
							    "    ulimits:\n"
							    "      a:\n"
							    "        soft: 0\n"
							    "        hard: 0\n"
							    "      b: 5\n"
							    "networks:\n"
							    "  default:\n"
							    "    name: p_default\n"
							    "configs:\n"
							    "  c:\n"
							    "    name: p_c\n"
							    "    content: a\n");
}

static void secrets_stay(void **state)
{
	(void)state;
	struct node *tree = parse("services: {}\nsecrets: {s: {environment: TOKEN}}\n");
	struct project project = { .name = "p", .tree = tree };
	map_set(&env, "TOKEN", "hunter2");
	assert_int_equal(fill_environment(arena, tree, &env, &errors), 0);
	for (int json = 0; json < 2; json++)
		for (int raw = 0; raw < 2; raw++)
			assert_null(strstr(printed(&project, json, raw), "hunter2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(styles), TEST(order), TEST(yaml), TEST(json), TEST(kinds),
		TEST(secrets_stay) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
