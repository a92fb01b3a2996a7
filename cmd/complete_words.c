#include "cmd/complete_words.h"
#include "cmd/complete_names.h"

#include <string.h>

/* Where the words before the cursor have led to. */
struct position {
	const struct cmd *cmd;        /* NULL: none yet */
	const char *family;           /* first word of a subcommand, its second is wanted */
	const struct opt *value_of;   /* the option whose value is wanted, or NULL */
	bool arguments_only, started; /* after `--`; the plugin's name was seen */
	size_t nargs;
};

struct answer {
	FILE *out;
	const char *word;   /* to be completed */
	const char *before; /* what stays in front of every candidate: "--file=" */
};

static void offer_candidate(struct answer *answer, const char *candidate, const char *text)
{
	if (strncmp(candidate, answer->word, strlen(answer->word)) != 0)
		return;
	fprintf(answer->out, "%s%s", answer->before, candidate);
	if (text && *text)
		fprintf(answer->out, "\t%s", text);
	fputc('\n', answer->out);
}

static void offer_options(struct answer *answer, const struct opt *rows)
{
	struct arena *arena = arena_create();
	for (const struct opt *row = rows; row && row->name; row++) {
		if (row->flags & OPT_HIDDEN)
			continue;
		offer_candidate(answer, arena_printf(arena, "--%s", row->name), row->help);
		if (row->letter && strlen(answer->word) < 2)
			offer_candidate(answer, arena_printf(arena, "-%c", row->letter), row->help);
	}
	arena_destroy(arena);
}

/* First words of the commands, or second words of a family. */
static void offer_commands(struct ctx *ctx, struct answer *answer, const char *family)
{
	const char *last = "";
	for (size_t i = 0; ctx->commands[i]; i++) {
		const struct cmd *cmd = ctx->commands[i];
		const char *space = strchr(cmd->name, ' ');
		if (cmd->hidden)
			continue;
		if (family) {
			size_t len = strlen(family);
			if (space && (size_t)(space - cmd->name) == len &&
				strncmp(cmd->name, family, len) == 0)
				offer_candidate(answer, space + 1, cmd->brief);
			continue;
		}
		const char *first =
			space ? arena_strndup(ctx->arena, cmd->name, (size_t)(space - cmd->name)) : cmd->name;
		if (strcmp(first, last) != 0)
			offer_candidate(answer, first, space ? NULL : cmd->brief);
		last = first;
	}
}

/* Offers values of the kind; returns the directive. */
static int offer_values(
	struct ctx *ctx, struct answer *answer, enum value_kind kind, const char *choices, const char *family)
{
	struct texts names = { 0 };
	switch (kind) {
	case VALUE_FILE:
		return 0;
	case VALUE_DIR:
		return COMPLETE_DIRS;
	case VALUE_YAML:
		fprintf(answer->out, "yml\nyaml\njson\n");
		return COMPLETE_EXTENSIONS;
	case VALUE_COMMAND:
		offer_commands(ctx, answer, family);
		return COMPLETE_NO_FILES;
	case VALUE_CHOICE:
		names = texts_split(ctx->arena, choices, '|');
		break;
	case VALUE_NONE:
		return COMPLETE_NO_FILES;
	case VALUE_SERVICE:
	case VALUE_SCALE:
	case VALUE_APPLICATION:
	case VALUE_PROFILE:
		names = complete_names(ctx, kind);
		break;
	}
	/* +NAME, NAME+: graph/dag/select.c */
	bool upstream = kind == VALUE_SERVICE && *answer->word == '+';
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		offer_candidate(answer,
			arena_printf(ctx->arena, "%s%s%s", upstream ? "+" : "", name,
				kind == VALUE_SCALE ? "=" : ""),
			NULL);
		if (kind == VALUE_SERVICE && strcmp(answer->word + upstream, name) == 0)
			offer_candidate(answer, arena_printf(ctx->arena, "%s+", answer->word),
				"with all that needs it");
	}
	return COMPLETE_NO_FILES | (kind == VALUE_SCALE ? COMPLETE_NO_SPACE : 0);
}

