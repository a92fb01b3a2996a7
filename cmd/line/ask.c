#include "cmd/line/ask.h"
#include "base/quote.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool says_yes(char *line)
{
	static const char *const words[] = { "y", "yes", "true", "1" };
	char *end = line + strlen(line);
	while (end > line && isspace((unsigned char)end[-1]))
		*--end = '\0';
	line += strspn(line, " \t");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(line, words[i]) == 0)
			return true;
	return false;
}

bool ask_yes(struct ctx *ctx, const char *text)
{
	char line[64] = "";
	bool person = isatty(STDIN_FILENO);
	FILE *out = person ? stderr : ctx->output.stream;
	quote_plain_print(out, text);
	fputs(person ? " (y/N) " : "\n", out);
	fflush(out);
	return fgets(line, sizeof line, stdin) && says_yes(line);
}
