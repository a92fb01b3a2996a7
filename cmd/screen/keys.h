/* Single keys from our terminal, while it goes on to show what we print: they come without Enter and are not
 * echoed, Ctrl-C and Ctrl-Z keep their meaning, and whatever ends or stops us leaves the terminal as it was.
 */
#ifndef CMD_KEYS_H
#define CMD_KEYS_H

#include "engine/loop/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct keys_options {
	void (*pressed)(void *arg, char key); /* Enter is '\n' */
	/* Somebody else is about to have the terminal: what is drawn on it has to go. `lost`: somebody has
	 * it, and nothing may be drawn any more. */
	void (*left)(void *arg, bool lost);
	/* It is ours again, or has another size. */
	void (*back)(void *arg);
	void *arg;
};

/* Stays where it is. */
struct keys {
	struct loop *loop;
	struct keys_options options;
	struct loop_watch *input; /* NULL: the terminal is not ours now */
	struct termios before;
	bool open;
	bool stopping; /* we have sent the signal that stops us */
};

/* Takes the terminal on standard input, and the signals that are about it, until keys_close; who takes
 * interrupts stays as it is. Returns false, and there are no keys: it is no terminal, or we are in its
 * background. */
bool keys_open(struct keys *keys, struct loop *loop, const struct keys_options *options);

/* To be called now and then: a shell brings a job that runs on in its background to the front without a word.
 */
void keys_look(struct keys *keys);

/* Gives all of it back. One that is not open is left as it is. */
void keys_close(struct keys *keys);

/* Of `len` bytes that a terminal sends at once those that are keys by themselves, in `to` (as many): not the
 * sequences of arrows and function keys, nor what is typed with Alt. Returns how many. */
size_t keys_plain(const char *bytes, size_t len, char *to);

#endif
