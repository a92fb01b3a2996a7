#include "cmd/line/cmd.h"
#include "base/text/text.h"

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

bool cmd_is_family(const struct cmd *const *commands, const char *word)
{
	size_t len = strlen(word);
	for (size_t i = 0; commands[i]; i++)
		if (strncmp(commands[i]->name, word, len) == 0 && commands[i]->name[len] == ' ')
			return true;
	return false;
}

/* What docker compose can do and we cannot. */
static bool only_compose_has(const char *word)
{
	static const char *const words[] = { "attach", "build", "commit", "cp", "create", "events", "exec",
		"export", "images", "kill", "ls", "pause", "port", "publish", "pull", "push", "restart", "rm",
		"run", "scale", "start", "stats", "stop", "top", "unpause", "volumes", "wait", "watch" };
	return TEXT_AMONG(word, words);
}

int cmd_unknown(struct ctx *ctx, const char *const *words, size_t nwords)
{
	struct texts names = { 0 };
	bool family = nwords >= 1 && cmd_is_family(ctx->commands, words[0]);
	const char *word = words[0];
	if (family && nwords >= 2)
		word = arena_printf(ctx->arena, "%s %s", words[0], words[1]);
	for (size_t i = 0; ctx->commands[i]; i++)
		if (!ctx->commands[i]->hidden)
			texts_add(ctx->arena, &names, ctx->commands[i]->name);
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "unknown command: %s %s", ctx->program, word);
	if (!ctx->compose && only_compose_has(word))
		return error_hint(&ctx->errors,
			"docker compose %s works on the same project: names and labels agree", word);
	const char *near = error_nearest(word, names.items, names.count);
	if (near)
		return error_hint(&ctx->errors, "did you mean %s %s?", ctx->program, near);
	return error_hint(&ctx->errors, "%s --help lists the commands", ctx->program);
}
