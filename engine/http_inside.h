/* Inside of the HTTP client: a request under way, and what its two carriers (http_curl.c, http_unix.c) share.
 * A carrier only appends and sets flags; http_deliver then tells the requests. */
#ifndef ENGINE_HTTP_INSIDE_H
#define ENGINE_HTTP_INSIDE_H

#include "engine/http.h"
#include "engine/http_endpoint.h"
#include "engine/http_wire.h"

#define HTTP_IDLE_MOST          16                /* handles or connections kept for the next request */
#define HTTP_PENDING_MOST       ((size_t)4 << 20) /* bytes of a streamed answer not yet delivered */
#define HTTP_ANSWER_MOST        ((size_t)64 << 20)
#define HTTP_CONNECT_MS         30000L
#define HTTP_CONNECT_FOREIGN_MS 10000L /* web servers, registries, probes */

struct curl_slist;
struct http_curl;
struct http_link;

/* A request with what its carrier needs for it. */
struct transfer {
	struct request request; /* first: its address is the transfer's */
	struct http *http;
	void *easy;                 /* libcurl's handle, or NULL */
	struct curl_slist *headers; /* libcurl's */
	struct http_link *link;     /* connection of the unix carrier, or NULL */
	struct buf url, head, pending;
	char error[320];
	int64_t began;
	unsigned sent; /* times that its sending began */
	bool under_way;
	bool sync;   /* http_call waits for it and frees it */
	bool queued; /* on the list of those with something to tell */
	bool head_there, head_told;
	bool too_large, paused, refused;
	bool finished, told; /* the result is there; done was called */
	bool busy, dead;     /* inside its own callback; to be freed after it */
	struct transfer *next_ready;
	struct transfer *prev, *next;
};

struct http {
	struct loop *loop;
	const struct endpoint *endpoint;
	struct http_curl *curl;  /* NULL until a request needs it */
	struct http_link *links; /* connections of the unix carrier, in use and idle */
	char *room;              /* what it reads into; NULL until then */
	char version[16];
	struct transfer *transfers;
	struct transfer *ready, *ready_last;
	unsigned connects;

	/* Silence (engine/http_silence.c). */
	int64_t patience, heard;    /* ns; when something came from the engine last */
	struct loop_timer *looking; /* for silence */
	bool silent, given_up;
	unsigned interrupts;
	void (*told)(void *arg, int64_t ns);
	void *told_arg;
};

/* Whether the request is for the engine (a path), not for a URL of its own. */
bool http_is_engine(const struct request *request);

/* Whether repeating it unasked changes nothing. */
bool http_is_harmless(const struct request *request);

/* Content-Type of the request's body, or NULL when it has none. */
const char *http_content_type(const struct request *request);

/* Appends what follows host and port in the URL of the request: version, path, query. */
void http_put_target(const struct http *http, const struct request *request, struct buf *to);

/* The header lines are whole: takes the status over. */
void http_take_head(struct transfer *transfer, int status);

/* Takes a piece of the body. False when a ceiling would be passed: `too_large` is set, or else (a streamed
 * answer whose reader is behind) `paused`. */
bool http_take_body(struct transfer *transfer, const char *bytes, size_t len);

/* The end: sets the result (`words`: the transport failure, NULL for the usual ones; `os_error`: errno of a
 * failed connect), and queues the transfer. */
void http_conclude(struct transfer *transfer, enum http_fault fault, int os_error, const char *words);

/* Whether the engine was given up: the transfer, which was to be sent, has failed. Else it is sent now, and
 * watched. */
bool http_silence_begins(struct transfer *transfer);

/* Something came from the transfer's peer; a transfer has ended somehow; the client is closed. */
void http_silence_heard(struct transfer *transfer);
void http_silence_ended(struct http *http);
void http_silence_finish(struct http *http);

/* Tells all that have something to tell. Any transfer may be gone after it. */
void http_deliver(struct http *http);

/* The libcurl carrier: gives the transfer to libcurl, which is opened unless that has happened; takes it
 * back; lets one that was paused go on; closes. */
int http_curl_start(struct transfer *transfer, struct errors *errors);
void http_curl_release(struct transfer *transfer);
void http_curl_resume(struct transfer *transfer);
void http_curl_finish(struct http *http);

/* The same of the carrier for an engine on a unix socket. */
void http_unix_start(struct transfer *transfer);
void http_unix_release(struct transfer *transfer);
void http_unix_resume(struct transfer *transfer);
void http_unix_finish(struct http *http);

#endif
