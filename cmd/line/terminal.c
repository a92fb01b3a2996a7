#include "cmd/line/terminal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool has_text(const struct map *env, const char *name)
{
	const char *value = map_get(env, name);
	return value && *value;
}

int terminal_descriptor(FILE *out)
{
	return out == stdout ? STDOUT_FILENO : out == stderr ? STDERR_FILENO : fileno(out);
}

static bool is_terminal(FILE *out, const struct map *env)
{
	const char *term = map_get(env, "TERM");
	return isatty(terminal_descriptor(out)) && term && strcmp(term, "dumb") != 0;
}

bool terminal_color(FILE *out, const char *ansi, const struct map *env)
{
	if (ansi && strcmp(ansi, "always") == 0)
		return true;
	if ((ansi && strcmp(ansi, "never") == 0) || has_text(env, "NO_COLOR"))
		return false;
	return is_terminal(out, env);
}

bool terminal_moves(FILE *out, const char *ansi, const struct map *env)
{
	return is_terminal(out, env) && !(ansi && strcmp(ansi, "never") == 0);
}

bool terminal_utf8(const struct map *env)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = map_get(env, names[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

size_t terminal_width(FILE *out, const struct map *env)
{
	struct winsize size;
	const char *columns = map_get(env, "COLUMNS");
	if (!isatty(terminal_descriptor(out)))
		return 0;
	if (ioctl(terminal_descriptor(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return columns ? strtoul(columns, NULL, 10) : 0;
}

void terminal_size(unsigned *ret_rows, unsigned *ret_columns)
{
	struct winsize size;
	bool answers =
		ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
	bool known = answers && size.ws_row && size.ws_col;
	*ret_rows = known ? size.ws_row : 24;
	*ret_columns = known ? size.ws_col : 80;
}

static void end_at_once(int number)
{
	_exit(128 + number);
}

static void show_cursor(int descriptor)
{
	static const char shown[] = "\033[?25h";
	ssize_t written = write(descriptor, shown, sizeof shown - 1);
	(void)written; /* a terminal that is gone has no cursor */
}

static void end_with_cursor_of_output(int number)
{
	show_cursor(STDOUT_FILENO);
	_exit(128 + number);
}

static void end_with_cursor(int number)
{
	show_cursor(STDERR_FILENO);
	_exit(128 + number);
}

void terminal_catch_ends(FILE *hidden)
{
	bool asked = hidden && isatty(terminal_descriptor(hidden));
	void (*end)(int) = !asked             ? end_at_once
			   : hidden == stdout ? end_with_cursor_of_output
					      : end_with_cursor;
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	size_t count = sizeof numbers / sizeof *numbers;
	for (size_t i = 0; i < count - !asked; i++) {
		struct sigaction old;
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		struct sigaction action = { .sa_handler = end };
		sigaction(numbers[i], &action, NULL);
	}
}
