/* Screens: what a run shows while it happens. Each is a sink of typed events (graph/event.h); progress goes
 * to stderr, what containers say to where they said it. */
#ifndef CMD_SHOW_H
#define CMD_SHOW_H

#include "base/buf.h"
#include "cmd/cmd.h"
#include "graph/event.h"

#include <stdio.h>

/* Lines of containers. */
struct show_log {
	FILE *out, *err;           /* for their stdout and stderr */
	bool clean_out, clean_err; /* a terminal: control characters are made harmless */
	bool color_out, color_err;
	bool no_prefix;
	size_t width;    /* of the widest name so far */
	size_t names;    /* that have a colour */
	struct map hues; /* name → index + 1 of its colour */
	int broken;      /* errno of the first write to `out` that failed, or 0 */
};

/* What the screens have in common. */
struct show_look {
	const char *title; /* "up" */
	FILE *out;
	bool color, utf8;
	bool verbose;
	bool quiet_pull;                                         /* how far a pull is does not matter */
	struct show_log *log;                                    /* NULL: no container speaks */
	void (*size)(unsigned *ret_rows, unsigned *ret_columns); /* of the terminal */
	int64_t (*now)(void);                                    /* monotonic ns */
};

/* The screen that --progress (auto: a terminal on stderr) asks for; arena's. `log` may be NULL. */
struct sink *show_create(struct ctx *ctx, const char *title, struct show_log *log, bool quiet_pull);

/* Tells the notes of a plan, which may be NULL. */
void show_notes(struct sink *sink, const struct plan *plan);

/* After the last event: the final picture, and one line of totals when something failed. NULL allowed. */
void show_end(struct sink *sink, bool ok);

/* The four screens. */
struct sink *show_tty_create(struct arena *arena, const struct show_look *look);
struct sink *show_plain_create(struct arena *arena, const struct show_look *look);
struct sink *show_json_create(struct arena *arena, const struct show_look *look);
struct sink *show_quiet_create(struct arena *arena, const struct show_look *look);

/* Prepares the printer of container lines for stdout and stderr. */
struct show_log *show_log_create(struct ctx *ctx, bool no_prefix, bool no_color);

/* Makes the prefix column wide enough for a container that will speak. */
void show_log_expect(struct show_log *log, const char *name);

/* Prints one line: `name  | text`, or the text alone. */
void show_log_line(struct show_log *log, const char *name, bool standard_error, const char *text, size_t len);

/* Tells that a container has ended: `name exited with code N`, with `again` that it starts anew: `
 * (restarting)`. */
void show_log_exit(struct show_log *log, const char *name, int64_t status, bool again);

/* Appends foreign text so that a terminal can only show it: control sequences are taken out, every other
 * control character but the tab is made visible (\x1b, \u202e), and of what carriage returns write over only
 * the last is left. (cmd/show_clean.c) */
void show_clean(struct buf *to, const char *text, size_t len);

/* The same for a line of a container; with `colors` its colours stay, and are reset at its end. */
void show_clean_line(struct buf *to, const char *text, size_t len, bool colors);

/* Columns of the terminal that `out` writes to: as it says, else as $COLUMNS says; 0: it is no terminal, or
 * nobody knows. */
size_t show_width(const struct ctx *ctx, FILE *out);

/* Columns that cleaned text takes, and appending at most `columns` of it: its beginning, or, a name that is
 * too long, beginning and end with `mark` (one column) between. (cmd/show_clean.c) */
size_t show_columns(const char *text);
void show_clipped(struct buf *to, const char *text, size_t columns);
void show_shortened(struct buf *to, const char *text, size_t columns, const char *mark);

#endif
