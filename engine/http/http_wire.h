/* Decoder of one HTTP/1.1 answer (RFC 9112), fed in pieces of any size. It touches no descriptor. */
#ifndef ENGINE_HTTP_WIRE_H
#define ENGINE_HTTP_WIRE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define HTTP_HEAD_MOST ((size_t)64 << 10) /* bytes of header lines of one answer */

enum http_wire_part {
	HTTP_WIRE_MORE, /* the bytes are used up */
	HTTP_WIRE_HEAD, /* status and header lines are whole */
	HTTP_WIRE_BODY, /* a piece of the body */
	HTTP_WIRE_END,  /* the answer is whole; what follows belongs to another one */
	HTTP_WIRE_BAD,  /* this is no HTTP/1.1 answer, or a line of it is too long */
};

enum http_wire_state {
	HTTP_WIRE_STATUS,
	HTTP_WIRE_FIELDS,
	HTTP_WIRE_FRAMED, /* the head was told, the body's framing is known */
	HTTP_WIRE_LENGTH, /* `left` bytes of body */
	HTTP_WIRE_UNTIL_EOF,
	HTTP_WIRE_CHUNK_SIZE,
	HTTP_WIRE_CHUNK, /* `left` bytes of a chunk */
	HTTP_WIRE_CHUNK_END,
	HTTP_WIRE_TRAILERS,
	HTTP_WIRE_DONE,
};

struct http_wire {
	struct buf *head; /* the caller's; header lines are kept as "Name: value\0" */
	bool headless;    /* answer of HEAD: never a body */
	bool upgrades; /* another protocol was asked for: a 101 is an answer, and what follows it the body */

	enum http_wire_state state;
	enum http_wire_state framing; /* state after HTTP_WIRE_FRAMED */
	int status;
	bool keep;        /* the connection may carry another exchange */
	const char *flaw; /* what is wrong, once it is HTTP_WIRE_BAD */
	uint64_t left;
	struct buf line;
};

/* Readies the decoder for an answer whose header lines go into `head` (its ceiling bounds them); `headless`
 * says that the request was a HEAD. Release with http_wire_finish; calling it again drops the former answer.
 */
void http_wire_init(struct http_wire *wire, struct buf *head, bool headless);
void http_wire_finish(struct http_wire *wire);

/* Decodes up to the next part and advances `*at` towards `end`. For HTTP_WIRE_BODY the piece, a part of the
 * bytes given, is in `ret_bytes` and `ret_len`. Interim answers (1xx) are passed over. Call until
 * HTTP_WIRE_MORE, _END or _BAD. */
enum http_wire_part http_wire_next(
	struct http_wire *wire, const char **at, const char *end, const char **ret_bytes, size_t *ret_len);

/* The connection has ended: whether the answer is whole by that (RFC 9112 §6.3: a body without a length). */
bool http_wire_ended(const struct http_wire *wire);

/* The value of a header kept as above (name without the colon, any case), or NULL; of the last one when
 * repeated. */
const char *http_wire_header(const struct buf *head, const char *name);

#endif
