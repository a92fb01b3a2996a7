#include "cmd/help.h"
#include "cmd/commands.h"

#include <string.h>

enum { WIDTH = 100, LEFT_MOST = 34 };

/* Heading of a group of commands. */
static const char *help_group(enum group group)
{
	static const char *const names[GROUP_COUNT] = {
		[GROUP_RUN] = "Run",
		[GROUP_LOOK] = "Look",
		[GROUP_FILE] = "Files",
		[GROUP_OTHER] = "Other",
	};
	return names[group];
}

const char *help_spelling(struct arena *arena, const struct opt *row)
{
	const char *no = row->flags & OPT_NEGATABLE ? "[no-]" : "";
	const char *name = arena_printf(arena, "--%s%s", no, row->name);
	if (row->arg)
		name = arena_printf(arena, "%s %s", name, row->arg);
	return row->letter ? arena_printf(arena, "-%c, %s", row->letter, name) : name;
}

const char *help_sentence(struct arena *arena, const struct opt *row)
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

static void put_row(FILE *out, const char *left, const char *right, int width)
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
	const char *spelling = help_spelling(arena, row);
	return row->letter ? spelling : arena_printf(arena, "    %s", spelling);
}

static void put_options(FILE *out, const char *heading, const struct opt *rows)
{
	struct arena *arena = arena_create();
	int width = 0;
	for (const struct opt *row = rows; row && row->name; row++) {
		int len = (int)strlen(left_of(arena, row));
		if (!(row->flags & OPT_HIDDEN) && len > width && len <= LEFT_MOST)
			width = len;
	}
	if (width)
		fprintf(out, "\n%s:\n", heading);
	for (const struct opt *row = rows; row && row->name; row++)
		if (!(row->flags & OPT_HIDDEN))
			put_row(out, left_of(arena, row), help_sentence(arena, row), width);
	arena_destroy(arena);
}

static int widest_name(void)
{
	int width = 0;
	for (size_t i = 0; cmd_table[i]; i++)
		if (!cmd_table[i]->hidden && (int)strlen(cmd_table[i]->name) > width)
			width = (int)strlen(cmd_table[i]->name);
	return width;
}

void help_all(FILE *out, const char *program)
{
	fprintf(out,
		"Usage: %s [OPTIONS] COMMAND\n\n"
		"Runs compose files as a graph: dependencies, health gates and one plan for every change.\n",
		program);
	int width = widest_name();
	for (enum group group = 0; group < GROUP_COUNT; group++) {
		fprintf(out, "\n%s:\n", help_group(group));
		for (size_t i = 0; cmd_table[i]; i++)
			if (cmd_table[i]->group == group && !cmd_table[i]->hidden)
				put_row(out, cmd_table[i]->name, cmd_table[i]->brief, width);
	}
	put_options(out, "Options", globals_flow);
	put_options(out, "Options of docker", globals_docker);
	fprintf(out, "\n%s COMMAND --help says more about a command.\n", program);
}

static void put_text(FILE *out, const char *text)
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

void help_command(FILE *out, const char *program, const struct cmd *cmd)
{
	fprintf(out, "Usage: %s %s%s%s%s\n\n%s.\n", program, cmd->name, cmd->rows ? " [OPTIONS]" : "",
		*cmd->args ? " " : "", cmd->args, cmd->brief);
	if (cmd->alias)
		fprintf(out, "Also called %s.\n", cmd->alias);
	put_text(out, cmd->text);
	put_options(out, "Options", cmd->rows);
	fprintf(out, "\n%s --help lists the options that every command has.\n", program);
}

void help_family(FILE *out, const char *program, const char *family)
{
	size_t len = strlen(family);
	fprintf(out, "Usage: %s %s COMMAND\n\nCommands:\n", program, family);
	for (size_t i = 0; cmd_table[i]; i++)
		if (strncmp(cmd_table[i]->name, family, len) == 0 && cmd_table[i]->name[len] == ' ')
			put_row(out, cmd_table[i]->name, cmd_table[i]->brief, widest_name());
}

static int run(struct ctx *ctx, const void *options)
{
	(void)options;
	size_t words;
	if (ctx->nargs == 0) {
		help_all(stdout, ctx->program);
		return 0;
	}
	const struct cmd *cmd = cmd_find(ctx->args, ctx->nargs, &words);
	if (cmd)
		help_command(stdout, ctx->program, cmd);
	else if (ctx->nargs == 1 && cmd_is_family(ctx->args[0]))
		help_family(stdout, ctx->program, ctx->args[0]);
	else
		return cmd_unknown(ctx, ctx->args, ctx->nargs);
	return 0;
}

const struct cmd cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.brief = "Explain a command",
	.group = GROUP_OTHER,
	.most = 2,
	.arg = VALUE_COMMAND,
	.run = run,
};
