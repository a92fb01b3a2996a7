/* Values written as text: durations, sizes, booleans, numbers, ports, words; and numbers as text. */
#include "base/text/address.h"
#include "compose/tree/value.h"
#include "tree_case.h"

static void duration(const char *text, int64_t want, const char *printed)
{
	int64_t ns = -1;
	assert_null(value_duration(arena, text, &ns));
	assert_int_equal(ns, want);
	assert_string_equal(value_duration_text(arena, ns), printed);
}

static void durations(void **state)
{
	(void)state;
	duration("90s", 90000000000, "1m30s");
	duration("1h30m", 5400000000000, "1h30m0s");
	duration("1.5s", 1500000000, "1.5s");
	duration("100ms", 100000000, "100ms");
	duration("1us", 1000, "1\xc2\xb5s");
	duration("0", 0, "0s");
	duration("1d", 86400000000000, "24h0m0s");
	duration("1w", 604800000000000, "168h0m0s");
	duration("-2s", -2000000000, "-2s");
	duration("7ns", 7, "7ns");
	int64_t ns = 5;
	assert_string_equal(value_duration(arena, "10", &ns), "\"10\" has no unit: write for example 10s");
	assert_non_null(strstr(value_duration(arena, "10x", &ns), "unknown unit \"x\""));
	assert_non_null(value_duration(arena, "", &ns));
	assert_non_null(value_duration(arena, "s", &ns));
	assert_non_null(value_duration(arena, "1 s", &ns));
	assert_non_null(value_duration(arena, "300y", &ns));
	assert_non_null(value_duration(arena, "99999999999h", &ns));
	assert_int_equal(ns, 5);
}

static void size(const char *text, int64_t want)
{
	int64_t bytes = -7;
	assert_null(value_bytes(arena, text, &bytes));
	assert_int_equal(bytes, want);
}

static void sizes(void **state)
{
	(void)state;
	size("50m", 50 << 20);
	size("50 MB", 50 << 20);
	size("1.5gib", 1610612736);
	size("10b", 10);
	size("10", 10);
	size("2k", 2048);
	size("1T", (int64_t)1 << 40);
	size("-1", -1);
	size(".5k", 512);
	size("5.k", 5120);
	size("+1e3", 1000);
	size("1_000", 1000);
	size("10 ", 10);
	int64_t bytes;
	static const char *const wrong[] = { "50x", "", "m", "1.5.3", "-2", "10bb", "5  m", "1__0", "_1",
		"1_", "+-1", "9999999999p", NULL };
	for (size_t i = 0; wrong[i]; i++)
		assert_non_null(value_bytes(arena, wrong[i], &bytes));
}

static void booleans(void **state)
{
	(void)state;
	bool yes, old;
	assert_null(value_bool(arena, "True", &yes, &old));
	assert_true(yes && !old);
	assert_null(value_bool(arena, "off", &yes, &old));
	assert_true(!yes && old);
	assert_non_null(value_bool(arena, "1", &yes, &old));
	assert_non_null(value_bool(arena, "", &yes, &old));
}

static void numbers(void **state)
{
	(void)state;
	int64_t whole;
	double real;
	assert_null(value_int(arena, "-42", &whole));
	assert_int_equal(whole, -42);
	assert_non_null(value_int(arena, "0x10", &whole));
	assert_non_null(value_int(arena, " 1", &whole));
	assert_non_null(value_int(arena, "99999999999999999999", &whole));
	assert_null(value_float(arena, ".5", &real));
	assert_true(real == 0.5);
	assert_non_null(value_float(arena, "1x", &real));
	assert_non_null(value_float(arena, "0x10", &real));
	assert_non_null(value_float(arena, "_", &real));
	assert_null(value_mode(arena, "0440", &whole));
	assert_int_equal(whole, 0440);
	assert_non_null(value_mode(arena, "0480", &whole));
}

static void floats(void **state)
{
	(void)state;
	static const struct {
		double value;
		const char *go, *json;
	} rows[] = { { 0.5, "0.5", "0.5" }, { 100000, "100000", "100000" }, { 1000000, "1e+06", "1000000" },
		{ 123456.7, "123456.7", "123456.7" }, { 1234567, "1.234567e+06", "1234567" },
		{ 0.0001, "0.0001", "0.0001" }, { 0.00001, "1e-05", "0.00001" }, { 1e21, "1e+21", "1e+21" },
		{ 1e-7, "1e-07", "1e-7" }, { -2.25, "-2.25", "-2.25" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_string_equal(value_float_text(arena, rows[i].value, false, false), rows[i].go);
		assert_string_equal(value_float_text(arena, rows[i].value, false, true), rows[i].json);
	}
	assert_string_equal(value_float_text(arena, (double)0.1f, true, false), "0.1");
}

static void ports(void **state)
{
	(void)state;
	unsigned first = 0, last = 0;
	assert_null(value_port_range(arena, "80-82", 5, &first, &last));
	assert_int_equal(first, 80);
	assert_int_equal(last, 82);
	assert_non_null(value_port_range(arena, "82-80", 5, &first, &last));
	assert_non_null(value_port_range(arena, "65536", 5, &first, &last));
	assert_non_null(value_port_range(arena, "80-", 3, &first, &last));
	assert_non_null(value_port_range(arena, "", 0, &first, &last));
	assert_true(address_is_ip("::1") && address_is_ip("10.0.0.1"));
	assert_false(address_is_ip("localhost") || address_is_ip("10.0.0") || address_is_ip(""));
}

static void words_are(const char *text, const char *want, const char *dropped)
{
	const char **words, *left, *all = "";
	size_t count;
	assert_null(value_words(arena, text, &words, &count, &left));
	for (size_t i = 0; i < count; i++)
		all = arena_printf(arena, "%s[%s]", all, words[i]);
	assert_string_equal(all, want);
	if (dropped)
		assert_string_equal(left, dropped);
	else
		assert_null(left);
}

static void words(void **state)
{
	(void)state;
	words_are("a  b\tc", "[a][b][c]", NULL);
	words_are("a 'b c' \"d e\"f", "[a][b c][d ef]", NULL);
	words_are("\"a\\nb\" a\\ b", "[anb][a b]", NULL);
	words_are("a \"\" ''", "[a][][]", NULL);
	words_are("echo $X `a b` $(c d)", "[echo][$X][`a b`][$(c d)]", NULL);
	words_are("a && b", "[a]", "&& b");
	words_are("cmd 2>&1", "[cmd]", "2>&1");
	words_are("a 12>x", "[a][12]", ">x");
	words_are("", "", NULL);
	words_are("a#b # c", "[a#b][#][c]", NULL);
	const char **out, *left;
	size_t count;
	assert_non_null(value_words(arena, "a 'b", &out, &count, &left));
	assert_non_null(value_words(arena, "a \\", &out, &count, &left));
	assert_non_null(value_words(arena, "a (b)", &out, &count, &left));
	assert_non_null(value_words(arena, "$((1+2))", &out, &count, &left));
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(durations), TEST(sizes), TEST(booleans), TEST(numbers),
		TEST(floats), TEST(ports), TEST(words) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
