#include "engine/stream/last_words.h"

#include <string.h>

/* What an exit code tells by convention, "" for one that has no meaning of its own. (POSIX sh, exit status
 * for commands; 128 + number of the signal) */
static const char *code_words(int64_t code)
{
	static const struct {
		int64_t code;
		const char *words;
	} rows[] = { { 126, ": the command cannot be executed" }, { 127, ": the command was not found" },
		{ 132, ": illegal instruction" }, { 134, ": aborted" }, { 137, ": killed" },
		{ 139, ": segmentation fault" }, { 143, ": terminated" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].code == code)
			return rows[i].words;
	return "";
}

/* Whether the engine keeps no output that it could show. */
static bool is_unkept(const struct look *look)
{
	return strcmp(look->log_driver, "none") == 0;
}

void last_words_put(struct buf *to, const struct look *look, const char *lines)
{
	if (*lines) {
		buf_printf(to, "last lines of %s:\n%s", look->name, lines);
	} else if (is_unkept(look)) {
		buf_printf(to, "the output of %s is not kept: its logging driver is none\n", look->name);
	} else {
		buf_printf(to, "%s has printed nothing", look->name);
		if (look->state != CONTAINER_RUNNING && look->state != CONTAINER_PAUSED && *look->program)
			buf_printf(to, "; its program %s has ended with %lld%s", look->program,
				(long long)look->exit_code, code_words(look->exit_code));
		buf_puts(to, "\n");
	}
}

bool last_words_are_of(const char *detail, const char *name)
{
	static const char *const before[] = { "last lines of ", "the output of ", "" }, *const behind[] = {
		":\n", " is not kept", " has printed nothing"
	};
	for (const char *line = detail; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
			size_t begin = strlen(before[i]), len = strlen(name);
			if (strncmp(line, before[i], begin) == 0 && strncmp(line + begin, name, len) == 0 &&
				strncmp(line + begin + len, behind[i], strlen(behind[i])) == 0)
				return true;
		}
	}
	return false;
}

const char *last_words_hint(struct arena *arena, const struct look *look, const char *key, const char *lines)
{
	if (*lines)
		return arena_printf(arena, "`docker flow logs %s` shows all of its output", key);
	if (is_unkept(look))
		return "another `logging: {driver: …}` keeps it";
	if (look->state == CONTAINER_RUNNING)
		return arena_printf(arena, "`docker flow exec %s sh` looks around in it", key);
	return arena_printf(arena,
		"`docker flow run --rm --entrypoint sh %s` opens a shell in its place, to try its command by hand",
		key);
}

const char *last_words_gone_hint(struct arena *arena, const char *key)
{
	return arena_printf(arena,
		"`docker flow up --rollback=false %s` leaves the new container there, for a look; "
		"`docker flow run --rm --entrypoint sh %s` opens a shell in one like it",
		key, key);
}
