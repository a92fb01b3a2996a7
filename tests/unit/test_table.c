/* Tables: columns, words, templates, JSON of fields. */
#include "cmd/table/columns.h"
#include "cmd/table/listing.h"
#include "cmd/table/words.h"
#include "arena_case.h"

#include <stdlib.h>

static void words_are_those_of_docker(void **state)
{
	(void)state;
	static const struct {
		int64_t seconds;
		const char *words;
	} ages[] = { { -5, "Less than a second ago" }, { 0, "Less than a second ago" }, { 1, "1 second ago" },
		{ 59, "59 seconds ago" }, { 60, "About a minute ago" }, { 119, "About a minute ago" },
		{ 120, "2 minutes ago" }, { 3599, "59 minutes ago" }, { 3600, "About an hour ago" },
		{ 5399, "About an hour ago" }, { 5400, "2 hours ago" }, { 47 * 3600, "47 hours ago" },
		{ 48 * 3600, "2 days ago" }, { 13 * 86400, "13 days ago" }, { 14 * 86400, "2 weeks ago" },
		{ 60 * 86400, "2 months ago" }, { 3 * 365 * 86400, "3 years ago" } };
	for (size_t i = 0; i < sizeof ages / sizeof *ages; i++)
		assert_string_equal(words_age(arena, ages[i].seconds), ages[i].words);
	static const struct {
		double bytes;
		const char *size, *memory;
	} sizes[] = { { 0, "0B", "0B" }, { 999, "999B", "999B" }, { 1000, "1kB", "1000B" },
		{ 1986643, "1.99MB", "1.895MiB" }, { 3260, "3.26kB", "3.184KiB" },
		{ 25276243968.0, "25.3GB", "23.54GiB" } };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		assert_string_equal(words_size(arena, sizes[i].bytes), sizes[i].size);
		assert_string_equal(words_memory(arena, sizes[i].bytes), sizes[i].memory);
	}
}

static void tables_align_by_columns_and_clean(void **state)
{
	(void)state;
	static const char *const head[] = { "NAME", "X" }, *const one[] = { "日本", "a\033[2J" },
				 *const two[] = { "longer-name", NULL };
	struct columns columns;
	char *text = NULL;
	size_t len = 0;
	columns_init(&columns, arena, head, 2);
	columns_add(&columns, one);
	columns_add(&columns, two);
	FILE *out = open_memstream(&text, &len);
	columns_print(out, &columns);
	fclose(out);
	assert_string_equal(text, "NAME          X\n日本          a\nlonger-name\n");
	free(text);
}

