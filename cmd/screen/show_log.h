/* What containers say, line by line. */
#ifndef CMD_SHOW_LOG_H
#define CMD_SHOW_LOG_H

#include "base/buf.h"
#include "cmd/line/cmd.h"
#include "engine/loop/loop.h"

#include <stdio.h>

/* Lines on their way to one stream. */
struct show_log_lane {
	struct show_log *log;
	FILE *to;
	struct buf pending;       /* not written yet */
	struct loop_watch *watch; /* until somebody takes more; NULL: nobody is waited for */
};

/* Where the lines go, and what has been seen so far. */
struct show_log {
	FILE *out, *err;           /* for their stdout and stderr */
	bool clean_out, clean_err; /* a terminal: control characters are made harmless */
	bool color_out, color_err;
	bool no_prefix, utf8;
	size_t width;        /* of the widest name so far */
	struct map speakers; /* name → how it is shown */
	int *failure;        /* errno of the first write to `out` that failed, or 0: the output's */
	/* With a loop show_log_end has to follow. Either lines that come at once are written together, when
	 * it turns; or, `patient`, each when it comes, as far as somebody takes it: the rest when it is
	 * taken. NULL: each is written when it comes. */
	struct loop *loop;
	bool patient;
	struct loop_timer *flush;
	struct show_log_lane lanes[2]; /* to `out`, to `err` */
};

/* Prepares the printer of container lines for stdout and stderr. */
struct show_log *show_log_create(struct ctx *ctx, bool no_prefix, bool no_color);

/* Puts what containers say on stderr on stdout, too. */
void show_log_join(struct show_log *log);

/* What nobody takes now is kept, and nobody is waited for, until show_log_end: for who has more to do than to
 * write. A terminal is waited for. */
void show_log_be_patient(struct show_log *log, struct loop *loop);

/* Makes the prefix column wide enough for a container that will speak. */
void show_log_expect(struct show_log *log, const char *name);

/* Prints docker compose's line of who will speak, in order of name. */
void show_log_attached(struct show_log *log, const struct texts *names);

/* Prints one line: `name  | text`, or the text alone. `name` NULL: what docker flow says itself among them.
 */
void show_log_line(struct show_log *log, const char *name, bool standard_error, const char *text, size_t len);

/* Prints what was put together of an object, and its end. */
void show_log_object(struct show_log *log, struct buf *object);

/* Whether so much is pending that no more should come: nobody takes it now. */
bool show_log_full(const struct show_log *log);

/* Writes what is pending. */
void show_log_flush(struct show_log *log);

/* The same for the last time; the loop is not needed any more. */
void show_log_end(struct show_log *log);

/* Tells that a container has ended: `name exited with code N`, with `again` that it starts anew: `
 * (restarting)`. */
void show_log_exit(struct show_log *log, const char *name, int64_t status, bool again);

#endif
