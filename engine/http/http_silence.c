/* An engine that takes requests and says nothing. First it is told that we wait; then it is asked how it is,
 * by another request: what was silent is lost when it answers, and the engine is given up when it does not.
 * An interrupt gives it up before that. */
#include "engine/http/http_inside.h"

#include <stdio.h>
#include <string.h>

#define AGAIN INT64_C(1000000000) /* ns between two words that we wait */
#define NEVER INT64_MAX

/* What may pause for ever is asked about each 30 s at first, then ever more rarely, up to each 8 min. */
#define ASKED_MOST 4

/* When something of the answer should have come at the latest. */
static int64_t silent_from(const struct transfer *transfer)
{
	const struct request *request = &transfer->request;
	int64_t since = transfer->began > transfer->heard ? transfer->began : transfer->heard;
	int64_t takes = transfer->head_there ? request->pauses : request->takes;
	return since + (takes > 0 ? takes : 0);
}

/* Whether an answer is waited for that would come by itself, sooner or later. */
static bool is_waited_for(const struct transfer *transfer)
{
	return http_is_engine(&transfer->request) && transfer->under_way && !transfer->paused &&
	       !transfer->held && !transfer->inquiry;
}

/* A pause as long as it likes is no silence; the engine is asked how it is meanwhile. */
static bool may_take_for_ever(const struct transfer *transfer)
{
	const struct request *request = &transfer->request;
	return (transfer->head_there ? request->pauses : request->takes) == HTTP_EVER;
}

/* For how long nothing has come although an answer should have begun: negative when one may still take a
 * while, -NEVER when none is waited for. */
static int64_t silence_of(const struct http *http)
{
	int64_t now = loop_now(), most = -NEVER;
	for (const struct transfer *at = http->transfers; at; at = at->next) {
		if (!is_waited_for(at) || at->head_there || may_take_for_ever(at))
			continue;
		int64_t since = silent_from(at) > http->heard ? silent_from(at) : http->heard;
		if (now - since > most)
			most = now - since;
	}
	return most;
}

static void silence_look(void *arg);

static void look_after(struct http *http, int64_t ns)
{
	loop_cancel(http->loop, http->looking);
	http->looking_at = loop_now() + ns;
	http->looking = loop_after(http->loop, ns, silence_look, http);
}

/* Giving the engine up */

static void silence_deliver(void *arg)
{
	struct http *http = arg;
	http->delivering = NULL;
	http_deliver(http);
}

static void silence_conclude(struct transfer *transfer, enum http_fault fault, const char *words)
{
	struct http *http = transfer->http;
	http_release(transfer);
	http_conclude(transfer, fault, 0, words);
	if (!http->delivering) /* as other failures, from the loop */
		http->delivering = loop_after(http->loop, 0, silence_deliver, http);
}

/* All that is asked of the engine fails, and what will be. */
static void give_up_engine(struct http *http, enum http_fault fault, const char *words)
{
	http_silence_over(http);
	http->given_up = fault;
	snprintf(http->given_up_words, sizeof http->given_up_words, "%s", words);
	for (struct transfer *at = http->transfers; at; at = at->next)
		if (http_is_engine(&at->request) && at->under_way)
			silence_conclude(at, fault, http->given_up_words);
}

static void silence_interrupted(void *arg)
{
	struct http *http = arg;
	bool again = http->interrupts++ > 0;
	if (http->silent || (again && silence_of(http) >= http->patience.tell / 2))
		give_up_engine(http, HTTP_CANCELLED, "interrupted while the engine did not answer");
}

/* Asking how it is */

/* Whether the transfer, which may take for ever, will bring nothing more; `state`: as in request->over. */
static bool is_over(struct transfer *about, const struct request *state)
{
	return about && about->request.over && about->request.over(&about->request, state);
}

/* What has come of the questions about a transfer that was silent for too long. Something of it may have come
 * meanwhile: what had to be read may have waited longer than the engine, while this process was stopped. */
static void judge_inquiry(struct http *http)
{
	struct transfer *about = http->about;
	char words[120];
	http->about = NULL;
	if (about && about->heard >= http->inquired)
		return;
	if (!http->inquiry_answered && http->heard < http->inquired && about) {
		snprintf(words, sizeof words, "the engine takes connections, but has not answered for %lld s",
			(long long)((loop_now() - silent_from(about)) / 1000000000));
		give_up_engine(http, HTTP_TIMEOUT, words);
		return;
	}
	if (!about || !about->under_way)
		return;
	if (!about->request.state)
		http->inquiry_over = is_over(about, NULL);
	if (may_take_for_ever(about) && !http->inquiry_over) {
		about->heard = loop_now();
		about->asked += about->asked < ASKED_MOST;
		return;
	}
	snprintf(words, sizeof words, "nothing has come for %lld s, although the engine is there",
		(long long)((loop_now() - silent_from(about)) / 1000000000));
	silence_conclude(about, HTTP_SILENT, words);
}

