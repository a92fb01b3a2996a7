#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/commands.h"

#include <string.h>

const struct cmd *const cmd_table[] = {
	&cmd_complete,
	&cmd_doc,
	&cmd_config,
	&cmd_convert,
	&cmd_down,
	&cmd_graph,
	&cmd_help,
	&cmd_logs,
	&cmd_plan,
	&cmd_ps,
	&cmd_registry_check,
	&cmd_registry_ls,
	&cmd_registry_show,
	&cmd_up,
	&cmd_version,
	NULL,
};

static const struct cmd *named(const char *name)
{
	for (size_t i = 0; cmd_table[i]; i++)
		if (strcmp(cmd_table[i]->name, name) == 0 ||
			(cmd_table[i]->alias && strcmp(cmd_table[i]->alias, name) == 0))
			return cmd_table[i];
	return NULL;
}

const struct cmd *cmd_find(const char *const *words, size_t nwords, size_t *ret_words)
{
	char both[64];
	if (nwords >= 2 && snprintf(both, sizeof both, "%s %s", words[0], words[1]) < (int)sizeof both) {
		const struct cmd *cmd = named(both);
		if (cmd) {
			*ret_words = 2;
			return cmd;
		}
	}
	*ret_words = 1;
	return nwords >= 1 && !strchr(words[0], ' ') ? named(words[0]) : NULL;
}

bool cmd_is_family(const char *word)
{
	size_t len = strlen(word);
	for (size_t i = 0; cmd_table[i]; i++)
		if (strncmp(cmd_table[i]->name, word, len) == 0 && cmd_table[i]->name[len] == ' ')
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
	bool family = nwords >= 1 && cmd_is_family(words[0]);
	const char *word = words[0];
	if (family && nwords >= 2)
		word = arena_printf(ctx->arena, "%s %s", words[0], words[1]);
	for (size_t i = 0; cmd_table[i]; i++)
		if (!cmd_table[i]->hidden)
			texts_add(ctx->arena, &names, cmd_table[i]->name);
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "unknown command: %s %s", ctx->program, word);
	if (!ctx->compose && only_compose_has(word))
		return error_hint(&ctx->errors,
			"docker compose %s works on the same project: names and labels agree", word);
	const char *near = error_nearest(word, names.items, names.count);
	if (near)
		return error_hint(&ctx->errors, "did you mean %s %s?", ctx->program, near);
	return error_hint(&ctx->errors, "%s --help lists the commands", ctx->program);
}
