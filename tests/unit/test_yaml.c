/* YAML text → trees: scalars, places, aliases, merge keys, limits, messages. */
#include "base/buf.h"
#include "compose/tree/scalar.h"
#include "compose/tree/yaml.h"
#include "arena_case.h"

#include <stdio.h>

static struct node *parse(const char *text)
{
	struct node **docs;
	size_t ndocs;
	if (yaml_parse(arena, "f.yml", text, strlen(text), &docs, &ndocs, &errors) != 0)
		return NULL;
	assert_int_equal(errors.count, 0);
	return ndocs ? docs[0] : node_null(arena, (struct mark){ 0 });
}

static struct node *value(const char *scalar)
{
	struct node *map = parse(arena_printf(arena, "a: %s\n", scalar));
	assert_non_null(map);
	return node_get(map, "a");
}

static void refuse(const char *text, unsigned line, unsigned col, const char *message, const char *hint)
{
	errors_init(&errors, arena);
	assert_null(parse(text));
	assert_non_null(errors.first);
	if (!strstr(errors.first->message, message))
		fail_msg("\"%s\" does not say \"%s\"", errors.first->message, message);
	assert_int_equal(errors.first->at.line, line);
	assert_int_equal(errors.first->at.col, col);
	assert_string_equal(errors.first->at.file, "f.yml");
	if (hint && (!errors.first->hint || !strstr(errors.first->hint, hint)))
		fail_msg("hint \"%s\" does not say \"%s\"", errors.first->hint ? errors.first->hint : "",
			hint);
}

static void integers_have_their_old_forms(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = { { "8", 8 }, { "-12", -12 }, { "+7", 7 }, { "010", 8 }, { "0440", 288 }, { "-010", -8 },
		{ "1_000", 1000 }, { "0x1F", 31 }, { "0b101", 5 }, { "0o17", 15 }, { "-0", 0 },
		{ "9223372036854775807", INT64_MAX }, { "-9223372036854775808", INT64_MIN } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct node *node = value(rows[i].text);
		assert_int_equal(node->kind, NODE_INT);
		assert_int_equal(node->integer, rows[i].value);
		assert_string_equal(node->text, rows[i].text);
	}
	struct node *natural = value("18446744073709551615");
	assert_int_equal(natural->kind, NODE_UINT);
	assert_true(natural->natural == UINT64_MAX);
}

