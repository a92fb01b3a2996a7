/* HTTP/1.1 to the engine, to probes and registries. A unix socket is spoken to directly (http_unix.c),
 * anything else through one libcurl multi handle, opened when the first request needs it (http_curl.c).
 * Callbacks run in the loop's turn: requests may be made, cancelled and freed in them. */
#ifndef ENGINE_HTTP_H
#define ENGINE_HTTP_H

#include "base/buf.h"
#include "base/error.h"
#include "engine/loop/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;
struct endpoint;

/* How a request ended. */
enum http_fault {
	HTTP_OK,         /* there is an answer with a status, whole */
	HTTP_NO_CONNECT, /* no connection: nothing was sent */
	HTTP_CUT, /* connection lost before or within the answer: it may or may not have been carried out */
	HTTP_TIMEOUT,
	HTTP_CANCELLED,
	HTTP_TOO_LARGE, /* the answer passed its ceiling */
};

struct request {
	/* Set by the caller before http_send; texts must live until the end. */
	const char *method; /* GET, POST, PUT, DELETE, HEAD */
	const char
		*path; /* engine: "/containers/json" without version (it is put in front); else a whole URL */
	const char *query; /* "all=1&filters=%7B…", or NULL; see http_query */
	const char *body;
	size_t body_len;
	const char *content_type;   /* default application/json when there is a body */
	const char *const *headers; /* further "Name: value" lines, NULL-terminated; or NULL */
	int64_t timeout;            /* ns for the whole exchange; 0: none */
	int64_t patience;           /* URLs: ns without a byte that end it, rounded to s; 0: no limit */
	size_t most;                /* ceiling for the kept body; 0: 64 MiB */
	bool unversioned;           /* engine path without /v1.N */
	bool prompt; /* a well engine answers at once: when it does not, that is told (http_silence) */
	bool direct; /* never through a proxy (probes of containers) */
	/* Streamed upload: fills `to` with up to `room` bytes, returns the number, 0 at the end, -1 to fail.
	 * Body unused then. The one callback that runs inside the carrier: it may only produce bytes. */
	ssize_t (*upload)(struct request *request, char *to, size_t room);
	void (*head)(struct request *request); /* status and headers are there; may be NULL */
	/* Streamed answer, in pieces as they come; NULL: kept in `answer`. The body of a status from 400 on
	 * is always kept, for http_message. */
	void (*data)(struct request *request, const char *bytes, size_t len);
	void (*done)(struct request *request); /* the end, exactly once unless cancelled by http_cancel */
	void *arg;

	/* Results. */
	int status; /* 0: none */
	enum http_fault fault;
	const char *failure;  /* transport failure in words, or NULL; lives as long as the request */
	struct buf answer;    /* terminated body */
	char answer_type[96]; /* Content-Type */
	char address[64];     /* peer, for messages */
	int os_error;         /* errno of a failed connect, or 0 */

	/* http's own. */
	struct http *http;
};

/* Makes the client of an endpoint (NULL: plain URLs only). Nothing is connected or loaded yet. Never NULL. */
struct http *http_create(struct loop *loop, const struct endpoint *endpoint);

/* Cancels what is under way and closes. Not from within a request's callback. */
void http_destroy(struct http *http);

/* Tells when the engine is silent: a `prompt` request has waited for `after` ns, and nothing else was heard
 * of it for as long. `told(arg, ns)` gets the time, again every second, and 0 once when it is heard again or
 * nothing is waited for any more; it makes no requests. An interrupt meanwhile (as far as it is told by the
 * loop) gives the engine up: all its requests, those to come as well, fail at once.
 * (engine/http/http_silence.c)
 */
void http_silence(struct http *http, int64_t after, void (*told)(void *arg, int64_t ns), void *arg);

/* API version that goes in front of engine paths ("1.41"); NULL: none. */
void http_version(struct http *http, const char *version);

/* A new zeroed request of this client. It is freed after `done` returned, or by http_cancel. */
struct request *http_request(struct http *http);

/* Memory for the request's texts and what its callbacks make of the answer; freed with it. */
struct arena *http_arena(struct request *request);

/* Sends it; results come by callbacks from the loop. Returns 0, or -1 (libcurl cannot be opened) with the
 * request freed. */
int http_send(struct request *request, struct errors *errors);

/* Ends a request without calling `done`, and frees it. Its effect on the engine is unknown. NULL allowed. */
void http_cancel(struct request *request);

/* Sends and turns the loop until the answer is there, for commands with nothing else to do. The caller frees
 * with http_free. Returns 0 when there is an answer of any status, or -1 with the transport failure in
 * `errors`. */
int http_call(struct request *request, struct errors *errors);
void http_free(struct request *request);

/* Value of a header of the answer (name without the colon, any case), or NULL; of the last one when repeated.
 * Lives as long as the request. */
const char *http_header(const struct request *request, const char *name);

/* Query text from key, value pairs up to a NULL key, values percent-encoded; pairs with NULL value are left
 * out. Arena's. */
const char *http_query(struct arena *arena, const char *key, ...) __attribute__((sentinel));

/* A name from outside (of an image) as part of a path: percent-encoded, except for what separates its parts
 * (/ : @). Arena's. */
const char *http_path(struct arena *arena, const char *name);

/* The engine's own words for a failed answer: the "message" of its JSON body, else the plain text, else the
 * transport failure. Arena's. */
const char *http_message(struct arena *arena, const struct request *request);

/* Whether the failure is one that passes by itself: no connection, cut, 502, 503, 504, or 500 with a
 * transient text (EOF, connection reset, i/o timeout, …). Says nothing about whether repeating is safe. */
bool http_transient(const struct request *request);

/* The same for a request that only looks: there any 500 is worth another try. */
bool http_transient_look(const struct request *request);

/* The same for a message alone, such as the error inside a pull's stream. */
bool http_transient_text(const char *text);

/* Connections opened so far, for tests and the trace. */
unsigned http_connects(const struct http *http);

#endif
