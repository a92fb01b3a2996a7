/* .dockerignore: which paths stay at home. */
#include "engine/archive/ignore.h"
#include "arena_case.h"

static const struct ignore *parse(const char *text)
{
	return ignore_parse(arena, ".dockerignore", text, strlen(text), &errors);
}

struct row {
	const char *patterns, *path;
	bool out;
};

static const struct row rows[] = {
	{ "a", "a", true },
	{ "a", "a/b/c", true },
	{ "a", "ab", false },
	{ "a", "b/a", false },
	{ "/a", "a", true },
	{ "a/", "a", true },
	{ "./a", "a", true },
	{ "x/../a", "a", true },
	{ "*.log", "x.log", true },
	{ "*.log", "d/x.log", false },
	{ "*.log", ".log", true },
	{ "*/*.log", "d/x.log", true },
	{ "*/*.log", "d/e/x.log", false },
	{ "**/*.log", "x.log", true },
	{ "**/*.log", "d/e/x.log", true },
	{ "**/*.log", "x.logs", false },
	{ "**", "anything/at/all", true },
	{ "a/**", "a/b/c", true },
	{ "a/**", "a", false },
	{ "a/**/z", "a/z", true },
	{ "a/**/z", "a/b/c/z", true },
	{ "a/**/z", "a/bz", false },
	{ "**/node_modules", "node_modules", true },
	{ "**/node_modules", "x/node_modules/y", true },
	{ "**/node_modules", "my_node_modules", false },
	{ "**.log", "d/x.log", true },
	{ "**foo", "a/xfoo", true },
	{ "?", "a", true },
	{ "?", "\xc3\xbc", true },
	{ "?", "ab", false },
	{ "a?c", "a/c", false },
	{ "[a-c]x", "bx", true },
	{ "[^a-c]x", "bx", false },
	{ "[^a-c]x", "dx", true },
	{ "[^a]x", "/x", false },
	{ "\\*", "*", true },
	{ "\\*", "a", false },
	{ "\\[x", "[x", true },
	{ "[\\]]", "]", true },
	{ "[.-0]x", "/x", false },
	{ "[.-0]x", "0x", true },
	{ "[\\--\\]]", "A", true },
	{ "[[:alpha:]]x", "qx", true },
	{ "[[:alpha:]_]x", "_x", true },
	{ "[[:alpha:]]x", "1x", false },
	{ "[[:^alpha:]]x", "/x", false },
	{ "../a", "a", false },
	{ "x/../../a", "a", false },
	{ "/../a", "a", true },
	{ "a/b/../../c", "c", true },
	{ "[*]", "a", false },
	{ "[a.b]", "c", false },
	{ "[\xc3\xa4-\xc3\xb6]", "\xc3\xa5", true },
	{ "[\xc3\xa4-\xc3\xb6]", "\xc3\xbc", false },
	{ "[^b][^b]", "\xc3\xbc", false },
	{ "??", "\xc3\xbc", false },
	{ "\\\xc3\xbc", "\xc3\xbc", true },
	{ "\xfc*", "\xfc.txt", true },
	{ "\xfc*", "\xfd.txt", false },
	{ "?\xc3\xbc", "\xfc\xc3\xbc", true },
	{ "\\d", "d", false },
	{ "\\d", "1", true },
	{ "\\a", "a", false },
	{ "*", "a\nb", true },
	{ "**/b", "a\nc/b", true },
	{ "a**", "ab/c", true },
	{ "a/**b", "a/x/b", true },
	{ "a/**b", "a/xb", false },
	{ "**/a/**/b", "a/b", true },
	{ "***", "a/b", true },
	{ "a/**/", "a/b", true },
	{ "!a", "b", false },
	{ "**\n!**/keep\n**/keep/tmp", "x/keep/y", false },
	{ "**\n!**/keep\n**/keep/tmp", "x/keep/tmp/z", true },
	{ "^a$|b{2}", "^a$|b{2}", true },
	{ "^a$|b{2}*", "^a$|b{2}", true },
	{ "a b", "a b", true },
	{ "  a  ", "a", true },
	{ "# a\na", "# a", false },
	{ "a\r\nb", "b", true },
	{ "a\n!a/b", "a/b", false },
	{ "a\n!a/b", "a/c", true },
	{ "a\n!a/b\na/b/x", "a/b/x", true },
	{ "a\n!a/b\na/b/x", "a/b/y", false },
	{ "!a\na", "a", true },
	{ "*\n!*.md", "x.md", false },
	{ "*\n!*.md", "x.c", true },
	{ "*\n! keep", "keep", false },
	{ ".", "a", false },
	{ "", "a", false },
	{ "a.c", "abc", false },
	{ "a+", "a+", true },
	{ "(a)", "(a)", true },
	{ "\xef\xbb\xbf"
	  "a",
		"a", true },
	{ "*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		false },
};

static void patterns_decide(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct ignore *ignore = parse(rows[i].patterns);
		assert_non_null(ignore);
		if (ignore_path(ignore, rows[i].path) != rows[i].out)
			fail_msg("\"%s\" and \"%s\": expected %d", rows[i].patterns, rows[i].path,
				rows[i].out);
	}
	assert_false(ignore_path(NULL, "a"));
}

