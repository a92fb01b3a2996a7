/* A container whose process has our input and output, or whose end alone is awaited. Opened before the start
 * nothing of it is missed. (Engine API: ContainerAttach, ContainerWait, ContainerKill, ContainerResize) */
#ifndef ENGINE_CONSOLE_H
#define ENGINE_CONSOLE_H

#include "engine/console/dialog.h"

struct console;

struct console_options {
	const char *id;         /* of the container */
	const char *until;      /* what its end is: next-exit, removed, not-running */
	bool joined;            /* its streams are ours; else only its end is awaited */
	bool input;             /* its standard input, too */
	unsigned rows, columns; /* of its terminal; 0: not known */
};

struct console_end {
	bool detached;       /* by keys: it runs on */
	int64_t status;      /* its exit status otherwise */
	int broken;          /* as of dialog_end */
	const char *failure; /* why there is no status, or NULL; borrowed for the call */
};

/* Attaches and waits; `ends` as of dialog.h, without `ended` and `opened`. `ended` is called once, from the
 * loop. Options and ends are copied, their texts borrowed until the end. Never NULL. */
struct console *console_open(struct engine *engine, const struct console_options *options,
	const struct dialog_options *ends, void (*ended)(void *arg, const struct console_end *end),
	void *arg);

/* Whether the engine has accepted, so that nothing will be missed of what happens from now on; or never will.
 */
bool console_is_ready(const struct console *console);

/* The container runs: its terminal gets the size of ours. */
void console_started(struct console *console);

/* Its terminal has another size. */
void console_resize(struct console *console, unsigned rows, unsigned columns);

/* Passes a signal on ("SIGINT"); a refusal is not told. */
void console_signal(struct console *console, const char *name);

/* It has been killed: who does not take its output now is not waited for. NULL
 * allowed. */
void console_hurry(struct console *console);

/* Frees it, without `ended` when that was not called yet; the container is left alone. NULL allowed; safe
 * from within the callback. */
void console_close(struct console *console);

#endif
