/* Files of NAME=value lines. */
#include "compose/tree/dotenv.h"
#include "arena_case.h"

static struct map *os;
static struct dotenv dotenv;

static int set_up(void **state)
{
	arena_set_up(state);
	os = map_create(arena);
	map_set(os, "HOME", (void *)"/home/u");
	dotenv = (struct dotenv){
		.arena = arena, .get = dotenv_map_get, .arg = os, .into = map_create(arena)
	};
	return 0;
}

static void read_text(const char *text)
{
	if (dotenv_parse(&dotenv, ".env", text, strlen(text), &errors) != 0)
		fail_msg("%s: %s", text, errors.last->message);
}

static const char *value(const char *name)
{
	const char *text = map_get(dotenv.into, name);
	return text ? text : "(unset)";
}

static void statements(void **state)
{
	(void)state;
	read_text(
		"\xef\xbb\xbf# comment\r\n\n  A = 1 \r\nexport B=two words # c\nC: x\nD:y\nE=\nF=#x\nG=a#b\n"
		"1H=h\nI.j-k[0]=i\nHOME\nNONE\nK=first\nK=second\nL=a\t# kept\nM=back\\slash\\\nLAST");
	assert_string_equal(value("A"), "1");
	assert_string_equal(value("B"), "two words");
	assert_string_equal(value("C"), "x");
	assert_string_equal(value("D"), "y");
	assert_string_equal(value("E"), "");
	assert_string_equal(value("F"), "#x");
	assert_string_equal(value("G"), "a#b");
	assert_string_equal(value("1H"), "h");
	assert_string_equal(value("I.j-k[0]"), "i");
	assert_string_equal(value("HOME"), "/home/u");
	assert_false(map_has(dotenv.into, "NONE"));
	assert_string_equal(value("K"), "second");
	assert_string_equal(value("L"), "a\t# kept");
	assert_string_equal(value("M"), "back\\slash\\");
	assert_false(map_has(dotenv.into, "LAST"));
}

static void quotes(void **state)
{
	(void)state;
	read_text(
		"A='lit $HOME \\n it\\'s'\nB=\"x\\ty \\\"q\\\" \\c \\\\ \\0101\"\nC=\"two\nlines\"\nD='three\n\nlines'\n"
		"E=\"a\" F=\"b\"\nG=\"a\"HOME\nH=\"\\$HOME\"\nI=\"$HOME/x\"\n");
	assert_string_equal(value("A"), "lit $HOME \\n it's");
	assert_string_equal(value("B"), "x\ty \"q\" \\c \\ A");
	assert_string_equal(value("C"), "two\nlines");
	assert_string_equal(value("D"), "three\n\nlines");
	assert_string_equal(value("E"), "a");
	assert_string_equal(value("F"), "b");
	assert_string_equal(value("G"), "a");
	assert_string_equal(value("HOME"), "/home/u");
	assert_string_equal(value("H"), "$HOME");
	assert_string_equal(value("I"), "/home/u/x");
}

static void interpolation_asks_the_environment_first(void **state)
{
	(void)state;
	read_text("HOME=x\nT=$HOME\nU=${T}/y\nV=\\$T\nW=${NOPE:-d}\n");
	assert_string_equal(value("HOME"), "x");
	assert_string_equal(value("T"), "/home/u");
	assert_string_equal(value("U"), "/home/u/y");
	assert_string_equal(value("V"), "\\/home/u");
	assert_string_equal(value("W"), "d");
	read_text("X=$T\n");
	assert_string_equal(value("X"), "/home/u");
	assert_int_equal(errors.warnings, 0);
	read_text("Y=[$NOPE]\n");
	assert_string_equal(value("Y"), "[]");
	assert_int_equal(errors.warnings, 1);
}

static void refuse(const char *text, unsigned line, const char *message)
{
	errors_init(&errors, arena);
	if (dotenv_parse(&dotenv, ".env", text, strlen(text), &errors) == 0)
		fail_msg("accepted: %s", text);
	if (!strstr(errors.last->message, message))
		fail_msg("%s: %s", text, errors.last->message);
	assert_int_equal(errors.last->at.line, line);
	assert_null(strstr(errors.last->message, "pass"));
}

static void mistakes_have_a_line_and_no_value(void **state)
{
	(void)state;
	refuse("A=1\nT!A=pass\n", 2, "unexpected character \"!\"");
	refuse("A=1\n\nA B=pass\n", 3, "space");
	refuse("A='x\ny'\nB=\"pass\n", 3, "unterminated quoted value of B");
	refuse("A=pass${x\n", 1, "invalid interpolation");
	refuse("A=${B:?msg}\n", 1, "required variable B is missing a value: msg");
	assert_int_equal(dotenv_parse(&dotenv, ".env", "A=\0", 3, &errors), -1);
}

static void lines_are_shown_without_values(void **state)
{
	(void)state;
	static const struct {
		const char *text, *line;
		unsigned col;
	} cases[] = {
		{ "T!A=pass\n", "********", 2 },
		{ "  A B=pass\n", "  * ******", 4 },
		{ "É=p\xc3\xa4ss${1}#\r\n", "É=****${*}*", 7 },
		{ "A=\"pass\" B=\"pass${x\"\n", "**\"****\" B=\"****${*\"", 17 },
		{ "A='pass\npass' B='pass\n", "****' B='****", 9 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		refuse(cases[i].text, strchr(cases[i].text, '\n')[1] ? 2 : 1, "");
		assert_string_equal(errors.last->source, cases[i].line);
		assert_int_equal(errors.last->at.col, cases[i].col);
	}
	assert_int_equal(dotenv_parse_raw(&dotenv, "r.env", "A=1\nB C=pass\n", 13, &errors), -1);
	assert_string_equal(errors.last->source, "B C=****");
	read_text("A=pass$UNSET\n");
	assert_true(errors.last->warning);
	assert_string_equal(errors.last->source, "A=****$*****");
}

static void raw_values_are_verbatim(void **state)
{
	(void)state;
	const char *text = "\xef\xbb\xbf# c\n  A=\"q\" # $HOME \nB=\nHOME\nNONE\r\nC=x=y\n";
	assert_int_equal(dotenv_parse_raw(&dotenv, "r.env", text, strlen(text), &errors), 0);
	assert_string_equal(value("A"), "\"q\" # $HOME ");
	assert_string_equal(value("B"), "");
	assert_string_equal(value("HOME"), "/home/u");
	assert_string_equal(value("C"), "x=y");
	assert_int_equal(dotenv.into->count, 4);
	static const char *const wrong[] = { "A B=1\n", "=1\n", "A=\xff\n" };
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(dotenv_parse_raw(&dotenv, "r.env", wrong[i], strlen(wrong[i]), &errors), -1);
	errors_init(&errors, dotenv.arena);
	assert_int_equal(dotenv_parse(&dotenv, "w.env",
				 "\xff\xfe"
				 "A\0=\0"
				 "1",
				 7, &errors),
		-1);
	assert_string_equal(errors.first->message, "the file is UTF-16");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(statements),
		TEST(quotes),
		TEST(interpolation_asks_the_environment_first),
		TEST(mistakes_have_a_line_and_no_value),
		TEST(lines_are_shown_without_values),
		TEST(raw_values_are_verbatim),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
