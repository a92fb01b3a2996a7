/* Inside of the HTTP client: a request as a libcurl transfer. libcurl's callbacks only append and set flags;
 * http_deliver then tells the requests, outside of libcurl. */
#ifndef ENGINE_HTTP_CURL_H
#define ENGINE_HTTP_CURL_H

#include "engine/curl_lib.h"
#include "engine/engine.h"
#include "engine/http.h"

#define HTTP_IDLE_MOST          16                 /* libcurl handles kept for the next request */
#define HTTP_HEAD_MOST          ((size_t)64 << 10) /* bytes of header lines of one answer */
#define HTTP_PENDING_MOST       ((size_t)4 << 20)  /* bytes of a streamed answer not yet delivered */
#define HTTP_ANSWER_MOST        ((size_t)64 << 20)
#define HTTP_CONNECT_MS         30000L
#define HTTP_CONNECT_FOREIGN_MS 10000L /* web servers, registries, probes */

/* A request with what libcurl needs for it. */
struct transfer {
	struct request request; /* first: its address is the transfer's */
	struct http *http;
	CURL *easy;
	struct curl_slist *headers;
	struct buf url, head, pending;
	char error[CURL_ERROR_SIZE + 64];
	int64_t began;
	unsigned sent; /* times that libcurl began to send it */
	bool added;    /* the multi handle has it */
	bool sync;     /* http_call waits for it and frees it */
	bool queued;   /* on the list of those with something to tell */
	bool head_there, head_told;
	bool too_large, paused, refused;
	bool finished, told; /* the result is there; done was called */
	bool busy, dead;     /* inside its own callback; to be freed after it */
	struct transfer *next_ready;
	struct transfer *prev, *next;
};

/* A descriptor that libcurl waits on. */
struct http_socket {
	struct http *http;
	curl_socket_t fd;
	struct loop_watch *watch;
	struct http_socket *prev, *next;
};

struct http {
	struct loop *loop;
	const struct endpoint *endpoint;
	bool opened;
	struct curl_lib curl;
	CURLM *multi;
	struct loop_timer *timer;
	char version[16];
	CURL *idle[HTTP_IDLE_MOST];
	size_t nidle;
	struct transfer *transfers;
	struct transfer *ready, *ready_last;
	struct http_socket *sockets;
	unsigned connects;
};

/* Opens libcurl and the multi handle unless that has happened. */
int http_curl_open(struct http *http, struct errors *errors);
void http_curl_finish(struct http *http);

/* Gives the transfer to libcurl; and takes it back, its handle ready for another. */
int http_curl_start(struct transfer *transfer, struct errors *errors);
void http_curl_release(struct transfer *transfer);

/* Sets URL, headers, body and policies of the transfer's handle. */
void http_curl_options(struct transfer *transfer);

/* Puts the transfer on the list of those with something to tell. */
void http_queue(struct transfer *transfer);

/* Tells all of them. */
void http_deliver(struct http *http);

/* Lets a transfer that was held back since its pending bytes were many go on. */
void http_curl_resume(struct transfer *transfer);

/* One trace line a request: method, path, status, milliseconds; "http", or "http-unsent" when there never was
 * a connection. */
void http_trace(const struct transfer *transfer);

#endif
