/* Inside of the HTTP client: a request under way (http_transfer.c), its carriers (http_unix.c, http_curl.c,
 * hijack.c),
 * the watch for silence (http_silence.c), and the client above them (http.c). */
#ifndef ENGINE_HTTP_INSIDE_H
#define ENGINE_HTTP_INSIDE_H

#include "engine/http/http.h"
#include "engine/http/http_endpoint.h"
#include "engine/http/http_wire.h"

#define HTTP_IDLE_MOST          16                /* handles or connections kept for the next request */
#define HTTP_PENDING_MOST       ((size_t)4 << 20) /* bytes of a streamed answer not yet delivered */
#define HTTP_TARGET_MOST        ((size_t)1 << 20) /* bytes of path and query: an engine takes no more */
#define HTTP_ANSWER_MOST        ((size_t)64 << 20)
#define HTTP_REFUSAL_MOST       ((size_t)4 << 20) /* a failure's body has nothing to do with what was wanted */
#define HTTP_CONNECT_MS         30000L
#define HTTP_CONNECT_AGAIN      5000000 /* ns until the next try when a socket's backlog is full */
#define HTTP_CONNECT_FOREIGN_MS 10000L  /* web servers, registries, probes */

struct curl_slist;
struct http_curl;
struct http_link;
struct hijack;
struct transfer;

/* What brings requests to whom they are for, and answers back. It only appends (http_take_head, _body,
 * http_conclude), then lets the requests be told (http_deliver). */
struct http_carrier {
	bool (*takes)(const struct transfer *transfer); /* whether it can carry this one */
	/* Sends it. Returns -1 with a finding when nothing was begun; a failure later on, even the connect's,
	 * is concluded from the loop. */
	int (*start)(struct transfer *transfer, struct errors *errors);
	/* Lets go of one that start was called for, whatever came of it: nothing more is said of it. */
	void (*release)(struct transfer *transfer);
	void (*resume)(struct transfer *transfer); /* lets one that was paused go on */
	void (*finish)(struct http *http);         /* closes its connections; no transfer is left */
};

/* Upgraded connections to an engine; an engine on a unix socket; anything, by libcurl, which is opened when
 * it is first needed. */
extern const struct http_carrier http_carrier_hijack, http_carrier_unix, http_carrier_curl;

/* A request with what its carrier needs for it. */
struct transfer {
	struct request request; /* first: its address is the transfer's */
	struct http *http;
	const struct http_carrier *carrier; /* NULL until it is started */
	void *easy;                         /* libcurl's handle, or NULL */
	struct curl_slist *headers;         /* libcurl's */
	struct http_link *link;             /* connection of the unix carrier, or NULL */
	struct hijack *hijack;              /* one that is upgraded, or NULL */
	struct arena *arena;                /* http_arena, or NULL */
	struct buf url, head, pending;
	char error[320];
	int64_t began, heard; /* heard: when a piece came last, or one of ours went; 0: none yet */
	unsigned sent;        /* times that its sending began */
	unsigned asked;       /* times that the engine was asked about its silence since a piece came */
	bool under_way;
	bool sync;    /* http_call waits for it and frees it */
	bool inquiry; /* asks how a silent engine is */
	bool queued;  /* on the list of those with something to tell */
	bool head_there, head_told;
	bool too_large, paused, refused;
	bool held;           /* its reader takes nothing for now (http_hold, hijack_hold) */
	bool room_due;       /* more can be sent since it was told last (hijack_room) */
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
	bool changed; /* http_changed */

	/* Silence (engine/http/http_silence.c). */
	struct http_patience patience;
	int64_t heard;              /* when something came from the engine last */
	struct loop_timer *looking; /* for silence, at `looking_at` */
	int64_t looking_at;
	struct loop_timer *delivering; /* what has failed by it */
	struct transfer *about;        /* is asked about; NULL when it has ended meanwhile */
	unsigned inquiries;            /* questions under way, */
	int64_t inquired;              /* since then */
	bool inquiry_answered;         /* one of them was */
	bool inquiry_over;             /* the answer says that nothing more is to come */
	bool silent;                   /* was told to be */
	enum http_fault given_up;      /* HTTP_OK: it is not */
	char given_up_words[120];
	unsigned interrupts;
};

/* The transfer of a request. */
static inline struct transfer *http_transfer_of(const struct request *request)
{
	return (struct transfer *)request;
}

/* Whether the request is for the engine (a path), not for a URL of its own. */
bool http_is_engine(const struct request *request);

/* Whether repeating it unasked changes nothing. */
bool http_is_harmless(const struct request *request);

/* Content-Type of the request's body, or NULL when it has none. */
const char *http_content_type(const struct request *request);

/* Appends what follows host and port in the URL of the request: version, path, query. */
void http_put_target(const struct http *http, const struct request *request, struct buf *to);

/* Writes the request as a carrier of ours sends it, without an upload, into `out`, which is made for it.
 * False when it cannot be sent as it is. */
bool http_put_request(const struct transfer *transfer, struct buf *out);

/* The header lines are whole: takes the status over. */
void http_take_head(struct transfer *transfer, int status);

/* Takes a piece of the body. False when a ceiling would be passed: `too_large` is set, or else (a streamed
 * answer whose reader is behind) `paused`. */
bool http_take_body(struct transfer *transfer, const char *bytes, size_t len);

/* More can be sent on an upgraded connection. */
void http_take_room(struct transfer *transfer);

/* The end: sets the result (`words`: the transport failure, NULL for the usual ones; `os_error`: errno of a
 * failed connect), and queues the transfer. */
void http_conclude(struct transfer *transfer, enum http_fault fault, int os_error, const char *words);

/* Tells all that have something to tell. Any transfer may be gone after it. */
void http_deliver(struct http *http);

/* Takes the transfer from its carrier, if it has one: nothing more comes of it. */
void http_release(struct transfer *transfer);

/* Whether the engine was given up: the transfer, which was to be sent, has failed. Else it is sent now, and
 * watched. */
bool http_silence_begins(struct transfer *transfer);

/* The engine is heard, or nothing is waited for any more: told if its silence was. */
void http_silence_over(struct http *http);

/* The client is closed. */
void http_silence_finish(struct http *http);

#endif
