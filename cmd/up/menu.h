/* Keys of an attached `up`, and the line that says so: w watches files or no more, d leaves the containers
 * alone, Enter makes an empty line. */
#ifndef CMD_MENU_H
#define CMD_MENU_H

#include "cmd/screen/keys.h"
#include "cmd/up/menu_line.h"
#include "cmd/up/watching.h"

/* Stays where it is. */
struct menu {
	/* Set by the caller. */
	struct watching *watching; /* its attach and ctx are ours, too */
	const struct scope *scope; /* whose files may be watched */
	struct sink *sink;         /* the screen */
	bool can_watch;            /* some of its services have files to be watched */

	/* Its own. */
	struct keys keys;
	bool color, begun;
	bool turn, gap; /* w, Enter: pressed, and to be heeded */
};

/* Whether there is to be one, as --menu or COMPOSE_MENU says (`asked`), else wherever standard input and
 * output are a terminal whose screen is a live one. Says so once where somebody has asked, and the terminal
 * cannot. */
bool menu_wanted(struct ctx *ctx, enum tri asked);

/* For attach.meanwhile and meanwhile_over; `arg` is the struct menu. The first call draws it and takes the
 * terminal, unless we are in the background. */
bool menu_meanwhile(void *arg);
void menu_over(void *arg);

#endif
