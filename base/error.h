/* An error is a value with a place: what is wrong, where, and what to do about it. Functions return -1 and
 * leave their findings in a collector; only `main` prints them and chooses the exit status. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Class of a failure. The exit status follows from it (error_status). */
enum error_code {
	ERROR_NONE,
	ERROR_USAGE,       /* the command line is wrong: 2 */
	ERROR_FILE,        /* a compose, registry or env file is wrong: 2 */
	ERROR_ENGINE,      /* the engine refused or failed: 1 */
	ERROR_CONNECT,     /* the engine cannot be reached: 1 */
	ERROR_GATE,        /* a condition of a dependency was not met: 1 */
	ERROR_PULL,        /* an image could not be had, or brought to its registry: 1 */
	ERROR_BUILD,       /* a build failed: 1 */
	ERROR_TASK,        /* a container ended on its own with a failure: 1 */
	ERROR_SYSTEM,      /* a local operation failed (file, process, memory): 1 */
	ERROR_INTERRUPTED, /* stopped by a signal: 130 or 143, decided by main */
};

/* A place in a file. Line and column are 1-based; line 0: no place, only the file (or nothing at all). */
struct mark {
	const char *file;
	unsigned line, col;
};

struct error {
	enum error_code code;
	struct mark at;
	const char *path;    /* services.web.ports[1], or NULL */
	const char *message; /* what is wrong */
	const char *source;  /* the line to show; NULL: the one that error_style.line has */
	const char *hint;    /* what to do about it, or NULL */
	const char *detail; /* further lines printed indented below (a log tail, a probe's output), or NULL */
	bool warning;       /* reported, but not a failure */
	struct error *next;
};

/* Collector of the findings of a run. All memory is the arena's. */
struct errors {
	struct arena *arena;
	struct error *first, *last;
	struct error *latest; /* the finding added last; NULL when it was not kept */
	struct error *shown;  /* findings that errors_shown took away: known, but told */
	size_t count;         /* failures, without warnings */
	size_t warnings;      /* warnings */
	size_t dropped;       /* findings not kept since ERRORS_MOST were there */
};

#define ERRORS_MOST 100

/* Makes an empty collector. */
void errors_init(struct errors *errors, struct arena *arena);

/* Adds a failure with formatted message; returns -1, so that `return error_add(…)` fails a function.
 * `at` may be NULL. The text is copied, as hints and details are, without the logins of URLs (url_masked). */
int error_add(struct errors *errors, enum error_code code, const struct mark *at, const char *path,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Adds a warning; the same text at the same place is kept once, and not at all after errors_shown. */
void error_warn(struct errors *errors, const struct mark *at, const char *path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Sets the hint of the finding that was added last, if it was kept; returns -1. */
int error_hint(struct errors *errors, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the hint, or says more behind the one that is set; returns -1. */
int error_hint_more(struct errors *errors, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the hint that `name` was probably meant ("did you mean …?"); returns whether there is one: not NULL.
 */
bool error_hint_meant(struct errors *errors, const char *name);

/* The same with the one of `count` names that is nearest to `word` (error_nearest); returns whether one is
 * near. */
bool error_hint_near(struct errors *errors, const char *word, const char *const *names, size_t count);

/* The hint for `word`, which is none of the `count` names: the nearest one, else, as long as they are few,
 * all of them after `kind` ("services: db, web"); returns -1. */
int error_hint_names(
	struct errors *errors, const char *word, const char *kind, const char *const *names, size_t count);

/* Sets the detail (possibly several lines, copied) of the finding that was added last, if it was kept;
 * returns -1. */
int error_detail(struct errors *errors, const char *detail);

/* Sets the line of its file to be shown with the finding that was added last, if it was kept, instead of the
 * one that error_style.line has: copied, without secrets; returns -1. */
int error_source(struct errors *errors, const char *line);

/* Gives the finding that was added last, if it was kept, the place that asked for what failed (`at` may be
 * NULL: unchanged); returns -1. */
int error_place(struct errors *errors, const struct mark *at, const char *path);

/* Moves all findings of `from` behind those of `errors`, but warnings that are known there (error_warn);
 * `from` is not to be used any more. */
void errors_append(struct errors *errors, const struct errors *from);

/* Makes warnings of all failures in it. */
void errors_soften(struct errors *errors);

/* Empties the collector of what has been printed; a warning in it is not added again. */
void errors_shown(struct errors *errors);

/* Exit status of the first failure's class: 0 without failures, else 1 or 2 (see enum error_code). */
int error_status(const struct errors *errors);

/* How findings are printed. */
struct error_style {
	bool color;
	bool json;  /* an array of objects instead of text */
	bool lines; /* with json: one object a line, no array */
	bool bare;  /* as a part of somebody else's message: without "error:" */
	const char *(*line)(
		void *arg, const char *file, unsigned line); /* source line for the caret, or NULL */
	void *arg;
};

/* Prints all findings: `file:line:col: path: message`, the source line with a caret, `hint: …`. Control
 * characters in messages and source lines are shown as \xNN. */
void errors_print(FILE *out, const struct errors *errors, const struct error_style *style);

/* Returns the candidate nearest to `word` by edit distance (transpositions count one), or NULL when none is
 * near enough to be meant: at most a third of the word's length, at least 1, at most 3 edits, and none for a
 * single letter. Of equals it is the first with the same first letter, else the first. `candidates` holds
 * `count` texts. */
const char *error_nearest(const char *word, const char *const *candidates, size_t count);

#endif
