/* Inside of the carrier that is libcurl. */
#ifndef ENGINE_HTTP_CURL_H
#define ENGINE_HTTP_CURL_H

#include "engine/http/curl_lib.h"
#include "engine/http/http_inside.h"

/* A descriptor that libcurl waits on. */
struct http_socket {
	struct http *http;
	curl_socket_t fd;
	struct loop_watch *watch;
	struct http_socket *prev, *next;
};

struct http_curl {
	struct curl_lib lib;
	CURLM *multi;
	struct loop_timer *timer;
	CURL *idle[HTTP_IDLE_MOST];
	size_t nidle;
	struct http_socket *sockets;
};

/* Sets URL, headers, body and policies of the transfer's handle. */
void http_curl_options(struct transfer *transfer);

#endif
