/* The lowest floor: arena, buffer, map, errors. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/map.h"
#include "base/quote.h"
#include "base/text/text.h"
#include "base/text/texts.h"
#include "base/utf8.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void arena_grows_pushes_and_resets(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	int *items = NULL;
	size_t count = 0;
	for (int i = 0; i < 1000; i++)
		*ARENA_PUSH(arena, items, count) = i;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	struct arena_mark mark = arena_mark(arena);
	const void *first = arena_alloc(arena, 8);
	memset(arena_alloc(arena, 3u << 20), 1, 3u << 20);
	arena_reset(arena, mark);
	assert_ptr_equal(arena_alloc(arena, 8), first);
	unsigned char *clean = arena_alloc(arena, 4096);
	for (size_t i = 0; i < 4096; i++)
		assert_int_equal(clean[i], 0);
	assert_string_equal(arena_printf(arena, "%s-%d", "a", 7), "a-7");
	arena_destroy(arena);
}

static void buf_refuses_past_its_ceiling(void **state)
{
	(void)state;
	auto_buf struct buf buf;
	buf_init(&buf, 10);
	assert_true(buf_puts(&buf, "12345"));
	assert_true(buf_printf(&buf, "%d", 678));
	assert_false(buf_puts(&buf, "abc"));
	assert_true(buf.overflow);
	assert_string_equal(buf_text(&buf), "12345678");
	buf_drop(&buf, 3);
	assert_string_equal(buf_text(&buf), "45678");
	buf_keep_last(&buf, "9abcde", 6);
	assert_string_equal(buf_text(&buf), "56789abcde");
	buf_keep_last(&buf, "0123456789xyz", 13);
	assert_string_equal(buf_text(&buf), "3456789xyz");
	char memory[4];
	struct buf within;
	buf_init_within(&within, memory, sizeof memory);
	assert_string_equal(buf_text(&within), "");
	buf_keep_last(&within, "ab", 2);
	buf_keep_last(&within, "cd", 2);
	assert_string_equal(memory, "bcd");
}

static void map_keeps_order(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	struct map *map = map_create(arena);
	for (intptr_t i = 0; i < 500; i++)
		map_set(map, arena_printf(arena, "k%d", (int)i), (void *)(i + 1));
	assert_false(map_has(map, "k500"));
	map_set(map, "k3", (void *)99);
	size_t at = 0, seen = 0;
	const struct map_entry *entry;
	int last = -1;
	while ((entry = map_next(map, &at))) {
		int now = (int)strtol(entry->key + 1, NULL, 10);
		assert_true(now > last);
		last = now;
		seen++;
	}
	assert_int_equal(seen, 500);
	assert_int_equal(map->count, 500);
	assert_int_equal((intptr_t)map_get(map, "k3"), 99);
	map_set(map, "k250", NULL);
	assert_null(map_get(map, "k250"));
	assert_true(map_has(map, "k250"));
	arena_destroy(arena);
}

static void errors_are_printed_with_place_caret_and_hint(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	struct errors errors;
	errors_init(&errors, arena);
	struct mark at = { "compose.yaml", 3, 5 };
	assert_int_equal(
		error_add(&errors, ERROR_FILE, &at, "services.web", "unknown key \"%s\"", "prots"), -1);
	error_hint(&errors, "did you mean \"ports\"?");
	error_warn(&errors, NULL, NULL, "evil \033[31m text");
	error_warn(&errors, NULL, NULL, "evil \033[31m text");
	assert_int_equal(errors.warnings, 1);
	assert_int_equal(error_status(&errors), 2);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	errors_print(out, &errors, &(struct error_style){ 0 });
	fclose(out);
	assert_string_equal(text, "compose.yaml:3:5: error: services.web: unknown key \"prots\"\n"
				  "  hint: did you mean \"ports\"?\nwarning: evil \\x1b[31m text\n");
	free(text);
	arena_destroy(arena);
}

static void foreign_lines_are_no_findings_of_their_own(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	struct errors errors;
	errors_init(&errors, arena);
	struct mark at = { .file = "a\nerror: b.yaml", .line = 1, .col = 1 };
	error_add(&errors, ERROR_USAGE, &at, "services.x\ny", "the engine says: no\nerror: all is lost\n");
	error_hint(&errors, "look at c\nd");
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	errors_print(out, &errors, &(struct error_style){ 0 });
	fclose(out);
	assert_string_equal(text, "a\\x0aerror: b.yaml:1:1: error: services.x\\x0ay: the engine says: no\n"
				  "    error: all is lost\n  hint: look at c\n        d\n");
	free(text);
	arena_destroy(arena);
}

static void nearest_knows_what_was_meant(void **state)
{
	(void)state;
	static const char *const keys[] = { "image", "ports", "environment", "volumes" };
	assert_string_equal(error_nearest("prots", keys, 4), "ports");
	assert_string_equal(error_nearest("enviroment", keys, 4), "environment");
	assert_null(error_nearest("xyzzy", keys, 4));
	assert_string_equal(error_nearest("ups", ((const char *const[]){ "ps", "up", "us" }), 3), "up");
	static const char *const letters[] = { "a", "b" };
	assert_null(error_nearest("c", letters, 2));
	assert_null(error_nearest("", letters, 2));
	assert_string_equal(error_nearest("b", letters, 2), "b");
}

static void hints_name_what_there_is(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	static const char *const names[] = { "web", "db", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
		"k" };
	struct errors errors;
	errors_init(&errors, arena);
	error_add(&errors, ERROR_USAGE, NULL, NULL, "no such service: wbe");
	error_hint_names(&errors, "wbe", "services", names, 13);
	assert_string_equal(errors.last->hint, "did you mean \"web\"?");
	error_add(&errors, ERROR_USAGE, NULL, NULL, "no such service: other");
	error_hint_names(&errors, "other", "services", names, 13);
	assert_null(errors.last->hint);
	assert_true(error_hint_near(&errors, "wbe", names, 13));
	error_hint_more(&errors, "Else add it");
	assert_string_equal(errors.last->hint, "did you mean \"web\"? Else add it");
	assert_false(error_hint_near(&errors, "other", names, 13));
	error_hint_names(&errors, "other", "services", names, 2);
	assert_string_equal(errors.last->hint, "services: web, db");
	arena_destroy(arena);
}

/* A warning that is there already, and a finding too many: what is said about them is about nothing. */
static void hints_of_findings_not_kept_are_not_kept(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	struct errors errors;
	struct mark at = { "compose.yaml", 3, 5 };
	errors_init(&errors, arena);
	error_warn(&errors, NULL, NULL, "twice");
	error_hint(&errors, "of the first");
	error_add(&errors, ERROR_ENGINE, NULL, NULL, "failed");
	error_warn(&errors, NULL, NULL, "twice");
	error_hint(&errors, "of the warning");
	error_detail(&errors, "of the warning");
	error_place(&errors, &at, "services");
	assert_string_equal(errors.first->hint, "of the first");
	assert_null(errors.last->hint);
	assert_null(errors.last->detail);
	assert_null(errors.last->path);
	while (!errors.dropped)
		error_add(&errors, ERROR_ENGINE, NULL, NULL, "again");
	error_hint(&errors, "of one too many");
	assert_null(errors.last->hint);
	arena_destroy(arena);
}

