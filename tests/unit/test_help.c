/* Help, manual and completion come from the rows; the help texts are compared with testdata/help/. After a
 * wanted change: UPDATE=1 build/unit/test_help. */
#include "cmd/complete_words.h"
#include "cmd/doc/doc_manual.h"
#include "cmd/line/commands.h"
#include "cmd/line/usage.h"
#include "unit.h"

#include <stdlib.h>
#include <ctype.h>
#include <string.h>

static char *printed(void (*print)(FILE *, const void *), const void *arg)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	print(out, arg);
	fclose(out);
	return text;
}

static void print_command(FILE *out, const void *arg)
{
	usage_command(out, "docker flow", arg);
}

static void print_all(FILE *out, const void *arg)
{
	(void)arg;
	usage_all(out, "docker flow", cmd_table);
}

static void print_man(FILE *out, const void *arg)
{
	(void)arg;
	doc_man(out, cmd_table);
}

static void print_markdown(FILE *out, const void *arg)
{
	(void)arg;
	doc_markdown(out, cmd_table);
}

static void compare(const char *name, char *text)
{
	char path[128], kept[16384];
	snprintf(path, sizeof path, "testdata/help/%s.txt", name);
	for (char *space = strchr(path, ' '); space; space = strchr(space, ' '))
		*space = '-';
	if (updates_golden()) {
		FILE *out = fopen(path, "w");
		assert_non_null(out);
		fputs(text, out);
		fclose(out);
	}
	FILE *in = fopen(path, "r");
	if (!in)
		fail_msg("%s is missing", path);
	size_t len = fread(kept, 1, sizeof kept - 1, in);
	fclose(in);
	kept[len] = '\0';
	assert_string_equal(text, kept);
	free(text);
}

static void help_is_as_kept(void **state)
{
	(void)state;
	compare("docker-flow", printed(print_all, NULL));
	for (size_t i = 0; cmd_table[i]; i++)
		if (!cmd_table[i]->hidden)
			compare(cmd_table[i]->name, printed(print_command, cmd_table[i]));
}

static void rows_are_sorted_and_whole(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	for (size_t i = 0; cmd_table[i]; i++) {
		const struct cmd *cmd = cmd_table[i];
		if (i)
			assert_true(strcmp(cmd_table[i - 1]->name, cmd->name) < 0);
		assert_non_null(cmd->run);
		assert_true(*cmd->brief && cmd->brief[strlen(cmd->brief) - 1] != '.');
		const struct opt *rows = options_flat(arena, cmd->rows);
		for (const struct opt *row = rows; row && row->name; row++) {
			assert_true(row->offset < cmd->size);
			assert_true(!row->arg == !opt_takes_value(row));
			assert_true(*row->help && row->help[strlen(row->help) - 1] != '.');
			if (row != rows)
				assert_true(strcmp(row[-1].name, row->name) < 0);
		}
	}
	arena_destroy(arena);
}

static bool rows_offer(const struct opt *rows, const char *name)
{
	for (const struct opt *row = rows; row && row->name; row++)
		if (strcmp(row->name, name) == 0 && !(row->flags & OPT_HIDDEN))
			return true;
	return false;
}

/* Whether some command offers an option of that name: another one may take it without a word. */
static bool is_offered(struct arena *arena, const char *name)
{
	for (size_t i = 0; cmd_table[i]; i++)
		if (rows_offer(options_flat(arena, cmd_table[i]->rows), name))
			return true;
	return rows_offer(globals_flow, name);
}

/* Whether the option stands in the text, by its whole name. */
static bool names_option(const char *text, const char *name)
{
	char option[64];
	size_t len = (size_t)snprintf(option, sizeof option, "--%s", name);
	while ((text = strstr(text, option))) {
		text += len;
		if (!islower((unsigned char)*text) && *text != '-')
			return true;
	}
	return false;
}

static void documents_name_every_option(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	char *man = printed(print_man, NULL), *markdown = printed(print_markdown, NULL);
	for (size_t i = 0; cmd_table[i]; i++)
		for (const struct opt *row = options_flat(arena, cmd_table[i]->rows); row && row->name; row++)
			assert_int_equal(names_option(markdown, row->name), is_offered(arena, row->name));
	assert_non_null(strstr(man, ".SH EXIT STATUS"));
	free(man);
	free(markdown);
	arena_destroy(arena);
}

struct asked {
	const char *const *words;
	size_t count;
};

static void print_completion(FILE *out, const void *arg)
{
	const struct asked *asked = arg;
	struct arena *arena = arena_create();
	struct map *env = map_create(arena);
	struct ctx ctx = {
		.arena = arena, .commands = cmd_table, .os_env = env, .cwd = "/", .program = "docker flow"
	};
	errors_init(&ctx.errors, arena);
	complete_words(&ctx, out, asked->words, asked->count);
	arena_destroy(arena);
}

static char *completion(const char *const *words)
{
	struct asked asked = { words, 0 };
	while (words[asked.count])
		asked.count++;
	return printed(print_completion, &asked);
}

#define COMPLETES(want, ...)                                                                                 \
	do {                                                                                                 \
		char *got = completion((const char *const[]){ __VA_ARGS__, NULL });                          \
		assert_string_equal(got, want);                                                              \
		free(got);                                                                                   \
	} while (0)

static void completion_follows_the_rows(void **state)
{
	(void)state;
	COMPLETES("version\tPrint the version\n:4\n", "flow", "ver");
	COMPLETES("version\tPrint the version\n:4\n", "--host", "x", "flow", "-p", "up", "ver");
	COMPLETES("pretty\n:4\n", "flow", "version", "-f", "p");
	COMPLETES("--format=json\n:4\n", "version", "--format=j");
	COMPLETES("--short\tPrint the number only\n:4\n", "version", "--sh");
	COMPLETES(":16\n", "--project-directory", "");
	COMPLETES(":0\n", "--env-file", "");
	COMPLETES("yml\nyaml\njson\n:8\n", "-f", "");
	COMPLETES(":4\n", "version", "");
	COMPLETES(":4\n", "--nonsense=");
	COMPLETES("help\tExplain a command\n:4\n", "help", "he");
}

/* Each begins with the options of all commands or with the command itself. */
static void e_every_command_has_examples(void **state)
{
	(void)state;
	for (size_t i = 0; cmd_table[i]; i++) {
		const struct cmd_example *example = cmd_table[i]->examples;
		if (cmd_table[i]->hidden)
			continue;
		assert_non_null(example);
		for (size_t n = 0; n == 0 || example[n].words; n++) {
			assert_non_null(strstr(example[n].words, cmd_table[i]->name));
			assert_non_null(example[n].does);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_is_as_kept),
		cmocka_unit_test(e_every_command_has_examples),
		cmocka_unit_test(rows_are_sorted_and_whole),
		cmocka_unit_test(documents_name_every_option),
		cmocka_unit_test(completion_follows_the_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