static void floats_and_their_neighbours(void **state)
{
	(void)state;
	assert_int_equal(value("08")->kind, NODE_FLOAT);
	assert_true(value("08")->real == 8);
	assert_true(value("3.8")->real == 3.8);
	assert_true(value(".5")->real == .5);
	assert_true(value("1e6")->real == 1e6);
	assert_true(value("5.")->real == 5);
	assert_true(value("-.inf")->real == -__builtin_inf());
	assert_int_equal(value("18446744073709551616")->kind, NODE_FLOAT);
	static const char *const texts[] = { "0o8", "1.2.3", "12:30:45", "22:22", "=", "1e400", "yes", "on",
		"n", "0x", "0xg", "0x0x5", "+", ".", "e5", "1e", "--5", "tRUE", "\"5\"", "'true'", "''",
		"!foo 2", "!!str 5", "1.5kb" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(value(texts[i])->kind, NODE_STRING);
}

static void words_and_tags(void **state)
{
	(void)state;
	assert_int_equal(value("~")->kind, NODE_NULL);
	assert_int_equal(value("")->kind, NODE_NULL);
	assert_int_equal(value("Null")->kind, NODE_NULL);
	assert_true(value("TRUE")->yes);
	assert_int_equal(value("False")->kind, NODE_BOOL);
	assert_int_equal(value("!!int \"5\"")->integer, 5);
	assert_true(value("!!float 3")->real == 3);
	assert_string_equal(value("!!binary aGVs\n  bG8=")->text, "hello");
	assert_int_equal(value("! 5")->kind, NODE_INT);
	assert_int_equal(value("!reset 5")->action, NODE_RESET);
	assert_int_equal(value("!override {b: 1}")->action, NODE_OVERRIDE);
	assert_int_equal(value("!override [b]")->action, NODE_OVERRIDE);
	refuse("a: !!null foo\n", 1, 4, "cannot decode this !!str as a !!null", "!!null");
	static const char *const not_binary[] = { "aGVsbG8", "aGVsbG8*", "aA=a", "====", "AAAA" };
	for (size_t i = 0; i < sizeof not_binary / sizeof *not_binary; i++)
		refuse(arena_printf(arena, "a: !!binary %s\n", not_binary[i]), 1, 4, "is not base64 text",
			NULL);
}

static void dates_are_times(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "2020-01-01", "2020-01-01T00:00:00Z" },
		{ "2020-1-2T3:4:5.600Z", "2020-01-02T03:04:05.6Z" },
		{ "2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00" },
		{ "2001-12-15 2:59:43.10", "2001-12-15T02:59:43.1Z" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct node *node = value(rows[i][0]);
		assert_int_equal(node->kind, NODE_TIME);
		assert_string_equal(scalar_time_text(arena, node), rows[i][1]);
	}
	static const char *const texts[] = { "2020-13-01", "2021-02-29", "2020-01-01T10:00:00",
		"2020-01-01 10:00:00Z", "2020-01", "20-01-01", "\"2020-01-01\"" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(value(texts[i])->kind, NODE_STRING);
}

static void places_are_kept(void **state)
{
	(void)state;
	struct node *root = parse("\xef\xbb\xbf# c\r\nservices:\r\n  web:\r\n    image:   nginx\r\n");
	struct member *member = node_member(node_get(node_get(root, "services"), "web"), "image");
	assert_int_equal(member->at.line, 4);
	assert_int_equal(member->at.col, 5);
	assert_int_equal(member->value->at.line, 4);
	assert_int_equal(member->value->at.col, 14);
	assert_string_equal(member->value->text, "nginx");
}

static void aliases_are_copies(void **state)
{
	(void)state;
	struct node *root = parse("a: &a [1]\nb: *a\nc: &a 2\nd: *a\n");
	node_push(arena, node_get(root, "b"), node_null(arena, (struct mark){ 0 }));
	assert_int_equal(node_get(root, "a")->nitems, 1);
	assert_int_equal(node_get(root, "d")->integer, 2);
	refuse("a: *nope\n", 1, 4, "unknown anchor 'nope' referenced", "&nope");
	refuse("a: &a\n  b: [*a]\n", 2, 7, "contains it", NULL);
}

static void merge_keys_lose_against_explicit_ones(void **state)
{
	(void)state;
	struct node *root = parse("x: &x {k: x, o: x, d: {p: 1}}\n"
				  "y: &y {k: y, m: y}\n"
				  "a: {<<: [*x, *y], o: a, d: {q: 2}}\n"
				  "b:\n  k: b\n  <<: *y\n"
				  "c: {<<: {<<: *x, m: c}}\n"
				  "e: {\"<<\": 5}\n");
	struct node *a = node_get(root, "a");
	assert_string_equal(node_text(node_get(a, "k")), "x");
	assert_string_equal(node_text(node_get(a, "o")), "a");
	assert_string_equal(node_text(node_get(a, "m")), "y");
	assert_null(node_get(node_get(a, "d"), "p"));
	assert_int_equal(a->nmembers, 4);
	assert_string_equal(node_text(node_get(node_get(root, "b"), "k")), "b");
	assert_string_equal(node_text(node_get(node_get(root, "c"), "o")), "x");
	assert_string_equal(node_text(node_get(node_get(root, "c"), "m")), "c");
	assert_int_equal(node_get(node_get(root, "e"), "<<")->integer, 5);
	refuse("a: {<<: 5}\n", 1, 5, "merge key", NULL);
	refuse("x: &x {}\na:\n  <<: *x\n  <<: *x\n", 4, 3, "already defined at line 3", NULL);
}

static void twin_keys_name_both_places(void **state)
{
	(void)state;
	refuse("services:\n  a:\n    image: x\n    \"image\": y\n", 4, 5,
		"mapping key \"image\" already defined at line 3", "f.yml:3:5");
	assert_string_equal(errors.first->path, "services.a.image");
}

static void keys_are_texts(void **state)
{
	(void)state;
	refuse("1: x\n", 1, 1, "non-string key at top level: 1", "\"1\"");
	refuse("a:\n  - b: {~: x}\n", 2, 9, "non-string key in a[0].b: ~", NULL);
	refuse("a: {[x]: y}\n", 1, 5, "non-string key in a: list", NULL);
	errors_init(&errors, arena);
	assert_non_null(parse("'1': x\nyes: y\n"));
}

static void limits_hold(void **state)
{
	(void)state;
	auto_buf struct buf laughs;
	buf_init(&laughs, 1 << 20);
	buf_puts(&laughs, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++) {
		buf_printf(&laughs, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			buf_printf(&laughs, "%s*a%d", k ? ", " : "", i - 1);
		buf_puts(&laughs, "]\n");
	}
	errors_init(&errors, arena);
	assert_null(parse(buf_text(&laughs)));
	assert_non_null(strstr(errors.first->message, "aliases expand to too many values"));
	buf_reset(&laughs);
	for (int i = 0; i < 100000; i++)
		buf_putc(&laughs, '[');
	errors_init(&errors, arena);
	assert_null(parse(buf_text(&laughs)));
	assert_non_null(strstr(errors.first->message, "nested deeper"));
	buf_reset(&laughs);
	for (int i = 0; i < 200; i++)
		buf_puts(&laughs, "---\na: 1\n");
	errors_init(&errors, arena);
	assert_null(parse(buf_text(&laughs)));
	assert_non_null(strstr(errors.first->message, "too many documents"));
}

static void problems_are_explained(void **state)
{
	(void)state;
	refuse("a:\n\tb: 1\n", 2, 1, "tabs are not allowed", "blanks");
	refuse("image: @x\n", 1, 8, "cannot start any token", "quoted: \"@");
	refuse("image: %x\n", 1, 8, "cannot start any token", "%");
	refuse("image: x: y\n", 1, 9, "mapping values are not allowed", "quote");
	refuse("a:\n  b: 1\n c: 2\n", 3, 2, "did not find expected", "indented");
	refuse("a: \"x\nb: 1\n", 1, 4, "end of stream", "no end");
	refuse("a: \xff\n", 1, 4, "UTF-8", "UTF-8");
	errors_init(&errors, arena);
	struct node **docs;
	size_t ndocs;
	assert_int_equal(yaml_parse(arena, "f.yml", "a: b\0c\n", 7, &docs, &ndocs, &errors), -1);
	assert_int_equal(errors.first->at.col, 5);
	assert_int_equal(yaml_parse(arena, "f.yml", "a: \"\\0\"\n", 8, &docs, &ndocs, &errors), -1);
}

static void documents_are_separate(void **state)
{
	(void)state;
	struct node **docs;
	size_t ndocs;
	const char *text = "a: &x 1\n---\na: 2\n---\n";
	assert_int_equal(yaml_parse(arena, "f.yml", text, strlen(text), &docs, &ndocs, &errors), 0);
	assert_int_equal(ndocs, 3);
	assert_int_equal(node_get(docs[1], "a")->integer, 2);
	assert_int_equal(docs[2]->kind, NODE_NULL);
	refuse("a: &x 1\n---\nb: *x\n", 3, 4, "unknown anchor", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(integers_have_their_old_forms),
		TEST(floats_and_their_neighbours),
		TEST(words_and_tags),
		TEST(dates_are_times),
		TEST(places_are_kept),
		TEST(aliases_are_copies),
		TEST(merge_keys_lose_against_explicit_ones),
		TEST(twin_keys_name_both_places),
		TEST(keys_are_texts),
		TEST(limits_hold),
		TEST(problems_are_explained),
		TEST(documents_are_separate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
