/* The four screens: sinks of typed events (graph/plan/event.h). Progress goes to stderr, or to stdout when
 * COMPOSE_STATUS_STDOUT says so, what containers say to where they said it. */
#ifndef CMD_SHOW_SCREEN_H
#define CMD_SHOW_SCREEN_H

#include "cmd/screen/show_log.h"
#include "graph/plan/event.h"

/* What every screen is made from. */
struct show_look {
	const char *title; /* "up" */
	FILE *out;
	bool color, utf8;
	bool verbose;
	bool as_compose;  /* in docker compose's words, without times */
	bool quiet_pull;  /* how far a pull is does not matter */
	bool quiet_build; /* nor what a build says */
	FILE *build_out; /* where the plain screen tells what builds do, in BuildKit's lines; NULL: in its own
			  */
	int *failure;    /* errno of the first write there that failed, or 0 */
	struct show_log *log;                                    /* NULL: no container speaks */
	void (*size)(unsigned *ret_rows, unsigned *ret_columns); /* of the terminal */
	int64_t (*now)(void);                                    /* monotonic ns */
};

/* A line that stays below everything else on a live screen. */
struct show_foot {
	/* Appends it without its end, at most `columns` wide; returns how wide it is. */
	size_t (*draw)(void *arg, size_t columns, struct buf *line);
	void *arg;
};

/* Each makes a screen, the arena's, from a copy of `look`: a live one on a terminal, one of lines, one of
 * JSON objects, and one that shows only what containers say. */
struct sink *show_tty_create(struct arena *arena, const struct show_look *look);
struct sink *show_plain_create(struct arena *arena, const struct show_look *look);
struct sink *show_json_create(struct arena *arena, const struct show_look *look);
struct sink *show_quiet_create(struct arena *arena, const struct show_look *look);

/* Draws the line below everything else from now on, or draws it anew; NULL: no more. Returns false, and
 * nothing is drawn: the screen is no live one. */
bool show_tty_foot(struct sink *sink, const struct show_foot *foot);

/* There is no such line any more: what was drawn of it is somebody else's by now. */
void show_tty_foot_lost(struct sink *sink);

/* Draws that line again when something was printed since. */
void show_tty_foot_keep(struct sink *sink);

#endif
