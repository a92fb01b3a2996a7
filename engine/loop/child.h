/* Children: programs we start with argv, never through a shell. */
#ifndef ENGINE_CHILD_H
#define ENGINE_CHILD_H

#include "base/error.h"

#include <sys/types.h>

/* A program to be started; zeroed members are what most want. */
struct child {
	const char *const *argv; /* argv[0] is looked up in PATH */
	int in, out, err;        /* its standard input, output and error; -1: /dev/null; 0, 1, 2: ours */
	int shared[2];           /* further descriptors it gets, under their own numbers; 0: none */
	const char *const *env;  /* NULL: ours */
	bool alone; /* a session of its own: it has no terminal to ask on, and its process group ends with
		       child_kill */
	bool bare;  /* of ours it inherits no descriptor above 2: it may outlive us */
};

/* Starts the program. Signals that the loop has taken over are given back to it. Returns 0, or -1 with a
 * finding. It is to be reaped by loop_child. */
int child_start(const struct child *child, pid_t *ret_pid, struct errors *errors);

/* Kills a child that is alone, with all that it has started. */
void child_kill(pid_t pid);

#endif