static void tables_fit_a_narrow_terminal(void **state)
{
	(void)state;
	static const char *const head[] = { "NAME", "COMMAND", "STATUS", "PORTS" },
				 *const one[] = { "project-service-1", "sleep", "Up 3 minutes", "80/tcp" },
				 *const spare[] = { "COMMAND", "PORTS", NULL };
	static const struct {
		size_t most;
		const char *printed;
	} rows[] = {
		{ 51, "NAME                COMMAND   STATUS         PORTS\n"
		      "project-service-1   sleep     Up 3 minutes   80/tcp\n" },
		{ 50, "NAME                STATUS         PORTS\nproject-service-1   Up 3 minutes   80/tcp\n" },
		{ 32, "NAME                STATUS\nproject-service-1   Up 3 minutes\n" },
		{ 25, "NAME         STATUS\nproje…ce-1   Up 3 minutes\n" },
		{ 5, "NAME       STATUS\nproj…e-1   Up 3 minutes\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct columns columns;
		char *text = NULL;
		size_t len = 0;
		columns_init(&columns, arena, head, 4);
		columns_add(&columns, one);
		columns_fit(&columns, rows[i].most, spare);
		FILE *out = open_memstream(&text, &len);
		columns_print(out, &columns);
		fclose(out);
		assert_string_equal(text, rows[i].printed);
		free(text);
	}
}

/* Things with fields of every sort. */
struct thing {
	const char *name;
	int64_t size;
	const char *const *parts; /* ended by a NULL */
};

static const struct thing *thing_of(const struct listed *listed)
{
	return listed->object;
}

static const char *thing_name(const struct listed *listed)
{
	return thing_of(listed)->name;
}

static struct datum thing_size(const struct listed *listed)
{
	return datum_of_number(thing_of(listed)->size);
}

static const char *thing_view(const struct listed *listed)
{
	return listed->view;
}

static struct datum thing_parts(const struct listed *listed)
{
	struct datum list = { .kind = DATUM_LIST };
	for (const char *const *part = thing_of(listed)->parts; part && *part; part++) {
		struct datum object = { .kind = DATUM_OBJECT };
		datum_add(arena, &object, "Word", datum_of_text(*part));
		datum_add(arena, &object, "Long", datum_of_truth(strlen(*part) > 3));
		datum_add(arena, &list, NULL, object);
	}
	return list;
}

static const char *thing_label(const struct listed *listed, const char *name)
{
	return arena_printf(arena, "%s of %s", name, thing_of(listed)->name);
}

static const struct field thing_fields[] = {
	{ "Label", NULL, .of = thing_label },
	{ "Name", "NAME", thing_name },
	{ "Parts", "PARTS", .value = thing_parts },
	{ "Size", "SIZE", .value = thing_size },
	{ "View", "WHAT IS SEEN", thing_view },
	{ 0 },
};

static const struct listing thing_lines = { .fields = thing_fields, .table = "table {{.Name}}\t{{.Size}}" },
			    thing_array = { .fields = thing_fields, .array = true, .least = 20 };

/* What a format prints of two things; NULL: it is refused. */
static char *printed_as(const struct listing *listing, const char *text)
{
	static const char *const parts[] = { "door", "rim", NULL };
	const struct thing one = { "car-1", 70, parts }, other = { "b\033[2J\tus", -3, NULL };
	const struct listed_objects objects = { (const void *[]){ &one, &other }, 2, "v" };
	struct format format;
	char *printed = NULL;
	size_t len = 0;
	errors_init(&errors, arena);
	if (format_read(arena, listing, text, "--format", &format, &errors) < 0)
		return NULL;
	FILE *out = open_memstream(&printed, &len);
	int result = format_print(out, arena, listing, &format, &objects, &errors);
	fclose(out);
	if (result == 0)
		return printed;
	assert_int_equal(len, 0);
	free(printed);
	return NULL;
}

struct printed_row {
	const char *text, *printed;
};

static void expect_printed(const struct listing *listing, const struct printed_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *printed = printed_as(listing, rows[i].text);
		if (!printed)
			fail_msg("%s is refused: %s", rows[i].text, errors.first->message);
		if (strcmp(printed, rows[i].printed) != 0)
			fail_msg("%s prints:\n%s", rows[i].text, printed);
		free(printed);
	}
}

#define EXPECT(listing, rows) expect_printed(&(listing), (rows), sizeof(rows) / sizeof *(rows))

static void templates_print_fields(void **state)
{
	(void)state;
	static const struct printed_row rows[] = {
		{ "{{.Name}}", "car-1\nb\033[2J\tus\n" },
		{ "{{ .Size }}\\t<{{.View}}>\\n", "70\t<v>\n\n-3\t<v>\n\n" },
		{ "{{.Parts}}", "[{door true} {rim false}]\n[]\n" },
		{ "{{json .Parts}}",
			"[{\"Word\":\"door\",\"Long\":true},{\"Word\":\"rim\",\"Long\":false}]\n[]\n" },
		{ "{{json .Name}} {{json .Size}}", "\"car-1\" 70\n\"b\\u001b[2J\\tus\" -3\n" },
		{ "{{.Label \"a.b\"}}", "a.b of car-1\na.b of b\033[2J\tus\n" },
		{ "{{.Label \"a\" | upper | printf \"%s!\"}}", "A OF CAR-1!\nA OF B\033[2J\tUS!\n" },
		{ "x  {{- .Size -}}  y {{/* z */ -}} \\n z", "x70y z\nx-3y z\n" },
		{ "{{\"a\\x41\\n\"}}{{`\\n`}}", "aA\n\\n\naA\n\\n\n" },
		{ "{{true}} {{nil}} {{-7}}", "true <no value> -7\ntrue <no value> -7\n" },
	};
	EXPECT(thing_lines, rows);
}

