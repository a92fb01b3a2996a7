#include "cmd/line/cmd.h"

#include <stdio.h>
#include <string.h>

static const struct cmd *cmd_named(const struct cmd *const *commands, const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0 ||
			(commands[i]->alias && strcmp(commands[i]->alias, name) == 0))
			return commands[i];
	return NULL;
}

const struct cmd *cmd_find(
	const struct cmd *const *commands, const char *const *words, size_t nwords, size_t *ret_words)
{
	char both[64];
	if (nwords >= 2 && snprintf(both, sizeof both, "%s %s", words[0], words[1]) < (int)sizeof both) {
		const struct cmd *cmd = cmd_named(commands, both);
		if (cmd) {
			*ret_words = 2;
			return cmd;
		}
	}
	*ret_words = 1;
	return nwords >= 1 && !strchr(words[0], ' ') ? cmd_named(commands, words[0]) : NULL;
}

/* Whether the command's first word of two is this one. */
static bool is_of_family(const struct cmd *cmd, const char *word)
{
	size_t len = strlen(word);
	return strncmp(cmd->name, word, len) == 0 && cmd->name[len] == ' ';
}

bool cmd_is_family(const struct cmd *const *commands, const char *word)
{
	for (size_t i = 0; commands[i]; i++)
		if (is_of_family(commands[i], word))
			return true;
	return false;
}

/* The hint for what docker compose has and we leave out on purpose (docs/compose-differences.md), or NULL. */
static const char *left_out(const struct ctx *ctx, const char *const *words, size_t nwords)
{
	if (strcmp(words[0], "bridge") == 0)
		return "left out on purpose: it makes other things of compose files than containers; docker compose has it";
	if (strcmp(words[0], "alpha") != 0)
		return NULL;
	if (nwords > 1 && strcmp(words[1], "viz") == 0)
		return arena_printf(ctx->arena,
			"left out on purpose: `%s graph --format dot` draws what depends on what",
			ctx->program);
	return "left out on purpose: what docker compose tries out may change or go with its next release";
}

int cmd_unknown(struct ctx *ctx, const char *const *words, size_t nwords)
{
	struct texts names = { 0 };
	bool family = nwords >= 1 && cmd_is_family(ctx->commands, words[0]);
	const char *word = words[0];
	if (family && nwords >= 2)
		word = arena_printf(ctx->arena, "%s %s", words[0], words[1]);
	for (size_t i = 0; ctx->commands[i]; i++)
		if (!ctx->commands[i]->hidden && (!family || is_of_family(ctx->commands[i], words[0])))
			texts_add(ctx->arena, &names, ctx->commands[i]->name);
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "unknown command: %s %s", ctx->program, word);
	const char *why = left_out(ctx, words, nwords);
	if (why)
		return error_hint(&ctx->errors, "%s", why);
	const char *near = error_nearest(word, names.items, names.count);
	if (error_hint_meant(
		    &ctx->errors, near ? arena_printf(ctx->arena, "%s %s", ctx->program, near) : NULL))
		return -1;
	if (family)
		return error_hint_names(&ctx->errors, word, "commands", names.items, names.count);
	return error_hint(&ctx->errors, "%s --help lists the commands", ctx->program);
}