static void only_promising_directories_are_entered(void **state)
{
	(void)state;
	const struct ignore *ignore = parse("*\n!src/**/*.c\n!doc");
	assert_true(ignore_below(ignore, "src"));
	assert_true(ignore_below(ignore, "src/deep"));
	assert_true(ignore_below(ignore, "doc"));
	assert_false(ignore_below(ignore, "node_modules"));
	assert_false(ignore_below(parse("*"), "src"));
	ignore = parse("used/deep/x\na/**/z\n*.txt");
	assert_true(ignore_leads(ignore, "used"));
	assert_true(ignore_leads(ignore, "used/deep"));
	assert_true(ignore_leads(ignore, "a/any/where"));
	assert_false(ignore_leads(ignore, "us"));
	assert_false(ignore_leads(ignore, "used/other"));
	assert_false(ignore_leads(ignore, "node_modules"));
	assert_true(ignore_leads(parse("**/z"), "node_modules"));
	const char *items[] = { "#h", " a", "!#x" };
	ignore = ignore_exact(arena, "patterns", &(struct texts){ items, 3 }, &errors);
	assert_true(ignore_path(ignore, "#h"));
	assert_true(ignore_path(ignore, " a"));
	assert_false(ignore_path(ignore, "a"));
	assert_false(ignore_path(ignore, "#x"));
	assert_false(ignore_below(NULL, "src"));
}

static void mistakes_have_a_line(void **state)
{
	(void)state;
	assert_null(parse("ok\n\n[a-\n!\nx"));
	assert_int_equal(errors.count, 2);
	assert_int_equal(errors.first->at.line, 3);
	assert_int_equal(errors.last->at.line, 4);
	assert_string_equal(errors.first->at.file, ".dockerignore");
	char longest[5000];
	memset(longest, 'a', sizeof longest);
	assert_null(ignore_parse(arena, "f", longest, sizeof longest, &errors));
	assert_null(ignore_parse(arena, "f", "a\0b", 3, &errors));
	static const char *const malformed[] = { "[b-a]", "a\\", "[]a]", "[a-]", "[-a]", "[^]", "[a", "[",
		"\\c", "[\\", "[[:none:]]", "[a-b-c]" };
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
		if (parse(malformed[i]))
			fail_msg("\"%s\" is taken", malformed[i]);
}

/* Many stars: not one of them multiplies the work of another. */
static void no_pattern_takes_for_ever(void **state)
{
	(void)state;
	char pattern[251] = "", path[1001] = "";
	for (size_t i = 0; i + 5 < sizeof pattern; i += 5)
		memcpy(pattern + i, "**/*a", 6);
	for (size_t i = 0; i + 4 < sizeof path; i += 4)
		memcpy(path + i, "aaa/", 5);
	assert_true(ignore_path(parse(pattern), path));
	path[0] = 'b'; /* or it is seen at once that there is none */
	pattern[strlen(pattern) - 1] = 'b';
	assert_false(ignore_path(parse(pattern), path));
}

static void too_many_patterns_are_refused(void **state)
{
	(void)state;
	char *many = arena_alloc(arena, 20003);
	for (size_t i = 0; i < 10001; i++)
		memcpy(many + 2 * i, "x\n", 3);
	assert_null(parse(many));
	assert_int_equal(errors.first->at.line, 10001);
	many[20000] = '\0';
	assert_true(ignore_path(parse(many), "x"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(patterns_decide),
		TEST(only_promising_directories_are_entered),
		TEST(mistakes_have_a_line),
		TEST(no_pattern_takes_for_ever),
		TEST(too_many_patterns_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
