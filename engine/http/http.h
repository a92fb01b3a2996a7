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

struct cJSON; /* cjson/cJSON.h */
struct http;
struct endpoint;

#define HTTP_EVER INT64_C(-1)

/* How a request ended. */
enum http_fault {
	HTTP_OK,         /* there is an answer with a status, whole */
	HTTP_NO_CONNECT, /* no connection: nothing was sent */
	HTTP_CUT, /* connection lost before or within the answer: it may or may not have been carried out */
	HTTP_SILENT, /* nothing came for too long, although the engine is there; else as HTTP_CUT */
	HTTP_TIMEOUT,
	HTTP_CANCELLED,
	HTTP_TOO_LARGE, /* the answer passed its ceiling */
	HTTP_WRONG, /* URLs: what answers does not answer as it should (redirects in a circle, a head without
		     * end), and will not the next time */
};

struct request {
	/* Set by the caller before http_send; texts must live until the end. */
	const char *method; /* GET, POST, PUT, DELETE, HEAD */
	/* Engine: "/containers/json" without version (it is put in front); else a whole URL, whose redirects
	 * are followed for GET and HEAD, and an answer like any other for the rest. */
	const char *path;
	const char *query; /* "all=1&filters=%7B…", or NULL; see http_query */
	const char *body;
	size_t body_len;
	const char *content_type;   /* default application/json when there is a body */
	const char *const *headers; /* further "Name: value" lines, NULL-terminated; or NULL */
	int64_t timeout;            /* ns for the whole exchange; 0: none */
	int64_t patience;           /* URLs: ns without a byte that end it, rounded to s; 0: no limit */
	size_t most;      /* ceiling for the kept body; 0: 64 MiB; from status 400 on at least 4 MiB */
	bool unversioned; /* engine path without /v1.N */
	/* Engine: ns that a well one may take before its answer begins, and between two pieces of it
	 * (HTTP_EVER: as long as it likes). What is beyond that is silence (http_silence). */
	int64_t takes, pauses;
	const char *state; /* engine: path that tells of the same object, asked when it is silent; or NULL */
	/* Engine, for HTTP_EVER: whether nothing more is to come, after a while without a piece. `state` is
	 * the answer of any status to the question for it, NULL without. NULL: there is always more to come.
	 */
	bool (*over)(struct request *request, const struct request *state);
	/* Engine: asks for the connection itself by the name of a protocol ("tcp", "h2c"), which is raw bytes
	 * both ways after a 101, or the 200 of old engines: `data` gets what comes, hijack_send sends
	 * (engine/http/hijack.h). NULL: an answer like any other. */
	const char *upgrade;
	bool direct; /* never through a proxy (probes of containers) */
	/* Streamed upload: fills `to` with up to `room` bytes, returns the number, 0 at the end, -1 to fail.
	 * Body unused then. The one callback that runs inside the carrier: it may only produce bytes. */
	ssize_t (*upload)(struct request *request, char *to, size_t room);
	void (*head)(struct request *request); /* status and headers are there; may be NULL */
	/* Streamed answer, in pieces as they come; NULL: kept in `answer`. The body of a status from 400 on
	 * is always kept, for http_message. */
	void (*data)(struct request *request, const char *bytes, size_t len);
	void (*room)(struct request *request); /* of an upgraded one: more can be sent; may be NULL */
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

/* How long an engine may be silent, beyond what a request may take. */
struct http_patience {
	int64_t tell; /* ns of a request without an answer, and of nothing heard at all, until that is told */
	int64_t most; /* ns without a piece, until the engine is asked how it is */
	/* Gets the time of silence, again every second, and 0 once when something is heard again or nothing
	 * is waited for any more; makes no requests; may be NULL. */
	void (*told)(void *arg, int64_t ns);
	void *arg;
};

/* Watches for silence. An engine that was silent for too long is asked by GET /_ping, and for the state of
 * the request's object. When it answers either within the same time, the request alone has failed, as
 * HTTP_SILENT (one that may take for ever goes on until it is `over`); when neither, the engine is given up:
 * all its requests, those to come as well, fail at once. An interrupt (as far as it is told by the loop)
 * gives a silent engine up, too. (engine/http/http_silence.c) */
void http_silence(struct http *http, const struct http_patience *patience);

/* API version that goes in front of engine paths ("1.41"); NULL: none. */
void http_version(struct http *http, const char *version);

/* A new zeroed request of this client. It is freed after `done` returned, or by http_cancel. */
struct request *http_request(struct http *http);

/* Memory for the request's texts and what its callbacks make of the answer; freed with it. */
struct arena *http_arena(struct request *request);

/* The loop that its callbacks come from. */
struct loop *http_loop(const struct request *request);

/* Sends it; results come by callbacks from the loop. Returns 0, or -1 (libcurl cannot be opened) with the
 * request freed. */
int http_send(struct request *request, struct errors *errors);

/* Ends a request without calling `done`, and frees it. Its effect on the engine is unknown. NULL allowed. */
void http_cancel(struct request *request);

/* Makes an answer that is given in pieces (`data`) wait, so that the other side has to, or lets it go on.
 * What has come meanwhile is given from within the call. */
void http_hold(struct request *request, bool held);

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

/* The path of these parts, up to a NULL: "/containers/ID/json". Each is percent-encoded, so that a part stays
 * one whatever it holds. Arena's. */
const char *http_path(struct arena *arena, const char *part, ...) __attribute__((sentinel));

/* An image's name as parts of a path: percent-encoded, except for what separates its own parts (/ : @).
 * Arena's. */
const char *http_path_image(struct arena *arena, const char *name);

/* The document that an answer is, its top of one of these kinds (base/text/json.h), to be freed by
 * cJSON_Delete; NULL with a finding that names the request and what has come instead. */
struct cJSON *http_json(const struct request *request, unsigned kinds, struct errors *errors);

/* Whether the answer says nothing, as that to a request that only does something; else -1 with a finding that
 * names the request and what has come. */
int http_nothing(const struct request *request, struct errors *errors);

/* How findings name an answer: "the engine's answer to GET /containers/json". Arena's. */
const char *http_json_name(struct arena *arena, const struct request *request);

/* The text with every id of 64 digits shortened to the 12 that docker shows. Arena's, or the text itself. */
const char *http_short_ids(struct arena *arena, const char *text);

/* "redirected to HOST, which is not followed", when the answer is that; else NULL. Arena's. */
const char *http_redirect(struct arena *arena, const struct request *request);

/* The engine's own words for a failed answer, their ids shortened: the "message" of its JSON body, else the
 * redirect, else the plain text, else the transport failure. Arena's. */
const char *http_message(struct arena *arena, const struct request *request);

/* Whether the failure is one that passes by itself: no connection, cut, silent, 429, 502, 503, 504, or 500
 * with a transient text (EOF, connection reset, i/o timeout, …). Says nothing about whether repeating is
 * safe. */
bool http_transient(const struct request *request);

/* The same for a request that only looks: there any 500 is worth another try. */
bool http_transient_look(const struct request *request);

/* The same for a message alone, such as the error inside a pull's stream. */
bool http_transient_text(const char *text);

/* Whether a request was sent that may have changed something: any but those that only ask. */
bool http_changed(const struct http *http);

/* Connections opened so far, for tests and the trace. */
unsigned http_connects(const struct http *http);

#endif