static void templates_choose_and_repeat(void **state)
{
	(void)state;
	static const struct printed_row rows[] = {
		{ "{{if .Parts}}y{{else}}n{{end}}", "y\nn\n" },
		{ "{{if gt .Size 100}}a{{else if lt .Size 0}}b{{else}}c{{end}}", "c\nb\n" },
		{ "{{range .Parts}}{{.Word}}={{.Long}};{{else}}none{{end}}", "door=true;rim=false;\nnone\n" },
		{ "{{range $i, $p := .Parts}}{{if $i}},{{end}}{{$p.Word}}{{$.Size}}{{end}}",
			"door70,rim70\n\n" },
		{ "{{range $p := .Parts}}{{$p.Word}}{{end}}", "doorrim\n\n" },
		{ "{{with .Parts}}{{len .}}{{else}}-{{end}}{{with $x := .Size}}{{$x}}{{end}}", "270\n--3\n" },
		{ "{{$n := 0}}{{range .Parts}}{{$n = len .Word}}{{end}}{{$n}}", "3\n0\n" },
		{ "{{range $i, $e := .}}{{if eq $i \"Name\"}}{{len $e}}{{end}}{{end}}", "5\n8\n" },
	};
	EXPECT(thing_lines, rows);
}

static void templates_have_functions(void **state)
{
	(void)state;
	static const struct printed_row rows[] = {
		{ "{{join (split \"a-b-c\" \"-\") \"+\"}}{{join .Parts \"|\"}}",
			"a+b+c{door true}|{rim false}\na+b+c\n" },
		{ "{{lower \"ÄB\"}}{{upper \"äb\"}}{{title \"ab c-d\"}}", "ÄbäBAb C-D\nÄbäBAb C-D\n" },
		{ "{{pad \"x\" 1 2}}|{{pad \"\" 1 2}}|{{truncate \"aäb\" 2}}|{{truncate \"ab\" 9}}",
			" x  ||a|ab\n x  ||a|ab\n" },
		{ "{{len .Name}} {{len .Parts}}", "5 2\n8 0\n" },
		{ "{{index (split .Name \"-\") 0 | slice | len}}", "3\n8\n" },
		{ "{{slice \"abcd\" 1 3}}{{slice \"abcd\" 2}}{{len (slice .Parts 0 0)}}", "bccd0\nbccd0\n" },
		{ "{{and .Parts (index .Parts 1 \"Word\")}} {{or .Parts \"none\" | len}}", "rim 2\n[] 4\n" },
		{ "{{not .Parts}} {{eq .Size 1 -3 2}} {{ne .Name \"car-1\"}}",
			"false false false\ntrue true true\n" },
		{ "{{lt 1 2}}{{le 2 2}}{{gt \"a\" \"b\"}}{{ge \"b\" \"b\"}}{{le 3 2}}",
			"truetruefalsetruefalse\ntruetruefalsetruefalse\n" },
		{ "{{printf \"%-4s|%4d|%04d|%+d|%x|%q|%t|%v|%.1s|%%\" \"ab\" .Size .Size 7 255 \"q\" true nil \"xy\"}}",
			"ab  |  70|0070|+7|ff|\"q\"|true|<no value>|x|%\nab  |  -3|-003|+7|ff|\"q\"|true|<no value>|x|%\n" },
		{ "{{print 1 2 \"a\" 3}}{{println \"b\" 4}}", "1 2a3b 4\n\n1 2a3b 4\n\n" },
	};
	EXPECT(thing_lines, rows);
}

