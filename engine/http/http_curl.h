/* Inside of the carrier that is libcurl. */
#ifndef ENGINE_HTTP_CURL_H
#define ENGINE_HTTP_CURL_H

#include "engine/http/curl_loop.h"
#include "engine/http/http_inside.h"

struct http_curl {
	struct curl_lib lib;
	struct curl_loop loop;
	CURL *idle[HTTP_IDLE_MOST];
	size_t nidle;
};

/* Loads libcurl for the first request that needs it. Returns 0, or -1 with a finding. */
int http_curl_open(struct http *http, struct errors *errors);

/* Sets the result of an ended transfer from libcurl's code. */
void http_curl_conclude(struct transfer *transfer, CURLcode code);

/* Sets URL, headers, body and policies of the transfer's handle. */
void http_curl_options(struct transfer *transfer);

/* Makes the transfer's handle only connect to the engine, through a proxy's tunnel if need be. */
void http_curl_connect_only(struct transfer *transfer);

#endif
