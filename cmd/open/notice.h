/* Tells who waits for the network what is waited for, once it takes long. */
#ifndef CMD_NOTICE_H
#define CMD_NOTICE_H

#include "cmd/line/cmd.h"

struct loop_timer;

/* One wait; lives on the caller's stack. */
struct notice {
	struct ctx *ctx;
	struct loop *loop;
	struct loop_timer *timer;
	const char *shown;
};

/* Begins to wait for `shown` (a URL without what is secret): after two seconds a line on standard error says
 * so, unless programs read it or nothing is to be said. notice_end must follow. */
void notice_begin(struct notice *notice, struct ctx *ctx, const char *shown);
void notice_end(struct notice *notice);

#endif
