#include "cmd/open/notice.h"
#include "base/quote.h"
#include "base/text/text.h"
#include "cmd/open/connect.h"
#include "engine/loop/loop.h"
#include "graph/plan/event.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE (2 * INT64_C(1000000000))

static void notice_print(void *arg)
{
	struct notice *notice = arg;
	notice->timer = NULL;
	event_yield(notice->ctx->sink);
	fputs("docker-flow: waiting for ", stderr);
	quote_plain_print(stderr, notice->shown);
	fputc('\n', stderr);
}

void notice_begin(struct notice *notice, struct ctx *ctx, const char *shown)
{
	const char *progress = ctx->globals.progress;
	bool quiet = text_is(progress, "json") || text_is(progress, "quiet");
	*notice = (struct notice){ .ctx = ctx, .loop = connect_loop(ctx), .shown = shown };
	if (!quiet && !ctx->json_errors)
		notice->timer = loop_after(notice->loop, PATIENCE, notice_print, notice);
}

void notice_end(struct notice *notice)
{
	loop_cancel(notice->loop, notice->timer);
	notice->timer = NULL;
}
