/* A request under way: what its carrier says of it, and what its maker is told. */
#include "base/heap.h"
#include "base/trace.h"
#include "base/url.h"
#include "engine/http/http_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request *http_request(struct http *http)
{
	struct transfer *transfer = HEAP_NEW(struct transfer);
	transfer->http = http;
	transfer->request.http = http;
	buf_init(&transfer->url, 2 * HTTP_TARGET_MOST);
	buf_init(&transfer->head, HTTP_HEAD_MOST);
	buf_init(&transfer->pending, HTTP_PENDING_MOST);
	buf_init(&transfer->request.answer, HTTP_ANSWER_MOST);
	transfer->next = http->transfers;
	if (http->transfers)
		http->transfers->prev = transfer;
	http->transfers = transfer;
	return &transfer->request;
}

struct arena *http_arena(struct request *request)
{
	struct transfer *transfer = http_transfer_of(request);
	if (!transfer->arena)
		transfer->arena = arena_child(NULL);
	return transfer->arena;
}

struct loop *http_loop(const struct request *request)
{
	return request->http->loop;
}

bool http_is_engine(const struct request *request)
{
	return request->path[0] == '/';
}

bool http_is_harmless(const struct request *request)
{
	return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

const char *http_header(const struct request *request, const char *name)
{
	return http_wire_header(&http_transfer_of(request)->head, name);
}

void http_release(struct transfer *transfer)
{
	if (transfer->carrier)
		transfer->carrier->release(transfer);
}

static void transfer_unqueue(struct transfer *transfer)
{
	struct http *http = transfer->http;
	struct transfer *before = NULL;
	for (struct transfer *at = http->ready; at && transfer->queued; before = at, at = at->next_ready) {
		if (at != transfer)
			continue;
		*(before ? &before->next_ready : &http->ready) = at->next_ready;
		if (http->ready_last == at)
			http->ready_last = before;
		transfer->queued = false;
	}
}

void http_free(struct request *request)
{
	if (!request)
		return;
	struct transfer *transfer = http_transfer_of(request);
	struct http *http = transfer->http;
	transfer_unqueue(transfer);
	http_release(transfer);
	if (transfer->busy) { /* freed by http_deliver, whose callback this is */
		transfer->dead = true;
		return;
	}
	if (http->about == transfer)
		http->about = NULL;
	*(transfer->prev ? &transfer->prev->next : &http->transfers) = transfer->next;
	if (transfer->next)
		transfer->next->prev = transfer->prev;
	buf_finish(&transfer->url);
	buf_finish(&transfer->head);
	buf_finish(&transfer->pending);
	buf_finish(&request->answer);
	arena_destroy(transfer->arena);
	free(transfer);
}

/* One trace line a request: method, path, status, milliseconds; "http", or "http-unsent" when there never was
 * a connection. */
static void trace_transfer(struct transfer *transfer)
{
	if (!trace_level)
		return;
	/* Of a foreign URL what may be shown: user names, passwords and tokens stand around it. */
	const char *path = transfer->request.path;
	if (path[0] != '/')
		path = url_shown(http_arena(&transfer->request), path);
	char text[512];
	size_t len = 0;
	for (const char *end = path + strcspn(path, "?#"); path < end && len < sizeof text - 1; path++) {
		bool plain = *path != '"' && *path != '\\' && (unsigned char)*path >= ' ';
		text[len++] = plain ? *path : '?';
	}
	text[len] = '\0';
	trace_line(transfer->sent ? "http" : "http-unsent",
		"\"method\":\"%s\",\"path\":\"%s\",\"status\":%d,\"ms\":%.2f,\"fault\":%d",
		transfer->request.method, text, transfer->request.status,
		(double)(loop_now() - transfer->began) / 1e6, (int)transfer->request.fault);
}

void http_cancel(struct request *request)
{
	if (!request)
		return;
	struct transfer *transfer = http_transfer_of(request);
	if (transfer->under_way && !transfer->finished) {
		request->fault = HTTP_CANCELLED;
		trace_transfer(transfer);
	}
	http_free(request);
}

/* Something came from the engine. */
static void transfer_heard(struct transfer *transfer)
{
	struct http *http = transfer->http;
	if (!http->patience.most || !http_is_engine(&transfer->request))
		return;
	http->heard = transfer->heard = loop_now();
	transfer->asked = 0;
	http_silence_over(http);
}

/* Puts it on the list of those with something to tell. */
static void queue_transfer(struct transfer *transfer)
{
	struct http *http = transfer->http;
	if (transfer->queued)
		return;
	transfer->queued = true;
	transfer->next_ready = NULL;
	*(http->ready ? &http->ready_last->next_ready : &http->ready) = transfer;
	http->ready_last = transfer;
}

void http_take_head(struct transfer *transfer, int status)
{
	struct request *request = &transfer->request;
	const char *type = http_header(request, "Content-Type");
	transfer_heard(transfer);
	snprintf(request->answer_type, sizeof request->answer_type, "%s", type ? type : "");
	request->status = status;
	if (status >= 400 && request->answer.most < HTTP_REFUSAL_MOST)
		request->answer.most = HTTP_REFUSAL_MOST;
	transfer->head_there = true;
	queue_transfer(transfer);
}

bool http_take_body(struct transfer *transfer, const char *bytes, size_t len)
{
	struct request *request = &transfer->request;
	transfer_heard(transfer);
	if (request->data && request->status < 400) {
		transfer->paused = !buf_append(&transfer->pending, bytes, len);
		queue_transfer(transfer);
		return !transfer->paused;
	}
	transfer->too_large = !buf_append(&request->answer, bytes, len);
	return !transfer->too_large;
}

void http_take_room(struct transfer *transfer)
{
	transfer->room_due = true;
	queue_transfer(transfer);
}

void http_conclude(struct transfer *transfer, enum http_fault fault, int os_error, const char *words)
{
	struct request *request = &transfer->request;
	const struct endpoint *endpoint = transfer->http->endpoint;
	request->fault = transfer->too_large ? HTTP_TOO_LARGE : fault;
	request->os_error = request->fault == HTTP_NO_CONNECT ? os_error : 0;
	if (words && words != transfer->error)
		snprintf(transfer->error, sizeof transfer->error, "%s", words);
	if (transfer->too_large)
		snprintf(transfer->error, sizeof transfer->error, "the answer is longer than %zu bytes",
			request->answer.most);
	else if (request->os_error && http_is_engine(request) && endpoint)
		snprintf(transfer->error, sizeof transfer->error, "cannot connect to %s: %s", endpoint->host,
			strerror(request->os_error));
	else if (!words)
		snprintf(transfer->error, sizeof transfer->error, "connection lost %s",
			transfer->head_there ? "within the answer" : "before an answer came");
	if (request->fault != HTTP_OK)
		request->failure = transfer->error;
	transfer->under_way = false;
	transfer->finished = true;
	http_silence_over(transfer->http);
	trace_transfer(transfer);
	queue_transfer(transfer);
}

/* Its reader does not take the answer for now; that of an upgraded one does not ask for more (hijack_hold).
 */
static bool waits_held(const struct transfer *transfer)
{
	return transfer->held && !transfer->request.upgrade;
}

/* Tells one transfer what has come: head, bytes, end. Its callbacks may cancel it at any point. */
static void tell_transfer(struct transfer *transfer)
{
	struct request *request = &transfer->request;
	if (transfer->head_there && !transfer->head_told) {
		transfer->head_told = true;
		if (request->head)
			request->head(request);
	}
	while (!transfer->dead && transfer->pending.len && request->data && !waits_held(transfer)) {
		/* The callback may turn the loop: what comes meanwhile goes into a fresh buffer. */
		struct buf bytes = transfer->pending;
		buf_init(&transfer->pending, HTTP_PENDING_MOST);
		request->data(request, bytes.data, bytes.len);
		if (transfer->pending.data)
			buf_finish(&bytes);
		else if (!transfer->dead) {
			buf_reset(&bytes);
			transfer->pending = bytes;
		} else
			buf_finish(&bytes);
		if (!transfer->dead && transfer->paused) {
			transfer->paused = false;
			transfer->carrier->resume(transfer);
		}
	}
	if (!transfer->dead && transfer->paused && !transfer->pending.len && !waits_held(transfer)) {
		transfer->paused = false;
		transfer->carrier->resume(transfer);
	}
	if (!transfer->dead && transfer->room_due) {
		transfer->room_due = false;
		if (request->room)
			request->room(request);
	}
	if (!transfer->dead && transfer->finished && !transfer->told &&
		!(waits_held(transfer) && transfer->pending.len)) {
		transfer->told = true;
		if (request->done)
			request->done(request);
		transfer->dead |= !transfer->sync;
	}
}

void http_deliver(struct http *http)
{
	struct transfer *transfer;
	while ((transfer = http->ready)) {
		http->ready = transfer->next_ready;
		if (!http->ready)
			http->ready_last = NULL;
		transfer->queued = false;
		if (transfer->busy) /* a nested turn: the outer call tells the rest */
			continue;
		transfer->busy = true;
		tell_transfer(transfer);
		transfer->busy = false;
		if (transfer->dead)
			http_free(&transfer->request);
	}
}

void http_hold(struct request *request, bool held)
{
	struct transfer *transfer = http_transfer_of(request);
	transfer->held = held;
	if (held)
		return;
	transfer_heard(transfer);
	queue_transfer(transfer);
	http_deliver(transfer->http);
}
