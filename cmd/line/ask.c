#include "cmd/line/ask.h"
#include "base/quote.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <termios.h>
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

enum { LINE_MOST = 4096 };

/* Waits for a line or a signal; returns what read(2) does, 0 at a signal, which then is on its way. */
static ssize_t read_line(char *line, const sigset_t *caught)
{
	int signals = signalfd(-1, caught, SFD_CLOEXEC);
	struct pollfd wait[] = { { .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signals, .events = POLLIN } };
	ssize_t len = -1;
	struct signalfd_siginfo info;
	while (poll(wait, 2, -1) < 0 && errno == EINTR)
		;
	if (wait[1].revents && read(signals, &info, sizeof info) == sizeof info) {
		raise((int)info.ssi_signo); /* blocked still: it comes when we let it */
		len = 0;
	} else if (wait[0].revents) {
		len = read(STDIN_FILENO, line, LINE_MOST - 1);
	}
	close(signals);
	return len;
}

const char *ask_line(struct ctx *ctx, const char *prompt, bool hidden)
{
	char line[LINE_MOST];
	struct termios before, quiet;
	sigset_t caught, former;
	if (!isatty(STDERR_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
		return NULL;
	quote_plain_print(stderr, prompt);
	fflush(stderr);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(hidden ? ECHO : 0);
	quiet.c_lflag |= hidden ? ECHONL : 0;
	sigemptyset(&caught);
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		sigaddset(&caught, ends[i]);
	sigprocmask(SIG_BLOCK, &caught, &former);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	ssize_t len = read_line(line, &caught);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	sigprocmask(SIG_SETMASK, &former, NULL);
	if (len <= 0)
		return NULL;
	line[len] = '\0';
	const char *text = arena_strndup(ctx->arena, line, strcspn(line, "\r\n"));
	explicit_bzero(line, sizeof line);
	return text;
}
