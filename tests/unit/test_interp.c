/* Substitution of variables. */
#include "compose/tree/interp.h"
#include "compose/tree/yaml.h"
#include "arena_case.h"

static struct interp interp;

static int set_up(void **state)
{
	arena_set_up(state);
	struct map *env = map_create(arena);
	map_set(env, "A", (void *)"a");
	map_set(env, "E", (void *)"");
	map_set(env, "long_Name_1", (void *)"x");
	interp_init(&interp, arena, env, map_create(arena), &errors);
	return 0;
}

static void becomes(const char *text, const char *want)
{
	const char *got = NULL;
	if (interp_text(&interp, text, NULL, NULL, &got) != 0)
		fail_msg("%s: %s", text, errors.last->message);
	if (strcmp(got, want) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", text, got, want);
}

static void fails(const char *text, const char *message)
{
	const char *got = NULL;
	errors_init(&errors, arena);
	if (interp_text(&interp, text, NULL, "services.web.image", &got) == 0)
		fail_msg("%s: accepted as \"%s\"", text, got);
	if (!strstr(errors.last->message, message))
		fail_msg("%s: \"%s\" does not say \"%s\"", text, errors.last->message, message);
}

static void c10_unclosed_expression_is_the_one_blamed(void **state)
{
	(void)state;
	fails("${U:-${B}", "invalid interpolation format: ${U:-${B}");
	assert_non_null(strstr(errors.last->hint, "} that ends it is missing"));
	fails("x ${U:-a${B:-${C}} y", "invalid interpolation format: ${U:-a${B:-${C}");
	fails("${U:-${B!}}", "invalid interpolation format: ${B!}");
	fails("${U:-${B}\n}", "invalid interpolation format: ${U:-${B}");
}

/* A block, a folded text, one in quotes: the finding is at the dollar in the file. */
static void c10_place_in_a_text_of_several_lines(void **state)
{
	(void)state;
	static const char text[] = "a: |\n"
				   "  $$ \xc3\xa4 ${A}\n"
				   "\n"
				   "    x ${no!}\n"
				   "b: >-\n"
				   "  one ${A}\n"
				   "  two ${no!}\n"
				   "c: \"one\\tline $A ${no!}\"\n"
				   "d: one ${A}\n"
				   "  two ${no!}\n";
	static const unsigned lines[] = { 4, 7, 8, 10 }, cols[] = { 7, 7, 18, 7 };
	struct node **docs;
	struct sources sources;
	size_t ndocs, found = 0;
	sources_init(&sources, arena);
	sources_add(&sources, "c.yml", text);
	assert_int_equal(yaml_parse(arena, "c.yml", text, strlen(text), &docs, &ndocs, &errors), 0);
	interp.sources = &sources;
	assert_int_equal(interp_tree(&interp, docs[0]), -1);
	for (const struct error *error = errors.first; error; error = error->next, found++) {
		assert_int_equal(error->at.line, lines[found]);
		assert_int_equal(error->at.col, cols[found]);
	}
	assert_int_equal(found, 4);
}

static void operators(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "plain", "plain" },
		{ "$A-${A}.$long_Name_1", "a-a.x" },
		{ "${A:-w}${E:-w}${U:-w}", "aww" },
		{ "${A-w}${E-w}${U-w}", "aw" },
		{ "${A:+w}|${E:+w}|${U:+w}", "w||" },
		{ "${A+w}|${E+w}|${U+w}", "w|w|" },
		{ "${A:?m}${A?m}${E?m}", "aa" },
		{ "$$A $${A} $$$A", "$A ${A} $a" },
		{ "$1 $( $ x$", "$1 $( $ x$" },
		{ "${U:-${A}/${U:-${E:-z}}}", "a/z" },
		{ "${U:-a:b?c+d-e}", "a:b?c+d-e" },
		{ "${U-b?c}", "b?c" },
		{ "${U:-$$x}", "$x" },
		{ "${U:-{\"k\": \"$A\"}} $A", "{\"k\": \"a\"} a" },
		{ "${A:-{{.X}}}", "a}" },
		{ "${U:-a\\}b}", "a\\b}" },
		{ "${A:-${U:?no}}", "a" },
		{ "${U:-x}\nnext ${A}", "x\nnext a" },
		{ "${U:-{}}", "{}" },
		{ "${U-}", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		becomes(rows[i][0], rows[i][1]);
	assert_int_equal(errors.warnings, 0);
}

static void wrong_forms(void **state)
{
	(void)state;
	static const char *const rows[] = { "${}", "${1}", "${A!}", "${A:x}", "${A:}", "${ A }", "${A",
		"${A=x}", "${A%x}", "${A/x/y}", "${#A}", "${!A}", "${", "${A:-x", "${U:-x\ny}" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fails(rows[i], "invalid interpolation format");
	fails("${U:?say $A}", "required variable U is missing a value: say a");
	fails("${E:?}", "required variable E is missing a value");
	fails("${U:-${V?x}}", "required variable V is missing a value: x");
}

static void messages_do_not_show_the_rest(void **state)
{
	(void)state;
	fails("secret ${A!} word", "${A!}");
	assert_null(strstr(errors.last->message, "secret"));
	assert_null(strstr(errors.last->message, "word"));
}

static void unset_variables_warn_once(void **state)
{
	(void)state;
	becomes("[$U$U${V}]", "[]");
	becomes("$U", "");
	assert_int_equal(errors.warnings, 2);
	assert_string_equal(
		errors.first->message, "The \"U\" variable is not set. Defaulting to a blank string.");
}

static void depth_and_size_are_bounded(void **state)
{
	(void)state;
	auto_buf struct buf deep;
	buf_init(&deep, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_puts(&deep, "${U:-");
	for (int i = 0; i < 1000; i++)
		buf_puts(&deep, "}");
	fails(buf_text(&deep), "nested too deeply");
	interp.left = 10;
	becomes("$A$A", "aa");
	fails("$A 3456789", "too much");
	becomes("$A 345678", "a 345678");
}

static void trees_keep_keys_and_marks(void **state)
{
	(void)state;
	struct mark at = { .file = "f", .line = 2, .col = 4 };
	struct node *tree = node_map(arena, at), *list = node_list(arena, at);
	node_set(arena, tree, "$A", at, list);
	node_push(arena, list, node_string(arena, at, "x$A"));
	node_push(arena, list, node_int(arena, at, 5));
	node_push(arena, list, node_string(arena, at, "x"));
	assert_int_equal(interp_tree(&interp, tree), 0);
	assert_string_equal(tree->members[0].key, "$A");
	assert_string_equal(list->items[0]->text, "xa");
	assert_string_equal(list->items[2]->text, "x");
	node_push(arena, list, node_string(arena, at, "${"));
	node_push(arena, list, node_string(arena, at, "${U?}"));
	assert_int_equal(interp_tree(&interp, tree), -1);
	assert_int_equal(errors.count, 2);
	assert_string_equal(errors.first->path, "$A[3]");
	assert_int_equal(errors.first->at.line, 2);
}

static void collect(void *arg, const struct interp_variable *variable)
{
	buf_printf(arg, "%s=%s/%s/%d ", variable->name, variable->fallback ? variable->fallback : "",
		variable->presence ? variable->presence : "", variable->required);
}

static void variables_are_listed(void **state)
{
	(void)state;
	auto_buf struct buf seen;
	buf_init(&seen, 1000);
	struct mark at = { 0 };
	interp_variables(
		arena, node_string(arena, at, "$X ${U:-d${Y:-z}} $$N ${P:+q} ${R:?m}"), collect, &seen);
	assert_string_equal(buf_text(&seen), "X=//0 U=d${Y:-z}//0 Y=z//0 P=/q/0 R=//1 ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(operators),
		TEST(wrong_forms),
		TEST(messages_do_not_show_the_rest),
		TEST(unset_variables_warn_once),
		TEST(c10_unclosed_expression_is_the_one_blamed),
		TEST(c10_place_in_a_text_of_several_lines),
		TEST(depth_and_size_are_bounded),
		TEST(trees_keep_keys_and_marks),
		TEST(variables_are_listed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
