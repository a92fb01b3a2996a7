#include "cmd/screen/raw.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

void raw_size(unsigned *ret_rows, unsigned *ret_columns)
{
	struct winsize size = { 0 };
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	*ret_rows = size.ws_row;
	*ret_columns = size.ws_col;
}

int raw_check(struct ctx *ctx, bool tty, bool input)
{
	if (!ctx->compose || !tty || !input || isatty(STDIN_FILENO))
		return 0;
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "the input device is not a TTY");
	return error_hint(&ctx->errors, "leave --tty out, or give -T");
}

static void raw_on(struct raw *raw)
{
	struct termios mode = raw->before;
	cfmakeraw(&mode);
	raw->on = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0;
}

static void raw_off(struct raw *raw)
{
	if (raw->on)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw->before);
	raw->on = false;
}

/* Somebody else stops us: the terminal is the shell's meanwhile, and ours again when we go on. */
static void raw_pause(struct raw *raw)
{
	bool on = raw->on;
	raw_off(raw);
	raise(SIGSTOP);
	if (on)
		raw_on(raw);
}

static void raw_tell_size(const struct raw *raw)
{
	unsigned rows, columns;
	if (!raw->options.resized)
		return;
	raw_size(&rows, &columns);
	raw->options.resized(raw->options.arg, rows, columns);
}

static void raw_signal(void *arg, int number)
{
	struct raw *raw = arg;
	switch (number) {
	case SIGWINCH:
		raw_tell_size(raw);
		break;
	case SIGTSTP:
		raw_pause(raw);
		break;
	case SIGCONT: /* a shell may have set its own modes since */
		if (raw->on)
			raw_on(raw);
		raw_tell_size(raw);
		break;
	default:
		raw->options.got(raw->options.arg, number);
	}
}

void raw_open(struct raw *raw, struct loop *loop, const struct raw_options *options)
{
	*raw = (struct raw){ .loop = loop, .options = *options };
	raw->ours = options->tty && tcgetattr(STDIN_FILENO, &raw->before) == 0;
	loop_signals(loop, raw_signal, raw);
}

void raw_enter(struct raw *raw)
{
	/* Ctrl-Z is the process's own on its terminal; without one it stops us, as any program. What would
	 * end us at once must not leave the terminal as it is. */
	static const int numbers[] = { SIGTSTP, SIGCONT, SIGQUIT, SIGUSR1, SIGUSR2, 0 };
	loop_signals(raw->loop, raw_signal, raw);
	if (raw->options.also)
		loop_signals_also(raw->loop, raw->options.also);
	if (!raw->ours)
		return;
	loop_signals_also(raw->loop, numbers);
	raw_on(raw);
}

void raw_close(struct raw *raw)
{
	raw_off(raw);
	loop_signals(raw->loop, NULL, NULL);
}
