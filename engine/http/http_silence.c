/* An engine that takes connections and answers nothing: it is said that we wait for it, and an interrupt
 * gives it up. */
#include "engine/http/http_inside.h"

#define AGAIN 1000000000 /* ns */

static const char given_up[] = "interrupted while the engine did not answer";

static bool waits_for_head(const struct transfer *transfer)
{
	return transfer->request.prompt && transfer->under_way && !transfer->head_there;
}

/* How long nothing has come although something should have; 0: nothing is waited for. */
static int64_t silence_of(const struct http *http)
{
	int64_t now = loop_now(), most = 0;
	for (const struct transfer *at = http->transfers; at; at = at->next) {
		int64_t since = at->began > http->heard ? at->began : http->heard;
		if (waits_for_head(at) && now - since > most)
			most = now - since;
	}
	return most;
}

static void silence_look(void *arg);

static void look_after(struct http *http, int64_t ns)
{
	loop_cancel(http->loop, http->looking);
	http->looking = loop_after(http->loop, ns, silence_look, http);
}

static void silence_look(void *arg)
{
	struct http *http = arg;
	int64_t ns = silence_of(http);
	http->looking = NULL;
	if (!ns)
		return;
	if (ns >= http->patience) {
		http->told(http->told_arg, ns);
		http->silent = true;
	}
	look_after(http, ns >= http->patience ? AGAIN : http->patience - ns);
}

static void silence_deliver(void *arg)
{
	struct http *http = arg;
	http->looking = NULL;
	http_deliver(http);
}

static void silence_give_up(struct transfer *transfer)
{
	struct http *http = transfer->http;
	http_release(transfer);
	http_conclude(transfer, HTTP_CANCELLED, 0, given_up);
	loop_cancel(http->loop, http->looking);
	http->looking =
		loop_after(http->loop, 0, silence_deliver, http); /* as other failures, from the loop */
}

static void silence_interrupted(void *arg)
{
	struct http *http = arg;
	bool again = http->interrupts++ > 0;
	if (!http->silent && !(again && silence_of(http) >= http->patience / 2))
		return;
	http_silence_over(http);
	http->given_up = true;
	for (struct transfer *at = http->transfers; at; at = at->next)
		if (http_is_engine(&at->request) && at->under_way)
			silence_give_up(at);
}

void http_silence(struct http *http, int64_t after, void (*told)(void *arg, int64_t ns), void *arg)
{
	http->patience = after;
	http->told = told;
	http->told_arg = arg;
	loop_overhear(http->loop, told ? silence_interrupted : NULL, http);
}

bool http_silence_begins(struct transfer *transfer)
{
	struct http *http = transfer->http;
	if (http->given_up && http_is_engine(&transfer->request)) {
		silence_give_up(transfer);
		return true;
	}
	if (http->told && transfer->request.prompt && !http->looking)
		look_after(http, http->patience);
	return false;
}

void http_silence_finish(struct http *http)
{
	loop_cancel(http->loop, http->looking);
	http->looking = NULL;
	if (http->told)
		http_silence(http, 0, NULL, NULL);
}
