/* Inside of gRPC: a connection (grpc.c) and its calls (grpc_call.c), which call each other: nghttp2 asks for
 * the bytes of a call, and a call has the connection sent. */
#ifndef ENGINE_GRPC_INSIDE_H
#define ENGINE_GRPC_INSIDE_H

#include "engine/session/grpc.h"
#include "engine/session/nghttp2_lib.h"

#define GRPC_CALLS_MOST 100               /* at a time */
#define GRPC_OUT_MOST   ((size_t)1 << 20) /* bytes of the connection that wait to be sent */

struct metadata {
	const char *name, *value;
};

/* A call with its stream. */
struct stream {
	struct grpc_call call;
	struct arena *arena;
	int32_t id;
	struct metadata *metadata;
	size_t nmetadata, metadata_bytes;
	struct buf in;  /* of the message that comes */
	struct buf out; /* from `sent` on */
	size_t sent;
	bool served, begun, said_all; /* the other side will send no more */
	bool ended;                   /* by us: nothing more is taken from it */
	bool waits;                   /* nghttp2 is not asking for bytes: it has to be told of some */
	enum grpc_status status;      /* with `ended` */
	const char *words;
	struct stream *next, **link;
};

struct grpc {
	struct nghttp2_lib lib;
	nghttp2_session *session;
	struct loop *loop;
	struct request *request; /* NULL: it has ended */
	struct grpc_options options;
	struct stream *streams;
	size_t nstreams;
	struct buf out;           /* of the connection */
	struct loop_timer *timer; /* flushes, or tells of the end */
	const char *why;          /* the connection is over */
	bool held;                /* nothing is read until what we say is taken */
};

/* A new call of the connection. */
struct stream *grpc_stream_create(struct grpc *grpc, int32_t id, bool served);
void grpc_stream_free(struct stream *stream);

/* nghttp2's callback for what a call sends; `source` is the stream. */
ssize_t grpc_stream_read(nghttp2_session *session, int32_t id, uint8_t *to, size_t room, uint32_t *flags,
	nghttp2_data_source *source, void *arg);

/* Takes bytes that the other side has sent. */
void grpc_stream_take(struct stream *stream, const void *bytes, size_t len);

/* The other side will send no more. */
void grpc_stream_half(struct stream *stream);

/* Keeps a header. Returns false when there are too many. */
bool grpc_stream_header(
	struct stream *stream, const char *name, size_t name_len, const char *value, size_t value_len);

/* The last value of a metadata name, or NULL. */
const char *grpc_stream_last(const struct stream *stream, const char *name);

/* Sends what there is, from the loop: nghttp2 is not entered twice. */
void grpc_flush_soon(struct grpc *grpc);

#endif
