#include "cmd/line/usage.h"

#include <string.h>

enum { WIDTH = 100, LEFT_MOST = 34 };

/* Heading of a group of commands. */
static const char *group_heading(enum group group)
{
	static const char *const names[GROUP_COUNT] = {
		[GROUP_RUN] = "Run",
		[GROUP_LOOK] = "Look",
		[GROUP_FILE] = "Files",
		[GROUP_OTHER] = "Other",
	};
	return names[group];
}

const char *usage_spelling(struct arena *arena, const struct opt *row)
{
	const char *no = row->flags & OPT_NEGATABLE ? "[no-]" : "";
	const char *name = arena_printf(arena, "--%s%s", no, row->name);
	if (row->arg)
		name = arena_printf(arena, "%s %s", name, row->arg);
	return row->letter ? arena_printf(arena, "-%c, %s", row->letter, name) : name;
}

const char *usage_sentence(struct arena *arena, const struct opt *row)
{
	const char *text = row->help;
	if (row->choices)
		text = arena_printf(arena, "%s (%s)", text, row->choices);
	return row->env ? arena_printf(arena, "%s [$%s]", text, row->env) : text;
}

/* Prints words up to the width, further lines indented by `indent`; `column` is where we stand. */
static void put_wrapped(FILE *out, const char *text, int indent, int column)
{
	bool first = true;
	while (*text) {
		int len = (int)strcspn(text, " ");
		if (!first && column + 1 + len > WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
			first = true;
		}
		column += fprintf(out, "%s%.*s", first ? "" : " ", len, text);
		first = false;
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void usage_put_row(FILE *out, const char *left, const char *right, int width)
{
	int len = (int)strlen(left);
	fprintf(out, "  %s", left);
	if (len > width)
		fprintf(out, "\n%*s", width + 4, "");
	else
		fprintf(out, "%*s", width - len + 2, "");
	put_wrapped(out, right, width + 4, width + 4);
}

static const char *left_of(struct arena *arena, const struct opt *row)
{
	const char *spelling = usage_spelling(arena, row);
	return row->letter ? spelling : arena_printf(arena, "    %s", spelling);
}

static void put_options(FILE *out, const char *heading, const struct opt *rows)
{
	struct arena *arena = arena_create();
	int width = 0;
	rows = options_flat(arena, rows);
	for (const struct opt *row = rows; row && row->name; row++) {
		int len = (int)strlen(left_of(arena, row));
		if (!(row->flags & OPT_HIDDEN) && len > width && len <= LEFT_MOST)
			width = len;
	}
	if (width)
		fprintf(out, "\n%s:\n", heading);
	for (const struct opt *row = rows; row && row->name; row++)
		if (!(row->flags & OPT_HIDDEN))
			usage_put_row(out, left_of(arena, row), usage_sentence(arena, row), width);
	arena_destroy(arena);
}

static int widest_name(const struct cmd *const *commands)
{
	int width = 0;
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden && (int)strlen(commands[i]->name) > width)
			width = (int)strlen(commands[i]->name);
	return width;
}

void usage_all(FILE *out, const char *program, const struct cmd *const *commands)
{
	fprintf(out,
		"Usage: %s [OPTIONS] COMMAND\n\n"
		"Runs compose files as a graph: dependencies, health gates and one plan for every change.\n",
		program);
	int width = widest_name(commands);
	for (enum group group = 0; group < GROUP_COUNT; group++) {
		fprintf(out, "\n%s:\n", group_heading(group));
		for (size_t i = 0; commands[i]; i++)
			if (commands[i]->group == group && !commands[i]->hidden)
				usage_put_row(out, commands[i]->name, commands[i]->brief, width);
	}
	put_options(out, "Options", globals_flow);
	put_options(out, "Options of docker", globals_docker);
	fprintf(out, "\n%s COMMAND --help says more about a command.\n", program);
}

static void usage_put_text(FILE *out, const char *text)
{
	while (text && *text) {
		size_t len = strcspn(text, "\n");
		char line[1200];
		snprintf(line, sizeof line, "%.*s", (int)len, text);
		fputc('\n', out);
		put_wrapped(out, line, 0, 0);
		text += len + (text[len] == '\n');
	}
}

void usage_command(FILE *out, const char *program, const struct cmd *cmd)
{
	fprintf(out, "Usage: %s %s%s%s%s\n\n%s.\n", program, cmd->name, cmd->rows ? " [OPTIONS]" : "",
		*cmd->args ? " " : "", cmd->args, cmd->brief);
	if (cmd->alias)
		fprintf(out, "Also called %s.\n", cmd->alias);
	usage_put_text(out, cmd->text);
	put_options(out, "Options", cmd->rows);
	for (const struct cmd_example *example = cmd->examples; example && example->words; example++)
		fprintf(out, "%s  # %s\n  %s %s\n", example == cmd->examples ? "\nExamples:\n" : "",
			example->does, program, example->words);
	fprintf(out, "\n%s --help lists the options that every command has.\n", program);
}

void usage_family(FILE *out, const char *program, const struct cmd *const *commands, const char *family)
{
	size_t len = strlen(family);
	fprintf(out, "Usage: %s %s COMMAND\n\nCommands:\n", program, family);
	for (size_t i = 0; commands[i]; i++)
		if (strncmp(commands[i]->name, family, len) == 0 && commands[i]->name[len] == ' ')
			usage_put_row(out, commands[i]->name, commands[i]->brief, widest_name(commands));
}
