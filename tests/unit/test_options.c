/* Option rows: spellings, values, mistakes. */
#include "cmd/line/options.h"
#include "unit.h"

#include <string.h>

struct sample {
	bool quiet, build, no_build, color;
	const char *name, *pull;
	struct texts files;
	struct opt_int count, timeout;
	enum tri verify;
	struct {
		enum { KEEP, REPLACE, FREEZE } mode;
		const struct map *counts;
	} inner;
};

#define AT(member) offsetof(struct sample, member)

#define INNER(member) offsetof(struct sample, inner.member) - offsetof(struct sample, inner)

static const struct opt inner_rows[] = {
	{ OPT_COUNTS, "amount", 0, INNER(counts), "NAME=N", "" },
	{ OPT_ENUM, "freeze", 0, INNER(mode), NULL, "", .sets = FREEZE },
	{ OPT_ENUM, "replace", 0, INNER(mode), NULL, "", .sets = REPLACE, .excludes = "quiet,freeze" },
	{ 0 },
};

static const struct opt rows[] = {
	{ OPT_PART, "", .offset = AT(inner), .part = inner_rows },
	{ OPT_FLAG, "build", 'b', AT(build), NULL, "", .excludes = "no-build" },
	{ OPT_FLAG, "color", 0, AT(color), NULL, "", .flags = OPT_NEGATABLE },
	{ OPT_VOID, "compress", 'z', 0, NULL, "has no effect", .flags = OPT_OLD },
	{ OPT_INT, "count", 'c', AT(count), "N", "", .env = "SAMPLE_COUNT" },
	{ OPT_TEXTS, "file", 'f', AT(files), "FILE", "" },
	{ OPT_TEXT, "name", 'n', AT(name), "NAME", "", .flags = OPT_ONCE },
	{ OPT_FLAG, "no-build", 0, AT(no_build), NULL, "" },
	{ OPT_TEXT, "pull", 0, AT(pull), "POLICY", "", .choices = "always|missing|never",
		.former = "every=always" },
	{ OPT_FLAG, "quiet", 'q', AT(quiet), NULL, "", .env = "SAMPLE_QUIET" },
	{ OPT_SECONDS, "timeout", 't', AT(timeout), "TIME", "" },
	{ OPT_TRI, "verify", 0, AT(verify), NULL, "" },
	{ 0 },
};

struct fixture {
	struct arena *arena;
	struct errors errors;
	struct sample sample;
	struct texts args;
	struct map env;
};

static int set_up(void **state)
{
	static struct fixture f;
	f = (struct fixture){ .arena = arena_create() };
	errors_init(&f.errors, f.arena);
	map_init(&f.env, f.arena);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	arena_destroy(((struct fixture *)*state)->arena);
	return 0;
}

static int parse(struct fixture *f, const char *const *words)
{
	size_t count = 0;
	while (words[count])
		count++;
	struct opt_set set = { options_flat(f->arena, rows), &f->sample, NULL };
	options_begin(f->arena, &set, 1);
	const struct opt_line line = { words, count, "docker flow", "sample" };
	int result = options_mixed(f->arena, &set, 1, &line, &f->args, &f->errors);
	return result < 0 ? -1 : options_end(f->arena, &set, 1, &f->env, &f->errors);
}

#define PARSE(f, ...) parse((f), (const char *const[]){ __VA_ARGS__, NULL })

static void every_spelling_of_a_value(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(
		PARSE(f, "--name", "a", "--file=b", "-f", "c", "-fd", "-f=e", "--file=", "--count=-3"), 0);
	assert_string_equal(f->sample.name, "a");
	assert_int_equal(f->sample.files.count, 5);
	assert_string_equal(f->sample.files.items[0], "b");
	assert_string_equal(f->sample.files.items[2], "d");
	assert_string_equal(f->sample.files.items[3], "e");
	assert_string_equal(f->sample.files.items[4], "");
	assert_int_equal(f->sample.count.value, -3);
}

static void flags_bundle_and_negate(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(PARSE(f, "-bqfx", "--color", "--no-color", "--verify=false"), 0);
	assert_true(f->sample.build && f->sample.quiet);
	assert_false(f->sample.color);
	assert_string_equal(f->sample.files.items[0], "x");
	assert_int_equal(f->sample.verify, TRI_NO);
	assert_int_equal(PARSE(f, "--build=false", "--no-build"), 0);
}

