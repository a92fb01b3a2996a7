#include "engine/http.h"

#include "base/heap.h"
#include "base/trace.h"
#include "compose/remote.h"
#include "engine/http_curl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct transfer *transfer_of(const struct request *request)
{
	return (struct transfer *)request;
}

struct http *http_create(struct loop *loop, const struct endpoint *endpoint)
{
	struct http *http = HEAP_NEW(struct http);
	http->loop = loop;
	http->endpoint = endpoint;
	return http;
}

void http_destroy(struct http *http)
{
	if (!http)
		return;
	while (http->transfers)
		http_cancel(&http->transfers->request);
	http_curl_finish(http);
	free(http);
}

void http_version(struct http *http, const char *version)
{
	snprintf(http->version, sizeof http->version, "%s", version ? version : "");
}

unsigned http_connects(const struct http *http)
{
	return http->connects;
}

struct request *http_request(struct http *http)
{
	struct transfer *transfer = HEAP_NEW(struct transfer);
	transfer->http = http;
	transfer->request.http = http;
	transfer->request.inner = transfer;
	buf_init(&transfer->url, (size_t)1 << 20);
	buf_init(&transfer->head, HTTP_HEAD_MOST);
	buf_init(&transfer->pending, HTTP_PENDING_MOST);
	buf_init(&transfer->request.answer, HTTP_ANSWER_MOST);
	transfer->next = http->transfers;
	if (http->transfers)
		http->transfers->prev = transfer;
	http->transfers = transfer;
	return &transfer->request;
}

static void unqueue(struct transfer *transfer)
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
	struct transfer *transfer = transfer_of(request);
	struct http *http = transfer->http;
	unqueue(transfer);
	http_curl_release(transfer);
	if (transfer->busy) { /* freed by http_deliver, whose callback this is */
		transfer->dead = true;
		return;
	}
	*(transfer->prev ? &transfer->prev->next : &http->transfers) = transfer->next;
	if (transfer->next)
		transfer->next->prev = transfer->prev;
	buf_finish(&transfer->url);
	buf_finish(&transfer->head);
	buf_finish(&transfer->pending);
	buf_finish(&request->answer);
	free(transfer);
}

void http_cancel(struct request *request)
{
	if (!request)
		return;
	struct transfer *transfer = transfer_of(request);
	if (transfer->added && !transfer->finished) {
		request->fault = HTTP_CANCELLED;
		http_trace(transfer);
	}
	http_free(request);
}

int http_send(struct request *request, struct errors *errors)
{
	struct transfer *transfer = transfer_of(request);
	if (http_curl_start(transfer, errors) == 0)
		return 0;
	http_free(request);
	return -1;
}

int http_call(struct request *request, struct errors *errors)
{
	struct transfer *transfer = transfer_of(request);
	transfer->sync = true;
	if (http_curl_start(transfer, errors) != 0)
		return -1;
	while (!transfer->told)
		loop_turn(transfer->http->loop, -1);
	if (request->fault == HTTP_OK)
		return 0;
	return error_add(errors, request->fault == HTTP_NO_CONNECT ? ERROR_CONNECT : ERROR_ENGINE, NULL, NULL,
		"%s %s: %s", request->method, remote_shown(errors->arena, request->path), request->failure);
}

void http_queue(struct transfer *transfer)
{
	struct http *http = transfer->http;
	if (transfer->queued)
		return;
	transfer->queued = true;
	transfer->next_ready = NULL;
	*(http->ready ? &http->ready_last->next_ready : &http->ready) = transfer;
	http->ready_last = transfer;
}

/* Tells one transfer what has come: head, bytes, end. Its callbacks may cancel it at any point. */
static void tell(struct transfer *transfer)
{
	struct request *request = &transfer->request;
	if (transfer->head_there && !transfer->head_told) {
		transfer->head_told = true;
		if (request->head)
			request->head(request);
	}
	while (!transfer->dead && transfer->pending.len && request->data) {
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
		if (!transfer->dead && transfer->paused)
			http_curl_resume(transfer);
	}
	if (!transfer->dead && transfer->finished && !transfer->told) {
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
		tell(transfer);
		transfer->busy = false;
		if (transfer->dead)
			http_free(&transfer->request);
	}
}

const char *http_header(const struct request *request, const char *name)
{
	const struct transfer *transfer = transfer_of(request);
	size_t len = strlen(name);
	const char *found = NULL;
	/* Kept as "Name: value\0" lines one after the other. */
	for (size_t at = 0; at < transfer->head.len; at += strlen(transfer->head.data + at) + 1) {
		const char *line = transfer->head.data + at;
		if (strncasecmp(line, name, len) == 0 && line[len] == ':')
			found = line + len + 1 + strspn(line + len + 1, " \t");
	}
	return found;
}

void http_trace(const struct transfer *transfer)
{
	if (!trace_level)
		return;
	/* Of a foreign URL only host and path: user names, passwords and tokens stand around them. */
	const char *path = transfer->request.path;
	const char *host = strstr(path, "://");
	const char *end = path + strcspn(path, "?#");
	if (host && path[0] != '/') {
		path = host + 3;
		for (const char *at = path; at < end && *at != '/'; at++)
			path = *at == '@' ? at + 1 : path;
	}
	char text[512];
	size_t len = 0;
	for (; path < end && len < sizeof text - 1; path++) {
		bool plain = *path != '"' && *path != '\\' && (unsigned char)*path >= ' ';
		text[len++] = plain ? *path : '?';
	}
	text[len] = '\0';
	trace_line(transfer->sent ? "http" : "http-unsent",
		"\"method\":\"%s\",\"path\":\"%s\",\"status\":%d,\"ms\":%.2f,\"fault\":%d",
		transfer->request.method, text, transfer->request.status,
		(double)(loop_now() - transfer->began) / 1e6, (int)transfer->request.fault);
}