static void inquiry_done(struct request *request)
{
	struct http *http = request->http;
	http->inquiries--;
	if (http->given_up)
		return;
	if (request->fault == HTTP_OK) {
		http->inquiry_answered = true;
		http->inquiry_over |= !request->unversioned && is_over(http->about, request);
	}
	bool enough = http->inquiry_answered && !(http->about && may_take_for_ever(http->about));
	if (http->inquiries && !enough)
		return;
	judge_inquiry(http);
	look_after(http, 0);
}

static void inquire(struct http *http, const char *path, bool unversioned)
{
	struct errors unheard;
	struct request *request = http_request(http);
	struct transfer *transfer = http_transfer_of(request);
	errors_init(&unheard, http_arena(request));
	transfer->inquiry = true;
	request->method = "GET";
	request->path = arena_strdup(http_arena(request), path);
	request->unversioned = unversioned;
	request->timeout = http->patience.most;
	request->done = inquiry_done;
	if (http_send(request, &unheard) == 0)
		http->inquiries++;
}

/* Looks */

/* From when on the silence of a transfer is too long. */
static int64_t too_long(const struct transfer *transfer)
{
	return silent_from(transfer) + (transfer->http->patience.most << transfer->asked);
}

/* The transfer whose silence has lasted, or will have lasted first, for too long. */
static struct transfer *longest_silent(const struct http *http)
{
	struct transfer *first = NULL;
	for (struct transfer *at = http->transfers; at; at = at->next)
		if (is_waited_for(at) && (!first || too_long(at) < too_long(first)))
			first = at;
	return first;
}

/* Asks about the transfer that is silent for too long, if there is one; returns the ns until one will be. */
static int64_t look_for_inquiry(struct http *http)
{
	struct transfer *about = longest_silent(http);
	int64_t left = about ? too_long(about) - loop_now() : NEVER;
	if (http->inquiries || left > 0)
		return http->inquiries ? NEVER : left;
	http->about = about;
	http->inquired = loop_now();
	http->inquiry_answered = http->inquiry_over = false;
	inquire(http, "/_ping", true);
	if (about->request.state)
		inquire(http, about->request.state, false);
	return NEVER;
}

/* Tells that nothing comes, if so; returns the ns until that is told, or told again. */
static int64_t look_for_telling(struct http *http)
{
	int64_t ns = silence_of(http), after = http->patience.tell;
	if (!http->patience.told || ns == -NEVER)
		return NEVER;
	if (ns >= after) {
		http->silent = true;
		http->patience.told(http->patience.arg, ns);
		return AGAIN;
	}
	return after - ns;
}

static void silence_look(void *arg)
{
	struct http *http = arg;
	http->looking = NULL;
	int64_t told = look_for_telling(http), asked = look_for_inquiry(http);
	int64_t next = told < asked ? told : asked;
	if (next != NEVER)
		look_after(http, next);
}

void http_silence(struct http *http, const struct http_patience *patience)
{
	http->patience = *patience;
	loop_overhear(http->loop, silence_interrupted, http);
}

bool http_silence_begins(struct transfer *transfer)
{
	struct http *http = transfer->http;
	if (!http_is_engine(&transfer->request) || !http->patience.most)
		return false;
	if (http->given_up) {
		silence_conclude(transfer, http->given_up, http->given_up_words);
		return true;
	}
	int64_t tell = http->patience.told ? http->patience.tell : NEVER, most = http->patience.most;
	int64_t first = tell < most ? tell : most;
	if (!transfer->inquiry && (!http->looking || http->looking_at > transfer->began + first))
		look_after(http, first);
	return false;
}

void http_silence_over(struct http *http)
{
	if (http->silent && http->patience.told)
		http->patience.told(http->patience.arg, 0);
	http->silent = false;
}

void http_silence_finish(struct http *http)
{
	loop_cancel(http->loop, http->looking);
	loop_cancel(http->loop, http->delivering);
	http->looking = http->delivering = NULL;
	if (http->patience.most)
		loop_overhear(http->loop, NULL, NULL);
}