static void warnings_that_were_shown_do_not_come_again(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	struct errors errors;
	errors_init(&errors, arena);
	for (int i = 0; i < 3; i++) {
		error_warn(&errors, NULL, NULL, "one");
		error_warn(&errors, NULL, NULL, "number %d", i);
		assert_int_equal(errors.warnings, i ? 1 : 2);
		errors_shown(&errors);
		assert_null(errors.first);
		assert_int_equal(errors.warnings, 0);
	}
	error_add(&errors, ERROR_ENGINE, NULL, NULL, "failed");
	assert_ptr_equal(errors.first, errors.last);
	arena_destroy(arena);
}

static void texts_are_joined(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	struct texts texts = { 0 };
	assert_null(texts_join(arena, &texts, ", "));
	texts_add(arena, &texts, "a");
	assert_string_equal(texts_join(arena, &texts, ", "), "a");
	texts_add(arena, &texts, "");
	texts_add(arena, &texts, "bc");
	assert_string_equal(texts_join(arena, &texts, ", "), "a, , bc");
	arena_destroy(arena);
}

static void stamps_have_nine_digits(void **state)
{
	(void)state;
	char text[CLOCK_STAMP];
	clock_stamp(text, INT64_C(1795270402000000005));
	assert_string_equal(text, "1795270402.000000005");
	clock_stamp(text, -1500000000);
	assert_string_equal(text, "0.000000000");
	assert_true(clock_unix() > INT64_C(1700000000000000000));
}

