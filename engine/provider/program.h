/* A program whose lines are read until it ends. */
#ifndef ENGINE_PROGRAM_H
#define ENGINE_PROGRAM_H

#include "base/error.h"
#include "base/map.h"
#include "engine/loop/loop.h"

struct program {
	/* Set by the caller. */
	struct loop *loop;
	struct arena *arena;
	struct errors *errors;
	const char *const *argv; /* ended by NULL */
	const struct map *env;   /* name → text */
	int64_t limit;           /* ns that it may take; 0: as long as it likes */
	void (*line)(void *arg, const char *text, size_t len); /* of its standard output, at most 1 MiB */
	/* Whether what it has said is a failure: it has a moment to end then. May be NULL. */
	bool (*failed)(void *arg);
	void *arg;

	/* Results. */
	int status;       /* as of waitpid */
	int interrupted;  /* signal that came meanwhile, or 0; it was told to end */
	const char *said; /* the end of its standard error */
};

/* Runs it to its end, in a session of its own and without an input. Returns 0, or -1 with a finding when it
 * cannot be started. */
int program_run(struct program *program);

/* How it has ended, in words: "exit status 3", "signal 9". Arena's. */
const char *program_end(const struct program *program);

#endif
