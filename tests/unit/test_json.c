/* Reading foreign JSON: anything is taken for anything, nothing is trusted. */
#include "base/text/json.h"
#include "base/text/json_list.h"
#include "arena_case.h"

#include <stdlib.h>
#include <unistd.h>
#include <cjson/cJSON.h>
#include <sys/stat.h>

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

static int got_element(void *arg, const char *text, size_t len)
{
	struct buf *all = arg;
	buf_printf(all, "<%.*s>", (int)len, text);
	return 0;
}

/* Feeds the text in pieces of that size; what the elements were is in `all`. */
static int list_of(const char *text, size_t piece, struct buf *all)
{
	struct json_list list = { 0 };
	json_list_init(&list, 40);
	for (size_t at = 0, len = strlen(text); at < len; at += piece)
		json_list_feed(&list, text + at, len - at < piece ? len - at : piece, got_element, all);
	int result = json_list_end(&list, "the list", &errors);
	json_list_finish(&list);
	return result;
}

static void a8_a_list_in_any_pieces(void **state)
{
	static const char text[] = " [ {\"a\":\"]},\\\"\"},[1,[2]] ,\"x,]\", 5] \n";
	(void)state;
	for (size_t piece = 1; piece < sizeof text; piece++) {
		auto_buf struct buf all;
		buf_init(&all, 1000);
		assert_int_equal(list_of(text, piece, &all), 0);
		assert_string_equal(buf_text(&all), "<{\"a\":\"]},\\\"\"}><[1,[2]] ><\"x,]\"><5>");
	}
}

static void a6_what_is_no_list(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = { { "", "the list breaks off" }, { "null", "is null, not a list" },
		{ "5", "is a number, not a list" }, { "{\"message\":\"x\"}", "is an object, not a list" },
		{ "\"[]\"", "is a text, not a list" }, { "[1,2", "breaks off" }, { "[]]", "no list in JSON" },
		{ "[1]x", "no list in JSON" }, { "\x01[2]", "no list in JSON" }, { "<html>", "is not JSON" },
		{ "[\"0123456789012345678901234567890123456789\"]", "an element of more than 40 bytes" } };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		auto_buf struct buf all;
		buf_init(&all, 1000);
		assert_int_equal(list_of(cases[i].text, 1 + i % 3, &all), -1);
		assert_non_null(strstr(errors.last->message, cases[i].why));
	}
}

static void a6_ids(void **state)
{
	(void)state;
	assert_true(json_is_id("sha256:0a") && json_is_id("c1") && json_is_id("shop_web-1.x"));
	assert_false(json_is_id(NULL) || json_is_id("") || json_is_id("../x") || json_is_id("a b") ||
		     json_is_id("a?b") || json_is_id("a/b") || json_is_id(".a") || json_is_id("a%2f"));
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
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(json_read(file, &json, &errors), -1);
	assert_non_null(strstr(errors.last->message, "it is a pipe"));
	unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(members_of_any_kind, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(a8_a_list_in_any_pieces, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(a6_what_is_no_list, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(a6_ids, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(broken_documents_are_errors, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(files, arena_set_up, arena_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