static void times_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ns; /* -1: no time */
	} rows[] = {
		{ "2026-11-21T14:13:22.5Z", INT64_C(1795270402500000000) },
		{ "2026-11-21T14:13:22.123456789Z", INT64_C(1795270402123456789) },
		{ "2026-11-21T14:13:22.1234567899Z", INT64_C(1795270402123456789) },
		{ "2026-11-21T15:13:22+01:00", INT64_C(1795270402000000000) },
		{ "2026-11-21T13:43:22-00:30", INT64_C(1795270402000000000) },
		{ "2026-11-21T14:13Z", INT64_C(1795270380000000000) },
		{ "2026-11-21T14:13:22", INT64_C(1795270402000000000) + INT64_C(5400000000000) },
		{ "2026-11-21", INT64_C(1795219200000000000) + INT64_C(5400000000000) },
		{ "0001-01-01T00:00:00Z", 0 },
		{ "9999-01-01T00:00:00Z", -1 },
		{ "2026-11-21T14:13:22Zulu", -1 },
		{ "2026-11-21T14:13:22x01:00", -1 },
		{ "2026-11-21T99:00:00Z", -1 },
		{ "yesterday", -1 },
		{ "", -1 },
	};
	setenv("TZ", "EST+1:30", 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ns = -1;
		int result = clock_read(rows[i].text, &ns);
		if (result != (rows[i].ns < 0 ? -1 : 0) || (result == 0 && ns != rows[i].ns))
			fail_msg("%s: %d, %lld", rows[i].text, result, (long long)ns);
	}
}

static void texts_may_be_missing(void **state)
{
	(void)state;
	static const char *const list[] = { "b", NULL, "a" };
	assert_true(text_is("a", "a"));
	assert_false(text_is("a", "b"));
	assert_false(text_is(NULL, NULL));
	assert_true(TEXT_AMONG("a", list));
	assert_false(TEXT_AMONG("c", list));
	assert_false(TEXT_AMONG(NULL, list));
	assert_true(text_order(&list[2], &list[0]) < 0);
}

static void characters_are_of_rfc_3629(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size;
		uint32_t code;
	} rows[] = { { "a", 1, 'a' }, { "\xc3\xa9", 2, 0xe9 }, { "\xe2\x82\xac", 3, 0x20ac },
		{ "\xf0\x9f\x98\x80", 4, 0x1f600 }, { "\xf4\x8f\xbf\xbf", 4, 0x10ffff }, { "\x80", 0, 0 },
		{ "\xc0\xaf", 0, 0 }, { "\xc3", 0, 0 }, { "\xe0\x9f\xbf", 0, 0 }, { "\xed\xa0\x80", 0, 0 },
		{ "\xf0\x8f\xbf\xbf", 0, 0 }, { "\xf4\x90\x80\x80", 0, 0 }, { "\xf8\x88\x80\x80", 0, 0 },
		{ "\xff", 0, 0 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint32_t code = 0;
		assert_int_equal(utf8_decode(rows[i].text, SIZE_MAX, &code), rows[i].size);
		assert_int_equal(code, rows[i].code);
	}
	assert_int_equal(utf8_decode("\xe2\x82\xac", 2, NULL), 0);
	assert_int_equal(utf8_decode("", 0, NULL), 0);
}

static void quotes_are_valid_json(void **state)
{
	(void)state;
	auto_buf struct buf to;
	buf_init(&to, 1000);
	quote_json(&to, "\x01\\\xff\xc3\xa9\xed\xa0\x80\xc2\x85");
	assert_string_equal(buf_text(&to), "\"\\u0001\\\\\\ufffd\xc3\xa9\\ufffd\\ufffd\\ufffd\\u0085\"");
	char *printed = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&printed, &len);
	quote_print(out, "\x01\\\xff\xc3\xa9\xed\xa0\x80\xc2\x85");
	fclose(out);
	assert_string_equal(printed, buf_text(&to));
	free(printed);
}