static void what_is_old_is_taken_with_a_warning(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(PARSE(f, "-z", "--compress=false", "--compress", "web", "--pull", "every"), 0);
	assert_int_equal(f->args.count, 1);
	assert_string_equal(f->sample.pull, "always");
	assert_int_equal(f->errors.warnings, 2);
	assert_string_equal(f->errors.first->message, "-z: has no effect");
	assert_string_equal(f->errors.first->next->message, "--pull: \"every\" is written always today");
	assert_int_equal(PARSE(f, "--compress=much"), -1);
	assert_int_equal(PARSE(f, "--pull", "ever"), -1);
}

/* `build --parallel web`, `build --parallel 3`: sets of the command and of what stands in front of it. */
static void an_old_flag_leaves_numbers_to_the_option_of_its_name(void **state)
{
	static const struct opt old[] = { { OPT_VOID, "count", 0, 0, NULL, "", .flags = OPT_OLD }, { 0 } };
	static const struct {
		const char *words[2];
		size_t nargs;
		bool set;
	} cases[] = { { { "--count", "web" }, 1, false }, { { "--count", "-q" }, 0, false },
		{ { "web", "--count" }, 1, false }, { { "--count=false", "web" }, 1, false },
		{ { "--count", "3" }, 0, true }, { { "--count", "-1" }, 0, true },
		{ { "--count=3", "web" }, 1, true }, { { "--count", "3x" }, 1, false } };
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct opt_set sets[] = { { old, NULL, NULL },
			{ options_flat(f->arena, rows), &f->sample, NULL } };
		const struct opt_line line = { cases[i].words, 2, "docker flow", "sample" };
		f->sample.count.set = false;
		options_begin(f->arena, sets, 2);
		assert_int_equal(options_mixed(f->arena, sets, 2, &line, &f->args, &f->errors), 0);
		assert_int_equal(f->args.count, cases[i].nargs);
		assert_int_equal(f->sample.count.set, cases[i].set);
	}
}

static void arguments_mix_with_options(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(PARSE(f, "web", "-q", "-", "--", "--build", "db"), 0);
	assert_int_equal(f->args.count, 4);
	assert_string_equal(f->args.items[1], "-");
	assert_string_equal(f->args.items[2], "--build");
	assert_false(f->sample.build);
}

static void leading_options_stop_at_the_first_argument(void **state)
{
	struct fixture *f = *state;
	struct opt_set set = { rows, &f->sample, NULL };
	options_begin(f->arena, &set, 1);
	const char *const words[] = { "-q", "--name", "x", "sh", "-b" };
	assert_int_equal(options_leading(f->arena, &set, 1,
				 &(struct opt_line){ words, 5, "docker flow", NULL }, &f->errors),
		3);
	assert_false(f->sample.build);
}