static void templates_make_tables(void **state)
{
	(void)state;
	static const struct printed_row rows[] = {
		{ "table {{.Name}}\\t{{.View}}", "NAME      WHAT IS SEEN\ncar-1     v\nb us      v\n" },
		{ "table {{.Label \"x.my_key\"}}\\t{{upper .Name}}\\t{{json .Parts | len}}",
			"my key              NAME      PARTS\nx.my_key of car-1   CAR-1     57\nx.my_key of b us    B US      2\n" },
		{ "table {{range .Parts}}{{.Word}} {{end}}\\t{{if eq .Size 70}}a{{else}}b{{end}}",
			"PARTS       a\ndoor rim    a\n            b\n" },
		{ "", "NAME      SIZE\ncar-1     70\nb us      -3\n" },
		{ "table", "NAME      SIZE\ncar-1     70\nb us      -3\n" },
		{ "json",
			"{\"Name\":\"car-1\",\"Parts\":[{\"Word\":\"door\",\"Long\":true},{\"Word\":\"rim\",\"Long\":false}],"
			"\"Size\":70,\"View\":\"v\"}\n"
			"{\"Name\":\"b\\u001b[2J\\tus\",\"Parts\":[],\"Size\":-3,\"View\":\"v\"}\n" },
	};
	EXPECT(thing_lines, rows);
	static const struct printed_row array[] = {
		{ "json",
			"[{\"Name\":\"car-1\",\"Parts\":[{\"Word\":\"door\",\"Long\":true},{\"Word\":\"rim\",\"Long\":false}],"
			"\"Size\":70,\"View\":\"v\"},"
			"{\"Name\":\"b\\u001b[2J\\tus\",\"Parts\":[],\"Size\":-3,\"View\":\"v\"}]\n" },
		{ "table {{.Size}}\\t{{.View}}",
			"SIZE                WHAT IS SEEN\n70                  v\n-3                  v\n" },
	};
	EXPECT(thing_array, array);
}

static const struct {
	const char *text;
	unsigned line, col;
	const char *message, *hint;
} refused[] = {
	{ "plain", 1, 1, "\"plain\" is neither a kind of output nor a template",
		"table, json, or a template: 'table {{.Name}}\\t…', '{{json .}}'" },
	{ "{{.Nmae}}", 1, 4, "there is no field \"Nmae\"", "did you mean \"{{.Name}}\"?" },
	{ "a\n{{.Size}} {{$.Image}}", 2, 15, "there is no field \"Image\"",
		"fields: Label, Name, Parts, Size, View" },
	{ "{{.name}}", 1, 4, "there is no field \"name\"", "did you mean \"{{.Name}}\"?" },
	{ "{{uper .Name}}", 1, 3, "there is no function \"uper\"", "did you mean \"upper\"?" },
	{ "{{.Name", 1, 8, "{{ is not closed by }}", NULL },
	{ "{{.Name}", 1, 8, "only }} can stand here", NULL },
	{ "{{.Name}}{{", 1, 12, "{{ is not closed by }}", NULL },
	{ "{{}}", 1, 3, "a value is missing here", NULL },
	{ "{{if .Name}}x", 1, 14, "{{end}} is missing", NULL },
	{ "{{end}}", 1, 3, "{{end}} has nothing to end", NULL },
	{ "{{else}}", 1, 3, "{{else}} has nothing to end", NULL },
	{ "{{if .Name}}{{else}}{{else}}{{end}}", 1, 19, "there can be one {{else}} only", NULL },
	{ "{{define \"x\"}}", 1, 3, "{{define}} is not supported", "if, else, with, range and end are" },
	{ "{{upper}}", 1, 3, "upper takes 1 argument, not 0", NULL },
	{ "{{printf}}", 1, 3, "printf takes 1 argument or more, not 0", NULL },
	{ "{{slice .Name 1 2 3}}", 1, 3, "slice takes 3 arguments at most, not 4", NULL },
	{ "{{.Name | printf}}{{.Name | upper .Name}}", 1, 29, "upper takes 1 argument, not 2", NULL },
	{ "{{upper len}}", 1, 9, "a call within a call needs parentheses around", NULL },
	{ "{{.Name \"x\"}}", 1, 3, "only functions take arguments", NULL },
	{ "{{.Label}}", 1, 3, ".Label takes one word: {{.Label \"NAME\"}}", NULL },
	{ "{{upper (.Label)}}", 1, 10, ".Label takes one word: {{.Label \"NAME\"}}", NULL },
	{ "{{.Name.Size}}", 1, 3, "there is nothing in the text .Name", NULL },
	{ "{{$x}}", 1, 3, "$x is not set here", NULL },
	{ "{{if $x := .Name}}{{end}}{{$x}}", 1, 28, "$x is not set here", NULL },
	{ "{{if .Name}}{{$x := 1}}{{else}}{{$x}}{{end}}", 1, 34, "$x is not set here", NULL },
	{ "{{range $x := .Parts}}{{else}}{{$x}}{{end}}", 1, 33, "$x is not set here", NULL },
	{ "{{$x = 1}}", 1, 3, "$x is not set here", NULL },
	{ "{{\"a}}", 1, 3, "the text has no end", NULL },
	{ "{{\"\\q\"}}", 1, 4, "this is no escape", NULL },
	{ "{{1.5}}", 1, 3, "only whole numbers are known here", NULL },
	{ "{{(.Name}}", 1, 3, "the parenthesis is not closed", NULL },
	{ "{{/* a}}", 1, 3, "the comment has no end", NULL },
	{ "{{range .Name}}{{end}}", 1, 3, "range takes a list, not the text it has", NULL },
	{ "{{range .Parts}}{{.Wrd}}{{end}}", 1, 19, "there is no \"Wrd\" in it", "it has Word, Long" },
	{ "{{with .Size}}{{.Name}}{{end}}", 1, 17, "there is no \"Name\" in it", NULL },
	{ "{{eq .Size \"1\"}}", 1, 3, "eq compares texts with texts and numbers with numbers", NULL },
	{ "{{with .Parts}}{{index . 2}}{{end}}", 1, 18, "index goes beyond the end of the list", NULL },
	{ "{{slice .Name 3 2}}", 1, 3, "slice goes beyond the end", NULL },
	{ "{{printf \"%d\" .Name}}", 1, 3, "printf takes a number for %d and %x, and a truth for %t", NULL },
	{ "{{printf \"%s\"}}", 1, 3, "printf has too few arguments for its format", NULL },
	{ "{{printf \"%s\" 1 2}}", 1, 3, "printf has too many arguments for its format", NULL },
	{ "{{printf \"%y\" 1}}", 1, 3,
		"printf knows %s, %v, %q, %d, %x, %t and %%, 1000 characters wide at most", NULL },
	{ "{{pad .Name 1 2000}}", 1, 3, "pad takes a text and two numbers of blanks", NULL },
};

