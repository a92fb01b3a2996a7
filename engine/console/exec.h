/* A command in a running container: created, started with our input and output joined to it, and asked for
 * its exit status. (Engine API: ContainerExec, ExecStart, ExecResize, ExecInspect) */
#ifndef ENGINE_EXEC_H
#define ENGINE_EXEC_H

#include "engine/console/dialog.h"

struct exec;

struct exec_options {
	const char *container; /* its id */
	const char *const *command;
	size_t ncommand;
	const char *const *environment; /* NAME=VALUE, or NAME: without the image's value */
	size_t nenvironment;
	const char *user, *working_dir; /* NULL: the container's */
	bool privileged, tty;
	bool input;                  /* its standard input is ours */
	bool detached;               /* it is only started */
	unsigned rows, columns;      /* of its terminal; 0: not known */
	const struct detach *detach; /* of its terminal; NULL: the engine's keys */
};

struct exec_end {
	bool detached;       /* it runs on */
	int64_t status;      /* its exit status otherwise */
	int broken;          /* as of dialog_end */
	const char *failure; /* why there is no status, or NULL; borrowed for the call */
};

/* The body of the request that makes the command: used for hooks, too. Arena's. */
const char *exec_body(struct arena *arena, const struct exec_options *options);

/* For request.over, with the exec's document as its state: whether it has ended. */
bool exec_is_over(struct request *request, const struct request *state);

/* Creates and starts the command; `ends` says which descriptors are its own (not for one that is detached),
 * and its `ended` and `opened` are not used. `ended` is called once, from the loop. Options are copied, their
 * texts borrowed until the end. Never NULL. */
struct exec *exec_open(struct engine *engine, const struct exec_options *options,
	const struct dialog_options *ends, void (*ended)(void *arg, const struct exec_end *end), void *arg);

/* Its terminal has another size. */
void exec_resize(struct exec *exec, unsigned rows, unsigned columns);

/* Frees it, without `ended` when that was not called yet; the command runs on. NULL allowed; safe from within
 * the callback. */
void exec_close(struct exec *exec);

#endif
