/* What probes say and how answers are judged, as pure functions over bytes. Shared by the probes and by the
 * static helper program, so nothing but memcpy, memcmp, memset and strlen of the C library is used. */
#ifndef ENGINE_PROBE_WIRE_H
#define ENGINE_PROBE_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* What an answer means so far. */
enum wire {
	WIRE_MORE,    /* not whole yet: read on */
	WIRE_SEND,    /* send the next message (wire_pg_query), then read on */
	WIRE_PASS,    /* the service is ready */
	WIRE_NOT_YET, /* it is not; `why` says why */
};

/* A PostgreSQL conversation (protocol 3.0). Zeroed to begin with. */
struct wire_pg {
	bool named;   /* a database was named: its absence counts */
	bool queried; /* authentication is done, the query was sent */
	bool refused; /* the query failed */
	char why[200];
};

/* Writes the startup packet for `user` (NULL: postgres) and `dbname` (NULL: the server's choice, the user's
 * name). Returns its length, 0 when it does not fit. */
size_t wire_pg_startup(char *to, size_t room, const char *user, const char *dbname);

/* Writes the trivial query, and the farewell. Return the length, 0 when it does not fit. */
size_t wire_pg_query(char *to, size_t room);
size_t wire_pg_terminate(char *to, size_t room);

/* Judges the bytes not yet consumed; `ret_used` tells how many were. A challenge for a password, and a
 * refusal of the user (SQLSTATE class 28, 42501), count as alive: the server serves, we just have no
 * business there. An unknown database (3D000) counts as alive unless it was named: then it may still be
 * created. Everything else the server refuses with, above all 57P03 "the database system is starting up", is
 * not yet. */
enum wire wire_pg_judge(struct wire_pg *pg, const char *bytes, size_t len, size_t *ret_used);

/* How many bytes of interim answers (1xx, but for 101, which is one to stay with) stand in front of the
 * answer; those that are whole. (RFC 9110 §15.2) */
size_t wire_http_interim(const char *bytes, size_t len);

/* Status of an HTTP/1.x answer from its first bytes: 0 when the status line is not whole yet, or is that of
 * an interim answer; -1 when it is no HTTP. */
int wire_http_status(const char *bytes, size_t len);

/* Offset of the body, 0 when the head is not whole yet. */
size_t wire_http_body(const char *bytes, size_t len);

/* Whether the answer says its body comes in chunks. */
bool wire_http_chunked(const char *bytes, size_t len);

/* Content-Length of the answer, -1 when it says none (or the head is not whole yet). */
long wire_http_length(const char *bytes, size_t len);

/* Joins the chunks of a chunked body in place; returns the length of what is there, and says by `ret_whole`
 * whether the last chunk was reached. A malformed body ends where it is malformed. */
size_t wire_http_join(char *bytes, size_t len, bool *ret_whole);

/* Whether `status` lies in `ranges`: "200-399", "200,204,300-399". NULL: 200-399. Nothing matches a malformed
 * part. */
bool wire_status_in(const char *ranges, int status);

#endif
