/* Our terminal while a process in a container has one in its place: keys go there as they are typed, its size
 * follows, and whatever ends us leaves it as it was. */
#ifndef CMD_RAW_H
#define CMD_RAW_H

#include "cmd/line/cmd.h"
#include "engine/loop/loop.h"

#include <termios.h>

struct raw_options {
	bool tty; /* the process has a terminal; ours is standard input, if that is one */
	/* The terminal has another size; may be NULL. */
	void (*resized)(void *arg, unsigned rows, unsigned columns);
	/* A signal that is not the terminal's own: SIGINT, SIGTERM, SIGHUP, or one of `also`; where the
	 * terminal is taken SIGQUIT, SIGUSR1 and SIGUSR2 as well. */
	void (*got)(void *arg, int number);
	const int *also; /* further signals to be told, ended by a 0; NULL: none */
	void *arg;
};

/* Stays where it is. */
struct raw {
	struct loop *loop;
	struct raw_options options;
	bool ours; /* standard input is a terminal, and the process has one */
	bool on;   /* it is ours to restore */
	struct termios before;
};

/* Size of the terminal on standard output, else input: zeros when neither is one. */
void raw_size(unsigned *ret_rows, unsigned *ret_columns);

/* Under the name docker-compose a process that gets a terminal (`tty`) and our input (`input`) needs a
 * terminal on our side, as the docker command line demands. Returns 0, or -1 with the finding. */
int raw_check(struct ctx *ctx, bool tty, bool input);

/* Takes interrupts over, until raw_close. */
void raw_open(struct raw *raw, struct loop *loop, const struct raw_options *options);

/* The process begins: takes the terminal and the other signals, too, whoever has the signals now. */
void raw_enter(struct raw *raw);

/* Gives all of it back. */
void raw_close(struct raw *raw);

#endif