static void times_are_seconds_or_durations(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(PARSE(f, "-t", "10"), 0);
	assert_int_equal(f->sample.timeout.value, 10000000000);
	assert_int_equal(PARSE(f, "-t1m30s"), 0);
	assert_int_equal(f->sample.timeout.value, 90000000000);
	assert_int_equal(PARSE(f, "-t", "250ms"), 0);
	assert_int_equal(f->sample.timeout.value, 250000000);
	int64_t ns;
	static const char *const wrong[] = { "", "x", "1x", "-1", "1m30", "1e400s", "99999999999999h" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(opt_duration(wrong[i], &ns), -1);
}

static void refuses(struct fixture *f, const char *const *words, const char *message, const char *hint)
{
	errors_init(&f->errors, f->arena);
	assert_int_equal(parse(f, words), -1);
	assert_int_equal(f->errors.first->code, ERROR_USAGE);
	assert_string_equal(f->errors.first->message, message);
	if (hint)
		assert_string_equal(f->errors.first->hint, hint);
}

#define REFUSES(f, message, hint, ...) refuses((f), (const char *const[]){ __VA_ARGS__, NULL }, message, hint)

static void the_environment_stands_in(void **state)
{
	struct fixture *f = *state;
	map_set(&f->env, "SAMPLE_COUNT", "7");
	map_set(&f->env, "SAMPLE_QUIET", "true");
	assert_int_equal(PARSE(f, "--count", "2"), 0);
	assert_int_equal(f->sample.count.value, 2);
	assert_true(f->sample.quiet);
	f->sample.quiet = false;
	REFUSES(f, "--replace and --quiet exclude each other",
		"SAMPLE_QUIET is set; --quiet=false overrides it", "--replace");
	errors_init(&f->errors, f->arena);
	assert_int_equal(PARSE(f, "--replace", "--quiet=false"), 0);
	map_set(&f->env, "SAMPLE_COUNT", "many");
	assert_int_equal(PARSE(f, "-b"), -1);
	assert_string_equal(f->errors.first->message, "SAMPLE_COUNT: \"many\" is not a whole number");
}

static void mistakes_are_named(void **state)
{
	struct fixture *f = *state;
	REFUSES(f, "unknown option --biuld of sample", "did you mean \"--build\"?", "--biuld");
	REFUSES(f, "unknown option -x of sample", "docker flow sample --help lists the options", "-qx");
	REFUSES(f, "unknown option --zzzzzz of sample", "docker flow sample --help lists the options",
		"--zzzzzz=1");
	REFUSES(f, "--name needs a value: --name NAME", NULL, "--name");
	REFUSES(f, "-n can be given only once", NULL, "-n", "a", "-n", "b");
	REFUSES(f, "--build and --no-build exclude each other", NULL, "--no-build", "-b");
	REFUSES(f, "--pull: \"allways\" is not known", "did you mean \"always\"?", "--pull=allways");
	REFUSES(f, "--count: \"9x\" is not a whole number", NULL, "--count=9x");
	REFUSES(f, "--quiet: \"maybe\" is not true or false", NULL, "--quiet=maybe");
	REFUSES(f, "unknown option --no-quiet of sample", NULL, "--no-quiet");
}

static void parts_fill_the_struct_within(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(PARSE(f, "--replace", "--amount", "a=2", "--amount=b=0", "--amount", "a=3"), 0);
	assert_int_equal(f->sample.inner.mode, REPLACE);
	assert_int_equal(f->sample.inner.counts->count, 2);
	assert_int_equal(*(int64_t *)map_get(f->sample.inner.counts, "a"), 3);
	assert_int_equal(*(int64_t *)map_get(f->sample.inner.counts, "b"), 0);
	assert_int_equal(PARSE(f, "--replace=false", "-q"), 0);
	assert_int_equal(f->sample.inner.mode, KEEP);
	assert_int_equal(PARSE(f, "--replace", "--freeze=false"), 0);
	assert_int_equal(f->sample.inner.mode, REPLACE);
	assert_int_equal(PARSE(f, "--replace", "--replace=false", "--freeze"), 0);
	assert_int_equal(f->sample.inner.mode, FREEZE);
	const struct opt *flat = options_flat(f->arena, rows);
	for (size_t i = 1; flat[i].name; i++)
		assert_true(strcmp(flat[i - 1].name, flat[i].name) < 0);
	REFUSES(f, "--replace and --quiet exclude each other", NULL, "--replace", "-q");
	REFUSES(f, "--replace and --freeze exclude each other", NULL, "--replace", "--freeze");
	REFUSES(f, "--replace and --freeze exclude each other", NULL, "--freeze", "--replace");
	REFUSES(f, "--amount: \"a=x\" is not SERVICE=NUMBER", NULL, "--amount=a=x");
	REFUSES(f, "--amount: \"=1\" is not SERVICE=NUMBER", NULL, "--amount", "=1");
	REFUSES(f, "--amount: \"a=1000000001\" is not SERVICE=NUMBER", NULL, "--amount", "a=1000000001");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_spelling_of_a_value, set_up, tear_down),
		cmocka_unit_test_setup_teardown(flags_bundle_and_negate, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_old_is_taken_with_a_warning, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_old_flag_leaves_numbers_to_the_option_of_its_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(arguments_mix_with_options, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			leading_options_stop_at_the_first_argument, set_up, tear_down),
		cmocka_unit_test_setup_teardown(times_are_seconds_or_durations, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_environment_stands_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(mistakes_are_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(parts_fill_the_struct_within, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