static void what_templates_cannot_do_is_refused_at_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		char *printed = printed_as(&thing_lines, refused[i].text);
		if (printed)
			fail_msg("%s prints %s", refused[i].text, printed);
		const struct error *found = errors.first;
		if (strcmp(found->message, refused[i].message) != 0 || found->at.line != refused[i].line ||
			found->at.col != refused[i].col)
			fail_msg("%s is refused: %u:%u: %s", refused[i].text, found->at.line, found->at.col,
				found->message);
		assert_string_equal(found->at.file, "--format");
		if (refused[i].hint)
			assert_string_equal(found->hint, refused[i].hint);
		assert_int_equal(found->code, ERROR_USAGE);
	}
}

static void what_takes_for_ever_is_refused(void **state)
{
	(void)state;
	const char *deep = "{{$.Size}}", *nested = "{{.Name}}";
	for (int i = 0; i < 30; i++)
		deep = arena_printf(arena, "{{range $.Parts}}%s{{end}}", deep);
	assert_null(printed_as(&thing_lines, deep));
	assert_string_equal(errors.first->message, "the template has too much to do for one object");
	for (int i = 0; i < 70; i++)
		nested = arena_printf(arena, "{{if .Name}}%s{{end}}", nested);
	assert_null(printed_as(&thing_lines, nested));
	assert_string_equal(errors.first->message, "this is nested too deeply");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_are_those_of_docker),
		TEST(tables_align_by_columns_and_clean),
		TEST(tables_fit_a_narrow_terminal),
		TEST(templates_print_fields),
		TEST(templates_choose_and_repeat),
		TEST(templates_have_functions),
		TEST(templates_make_tables),
		TEST(what_templates_cannot_do_is_refused_at_its_place),
		TEST(what_takes_for_ever_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
