/* The rows of the live screen, and their picture. */
#ifndef CMD_SHOW_ROWS_H
#define CMD_SHOW_ROWS_H

#include "base/buf.h"
#include "cmd/screen/show_screen.h"
#include "cmd/screen/show_words.h"

#define SHOW_ROWS_MOST 256 /* lines of a picture, whatever the terminal says */

/* A layer of a pull or a part of a build. */
struct show_part {
	const char *id;
	int64_t current, total;
};

/* One object. */
struct show_row {
	const char *object, *name;
	enum step_state state;
	char word[24];
	char detail[160];       /* the latest words about it, cleaned */
	int64_t began, elapsed; /* of the step that runs, monotonic; of all that have ended */
	struct show_part *parts;
	size_t nparts;
	bool drawn;
};

struct show_rows {
	struct arena *arena;
	struct show_row **rows; /* in order of appearance */
	size_t count;
	struct map by_name; /* "object name" → row */
	size_t running;
	unsigned turn; /* of the spinner */
};

/* Makes an empty list; forgets all rows. */
void show_rows_init(struct show_rows *rows, struct arena *arena);
void show_rows_clear(struct show_rows *rows);

/* Takes in an event of a step: its state, progress, output or what its probe was answered. */
void show_rows_event(struct show_rows *rows, const struct event *event, int64_t now);

/* Appends the picture: a title and rows, at most `room` lines of at most `columns`; when they are too many,
 * those that run or failed first. Returns the number of lines; `drawn` gets the columns of each (NULL: of
 * none). */
size_t show_rows_draw(struct show_rows *rows, const struct show_look *look, const struct show_totals *totals,
	size_t room, size_t columns, struct buf *frame, size_t *drawn);

#endif
