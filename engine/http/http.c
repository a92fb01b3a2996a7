#include "engine/http/http.h"

#include "base/heap.h"
#include "base/text/url.h"
#include "engine/http/http_inside.h"

#include <stdio.h>
#include <stdlib.h>

/* The first that takes a request carries it. */
static const struct http_carrier *const carriers[] = { &http_carrier_unix, &http_carrier_curl };

enum { CARRIERS = sizeof carriers / sizeof *carriers };

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
	http_silence_finish(http);
	for (size_t i = 0; i < CARRIERS; i++)
		carriers[i]->finish(http);
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

/* Gives it to its carrier. */
static int start_transfer(struct transfer *transfer, struct errors *errors)
{
	struct request *request = &transfer->request;
	request->answer.most = request->most ? request->most : HTTP_ANSWER_MOST;
	transfer->began = loop_now();
	if (http_silence_begins(transfer))
		return 0;
	for (size_t i = 0; !transfer->carrier && i < CARRIERS; i++)
		if (carriers[i]->takes(transfer))
			transfer->carrier = carriers[i];
	return transfer->carrier->start(transfer, errors);
}

int http_send(struct request *request, struct errors *errors)
{
	struct transfer *transfer = http_transfer_of(request);
	if (start_transfer(transfer, errors) == 0)
		return 0;
	http_free(request);
	return -1;
}

int http_call(struct request *request, struct errors *errors)
{
	struct transfer *transfer = http_transfer_of(request);
	transfer->sync = true;
	if (start_transfer(transfer, errors) != 0)
		return -1;
	while (!transfer->told)
		loop_turn(transfer->http->loop, -1);
	if (request->fault == HTTP_OK)
		return 0;
	return error_add(errors, request->fault == HTTP_NO_CONNECT ? ERROR_CONNECT : ERROR_ENGINE, NULL, NULL,
		"%s %s: %s", request->method, url_shown(http_arena(request), request->path),
		request->failure);
}
