/* Children: programs we start with argv, never through a shell. */
#ifndef ENGINE_CHILD_H
#define ENGINE_CHILD_H

#include "base/error.h"

#include <sys/types.h>

/* Starts argv[0] (looked up in PATH) with the given descriptors as its standard input, output and error (-1:
 * /dev/null, its number 0, 1, 2: ours) and our environment. Signals that the loop has taken over are given
 * back to it. Returns 0, or -1 with a finding. The child is to be reaped by loop_child. */
int child_start(const char *const *argv, int in, int out, int err, pid_t *ret_pid, struct errors *errors);

#endif
