/* Reading foreign JSON: anything is taken for anything, nothing is trusted. */
#include "base/text/json.h"
#include "arena_case.h"

#include <stdlib.h>
#include <unistd.h>
#include <cjson/cJSON.h>

static cJSON *parse(const char *text)
{
	return json_parse(text, strlen(text), "answer", &errors);
}

static void members_of_any_kind(void **state)
{
	(void)state;
	cJSON *json = parse(
		"{\"State\":{\"Health\":{\"Status\":\"healthy\"},\"Pid\":42,\"On\":true},\"a.b\":\"x\",\"n\":null}\n");
	assert_string_equal(json_text(json, "State.Health.Status", "-"), "healthy");
	assert_int_equal(json_int(json, "State.Pid", -1), 42);
	assert_true(json_bool(json, "State.On"));
	assert_string_equal(json_text(json, "State.Pid", "-"), "-");
	assert_string_equal(json_text(json, "State.Health.Status.Deeper", "-"), "-");
	assert_string_equal(json_text(json, "n", "-"), "-");
	assert_int_equal(json_int(json, "Missing", 7), 7);
	assert_string_equal(json_get(json, "a.b")->valuestring, "x");
	assert_null(json_at(json, "a.b"));
	assert_string_equal(json_text(NULL, "x", "-"), "-");
	cJSON *number = parse("1");
	assert_int_equal(json_int(number, "x", 3), 3);
	cJSON_Delete(number);
	cJSON_Delete(json);
}

static void broken_documents_are_errors(void **state)
{
	(void)state;
	char deep[200];
	memset(deep, '[', sizeof deep);
	assert_null(json_parse(deep, sizeof deep, "answer", &errors));
	assert_non_null(strstr(errors.last->message, "nests deeper"));
	static const char *const texts[] = { "", "{", "{\"a\":1} x", "\"", "\"\\", "nul" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_null(parse(texts[i]));
		assert_int_equal(errors.count, i + 2);
	}
	cJSON *json = parse(
		"{\"brackets\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"\"}");
	assert_non_null(json);
	cJSON_Delete(json);
}

static void files(void **state)
{
	(void)state;
	char file[] = "/tmp/flow-test-XXXXXX";
	cJSON *json = (cJSON *)file;
	int fd = mkstemp(file);
	assert_int_equal(json_read(file, &json, &errors), 0);
	assert_null(json);
	assert_int_equal(write(fd, "{\"a\":1}\n", 8), 8);
	close(fd);
	assert_int_equal(json_read(file, &json, &errors), 0);
	assert_int_equal(json_int(json, "a", 0), 1);
	cJSON_Delete(json);
	unlink(file);
	assert_int_equal(json_read(file, &json, &errors), 0);
	assert_null(json);
	assert_int_equal(json_read("/tmp", &json, &errors), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(members_of_any_kind, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(broken_documents_are_errors, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(files, arena_set_up, arena_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