static void plain_text_is_not_obeyed(void **state)
{
	(void)state;
	auto_buf struct buf to;
	buf_init(&to, 1000);
	quote_plain(&to, "a\tb\n\"\\ \x1b[2J\xc3\xa9\xc2\x9bJ\xff\xe2\x80\xae");
	assert_string_equal(buf_text(&to), "a\tb\n\"\\ \\x1b[2J\xc3\xa9\\u009bJ\\xff\\u202e");
	buf_reset(&to);
	static const char line[] = "\n\t\xc3\xa9\x1b\xff";
	for (size_t at = 0; at + 1 < sizeof line;)
		at += quote_plain_character(&to, line + at, sizeof line - 1 - at);
	assert_string_equal(buf_text(&to), "\\x0a\t\xc3\xa9\\x1b\\xff");
}

/* U+061C, U+200E, U+200F, and the ends of the ranges. */
static void a2_marks_of_direction_are_escaped(void **state)
{
	static const char marks[] = "\u061c\u200e\u200f\u202a\u2066\u206f\u2028";
	static const char others[] = "\u061b\u200d\u2010\u2070\u2065\u05d0";
	(void)state;
	auto_buf struct buf to;
	buf_init(&to, 1000);
	quote_plain(&to, marks);
	assert_string_equal(buf_text(&to), "\\u061c\\u200e\\u200f\\u202a\\u2066\\u206f\\u2028");
	buf_reset(&to);
	quote_json(&to, marks);
	assert_string_equal(buf_text(&to), "\"\\u061c\\u200e\\u200f\\u202a\\u2066\\u206f\\u2028\"");
	buf_reset(&to);
	quote_plain(&to, others);
	assert_string_equal(buf_text(&to), others);
}

static void findings_are_moved(void **state)
{
	struct arena *arena = arena_create();
	struct errors errors, more, none;
	(void)state;
	errors_init(&errors, arena);
	errors_init(&more, arena);
	errors_init(&none, arena);
	errors_append(&errors, &none);
	assert_null(errors.first);
	error_warn(&more, NULL, NULL, "one");
	errors_append(&errors, &more);
	errors_append(&errors, &none);
	errors_init(&more, arena);
	error_add(&more, ERROR_ENGINE, NULL, NULL, "two");
	errors_append(&errors, &more);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.warnings, 1);
	assert_string_equal(errors.first->message, "one");
	assert_string_equal(errors.first->next->message, "two");
	assert_ptr_equal(errors.last, errors.first->next);
	/* known warnings are not, whether they were shown or not */
	errors_init(&more, arena);
	error_warn(&more, NULL, NULL, "one");
	error_warn(&more, NULL, NULL, "three");
	errors_append(&errors, &more);
	assert_int_equal(errors.warnings, 2);
	assert_string_equal(errors.last->message, "three");
	errors_shown(&errors);
	errors_init(&more, arena);
	error_warn(&more, NULL, NULL, "three");
	errors_append(&errors, &more);
	assert_null(errors.first);
	assert_int_equal(errors.warnings, 0);
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_grows_pushes_and_resets),
		cmocka_unit_test(buf_refuses_past_its_ceiling),
		cmocka_unit_test(map_keeps_order),
		cmocka_unit_test(errors_are_printed_with_place_caret_and_hint),
		cmocka_unit_test(foreign_lines_are_no_findings_of_their_own),
		cmocka_unit_test(nearest_knows_what_was_meant),
		cmocka_unit_test(hints_name_what_there_is),
		cmocka_unit_test(hints_of_findings_not_kept_are_not_kept),
		cmocka_unit_test(warnings_that_were_shown_do_not_come_again),
		cmocka_unit_test(texts_are_joined),
		cmocka_unit_test(stamps_have_nine_digits),
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(texts_may_be_missing),
		cmocka_unit_test(characters_are_of_rfc_3629),
		cmocka_unit_test(quotes_are_valid_json),
		cmocka_unit_test(a2_marks_of_direction_are_escaped),
		cmocka_unit_test(plain_text_is_not_obeyed),
		cmocka_unit_test(findings_are_moved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
