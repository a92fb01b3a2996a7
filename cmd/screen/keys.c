#include "cmd/screen/keys.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { ESCAPE = '\033' };

/* Bytes of the sequence that begins with an escape (ECMA-48): CSI up to its last byte, SS3 and Alt with one
 * more. */
static size_t sequence_length(const char *bytes, size_t len)
{
	size_t at = 2;
	if (len < 2)
		return len;
	if (bytes[1] == 'O')
		return len < 3 ? len : 3;
	if (bytes[1] != '[')
		return 2;
	while (at < len && (bytes[at] < 0x40 || bytes[at] > 0x7e))
		at++;
	return at < len ? at + 1 : len;
}

size_t keys_plain(const char *bytes, size_t len, char *to)
{
	size_t count = 0;
	for (size_t at = 0; at < len;) {
		if (bytes[at] == ESCAPE)
			at += sequence_length(bytes + at, len - at);
		else
			to[count++] = bytes[at++];
	}
	return count;
}

/* Who is in the background must neither read nor set modes: the kernel would stop it. */
static bool is_in_front(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* A shell may have taken the terminal since we have looked: that is no reason to stop. */
static int set_modes(const struct termios *modes, int when)
{
	sigset_t stops, before;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stops, &before);
	int result = tcsetattr(STDIN_FILENO, when, modes);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

/* Gives the terminal back. Who has taken it from us has set its modes, and draws on it. */
static void keys_off(struct keys *keys)
{
	bool ours = is_in_front();
	if (!keys->input)
		return;
	loop_unwatch(keys->loop, keys->input);
	keys->input = NULL;
	keys->options.left(keys->options.arg, !ours);
	if (ours)
		set_modes(&keys->before, TCSADRAIN);
}

/* The key that stops us is heeded once the terminal is as it was. As the kernel does, it stops all who are in
 * front: the docker CLI before us would else be the first, and the shell draw where we still do. */
static void keys_stop_all(struct keys *keys)
{
	keys_off(keys);
	keys->stopping = true;
	kill(0, SIGTSTP);
}

static void keys_ready(void *arg, short revents)
{
	struct keys *keys = arg;
	char bytes[256], plain[sizeof bytes];
	cc_t stop = keys->before.c_cc[VSUSP];
	(void)revents;
	ssize_t len = read(STDIN_FILENO, bytes, sizeof bytes);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) { /* the terminal is gone */
		keys_off(keys);
		return;
	}
	size_t count = keys_plain(bytes, (size_t)len, plain);
	for (size_t i = 0; i < count && keys->input; i++)
		if ((cc_t)plain[i] == stop && stop != _POSIX_VDISABLE)
			keys_stop_all(keys);
		else
			keys->options.pressed(keys->options.arg, plain[i]);
}

/* What was typed before we had the terminal nobody has meant for us. */
static void keys_on(struct keys *keys)
{
	struct termios mode = keys->before;
	mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	mode.c_cc[VSUSP] = _POSIX_VDISABLE;
	if (set_modes(&mode, keys->input ? TCSADRAIN : TCSAFLUSH) == 0 && !keys->input)
		keys->input = loop_watch(keys->loop, STDIN_FILENO, POLLIN, keys_ready, keys);
}

/* We go on, perhaps in the background, perhaps with modes that a shell has set since. */
static void keys_resume(struct keys *keys)
{
	keys->stopping = false;
	if (!is_in_front()) {
		keys_off(keys);
		return;
	}
	keys_on(keys);
	keys->options.back(keys->options.arg);
}

/* Stops us as the signal would have done without us: not where nobody could let us go on, and not when
 * somebody has already. */
static void keys_stop(void)
{
	sigset_t stop, waiting;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigpending(&waiting);
	if (sigismember(&waiting, SIGCONT) == 1)
		return;
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	sigprocmask(SIG_BLOCK, &stop, NULL);
}

static void keys_signal(void *arg, int number)
{
	struct keys *keys = arg;
	switch (number) {
	case SIGWINCH:
		if (keys->input)
			keys->options.back(keys->options.arg);
		break;
	case SIGTSTP:
		keys_off(keys);
		keys_stop();
		keys_resume(keys);
		break;
	case SIGCONT:
		keys_resume(keys);
		break;
	default: /* ends us at once, as without us; with the status of main.c */
		keys_off(keys);
		_exit(128 + number);
	}
}

bool keys_open(struct keys *keys, struct loop *loop, const struct keys_options *options)
{
	static const int numbers[] = { SIGWINCH, SIGTSTP, SIGCONT, SIGQUIT, SIGUSR1, SIGUSR2, 0 };
	*keys = (struct keys){ .loop = loop, .options = *options };
	if (tcgetattr(STDIN_FILENO, &keys->before) != 0 || !is_in_front())
		return false;
	keys->open = true;
	loop_signals_aside(loop, numbers, keys_signal, keys);
	keys_on(keys);
	return true;
}

void keys_look(struct keys *keys)
{
	if (keys->open && !keys->input && !keys->stopping && is_in_front())
		keys_resume(keys);
}

void keys_close(struct keys *keys)
{
	if (!keys->open)
		return;
	keys->open = false;
	keys_off(keys);
	loop_signals_aside(keys->loop, NULL, NULL, NULL);
}