static void take_argument(const struct ctx *ctx, struct position *at, const char *const *words, size_t nwords)
{
	if (at->cmd) {
		at->nargs++;
		return;
	}
	size_t count;
	if (!at->started && strcmp(words[0], "flow") == 0) {
		at->started = true;
		return;
	}
	if (at->family) {
		at->cmd = cmd_find(ctx->commands, (const char *const[]){ at->family, words[0] }, 2, &count);
		return;
	}
	at->cmd = cmd_find(ctx->commands, words, nwords ? 1 : 0, &count);
	if (!at->cmd && cmd_is_family(ctx->commands, words[0]))
		at->family = words[0];
}

/* Rows that hold at this position; returns how many sets were written. */
static size_t sets_at(
	struct arena *arena, const struct position *at, struct globals *globals, struct opt_set sets[2])
{
	if (at->cmd)
		sets[0] = (struct opt_set){ .rows = options_flat(arena, at->cmd->rows) };
	else
		sets[0] = (struct opt_set){ .rows = globals_docker, .target = globals };
	sets[1] = (struct opt_set){ .rows = globals_flow, .target = globals };
	return 2;
}

/* Walks over the complete words; global options are stored, since they say which file is meant. */
static struct position walk_words(struct ctx *ctx, const char *const *words, size_t nwords)
{
	struct position at = { 0 };
	struct errors ignored;
	errors_init(&ignored, ctx->arena);
	for (size_t i = 0; i < nwords; i++) {
		const char *word = words[i], *value;
		if (at.arguments_only || word[0] != '-' || !word[1]) {
			take_argument(ctx, &at, &words[i], nwords - i);
			continue;
		}
		if (strcmp(word, "--") == 0) {
			at.arguments_only = true;
			continue;
		}
		struct opt_set sets[2];
		size_t nsets = sets_at(ctx->arena, &at, &ctx->globals, sets);
		const struct opt *row = options_find(sets, nsets, word, &value);
		if (!row)
			continue;
		if (!value && opt_takes_value(row)) {
			if (i + 1 == nwords) {
				at.value_of = row;
				break;
			}
			value = words[++i];
		}
		for (size_t s = 0; s < nsets; s++)
			if (sets[s].target && options_owns(sets[s].rows, row))
				opt_store(ctx->arena, &sets[s], row, value ? value : "true", row->name,
					&ignored);
	}
	return at;
}

static int complete_option(struct ctx *ctx, struct answer *answer, const struct position *at)
{
	struct opt_set sets[2];
	size_t nsets = sets_at(ctx->arena, at, &ctx->globals, sets);
	const char *equals = strchr(answer->word, '='), *value;
	if (equals && strncmp(answer->word, "--", 2) == 0) {
		const struct opt *row = options_find(sets, nsets, answer->word, &value);
		answer->before = arena_strndup(ctx->arena, answer->word, (size_t)(equals - answer->word) + 1);
		answer->word = equals + 1;
		return row ? offer_values(ctx, answer, row->value, row->choices, NULL) : COMPLETE_NO_FILES;
	}
	for (size_t i = 0; i < nsets; i++)
		offer_options(answer, sets[i].rows);
	return COMPLETE_NO_FILES;
}

void complete_words(struct ctx *ctx, FILE *out, const char *const *words, size_t nwords)
{
	struct answer answer = { .out = out, .word = nwords ? words[nwords - 1] : "", .before = "" };
	struct position at = walk_words(ctx, words, nwords ? nwords - 1 : 0);
	int bits;
	if (at.value_of)
		bits = offer_values(ctx, &answer, at.value_of->value, at.value_of->choices, NULL);
	else if (answer.word[0] == '-' && !at.arguments_only)
		bits = complete_option(ctx, &answer, &at);
	else if (!at.cmd)
		bits = offer_values(ctx, &answer, VALUE_COMMAND, NULL, at.family);
	else if (at.cmd->most >= 0 && at.nargs >= (size_t)at.cmd->most)
		bits = COMPLETE_NO_FILES;
	else
		bits = offer_values(ctx, &answer, at.cmd->arg, at.cmd->arg_choices, NULL);
	fprintf(out, ":%d\n", bits);
}
