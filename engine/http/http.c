#include "engine/http/http.h"

#include "base/heap.h"
#include "base/url.h"
#include "engine/http/http_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first that takes a request carries it. */
static const struct http_carrier *const carriers[] = { &http_carrier_hijack, &http_carrier_unix,
	&http_carrier_curl };

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

bool http_changed(const struct http *http)
{
	return http->changed;
}

unsigned http_connects(const struct http *http)
{
	return http->connects;
}

static int check_length(const struct request *request, struct errors *errors)
{
	size_t len = strlen(request->path) + (request->query ? strlen(request->query) : 0);
	if (len <= HTTP_TARGET_MOST)
		return 0;
	error_add(errors, ERROR_ENGINE, NULL, NULL,
		"%s %.200s: its parameters have %zu bytes; %zu are possible", request->method,
		url_shown(errors->arena, request->path), len, HTTP_TARGET_MOST);
	return error_hint(errors, "what is that long? build arguments and labels are parameters of a build");
}

/* Gives it to its carrier. */
static int start_transfer(struct transfer *transfer, struct errors *errors)
{
	struct request *request = &transfer->request;
	request->answer.most = request->most ? request->most : HTTP_ANSWER_MOST;
	transfer->began = loop_now();
	if (check_length(request, errors) < 0)
		return -1;
	if (http_silence_begins(transfer))
		return 0;
	for (size_t i = 0; !transfer->carrier && i < CARRIERS; i++)
		if (carriers[i]->takes(transfer))
			transfer->carrier = carriers[i];
	if (transfer->carrier->start(transfer, errors) != 0)
		return -1;
	transfer->http->changed |= !http_is_harmless(request);
	return 0;
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
