/* gRPC over HTTP/2 (RFC 9113, by nghttp2) on an upgraded connection to the engine: calls that we serve
 * (Engine API: Session), and calls that we make (BuildKit's Control behind POST /grpc). One message is a byte
 * 0, its length in 4 bytes, its protobuf bytes (grpc.io: gRPC over HTTP/2). */
#ifndef ENGINE_GRPC_H
#define ENGINE_GRPC_H

#include "base/buf.h"
#include "engine/http/http.h"

struct grpc;
struct grpc_call;

/* Status codes in use (grpc.io: Status codes and their use in gRPC). */
enum grpc_status {
	GRPC_OK = 0,
	GRPC_CANCELLED = 1,
	GRPC_UNKNOWN = 2,
	GRPC_NOT_FOUND = 5,
	GRPC_EXHAUSTED = 8,
	GRPC_UNIMPLEMENTED = 12,
	GRPC_UNAVAILABLE = 14,
};

/* What becomes of a call; functions may be NULL. None but `gone` is called after grpc_end. */
struct grpc_method {
	const char *path; /* "/moby.filesync.v1.Auth/Credentials" */
	/* Served: the other side has called, its metadata is there. */
	void (*begin)(struct grpc_call *call);
	void (*message)(struct grpc_call *call, const char *bytes, size_t len);
	void (*half)(struct grpc_call *call); /* the other side will send no more messages */
	/* There is room for grpc_send. Who has nothing to send now calls grpc_wake once it has. */
	void (*more)(struct grpc_call *call);
	/* The call is over, and freed after this; a made one has its status. Not when grpc_close frees it. */
	void (*gone)(struct grpc_call *call);
	void (*freed)(struct grpc_call *call); /* in any case, last: `state` is freed here */
};

struct grpc_call {
	const struct grpc_method *method;
	struct grpc *grpc;
	void *state; /* of who serves or makes it */
	/* Made calls, when it is gone: how the other side has ended it, and its words; "" without. */
	int status;
	const char *words;
};

struct grpc_options {
	const struct grpc_method *const *served; /* NULL-terminated; NULL: we make calls only */
	void (*opened)(void *arg);               /* the engine has accepted the connection; may be NULL */
	/* The connection is over, or there was none: why, in words. Not after grpc_close. */
	void (*ended)(void *arg, const char *why);
	void *arg;
};

/* Sends an upgraded request whose method, path and headers the caller has set, and speaks HTTP/2 on its
 * connection: as the server with `served`, else as the client. Returns NULL with a finding. */
struct grpc *grpc_open(struct request *request, const struct grpc_options *options, struct errors *errors);

/* Ends all calls, closes the connection and frees. NULL allowed; not from within a callback of a call. */
void grpc_close(struct grpc *grpc);

/* What the options' owner is: their `arg`. */
void *grpc_owner(const struct grpc_call *call);

/* The loop of the connection. */
struct loop *grpc_loop(const struct grpc_call *call);

/* Memory that lives as long as the call. */
struct arena *grpc_arena(struct grpc_call *call);

/* The next value of a metadata name (lower case) from `*at` on, which begins as 0; NULL: no more. */
const char *grpc_metadata(const struct grpc_call *call, const char *name, size_t *at);

/* Makes a call with its first message (NULL: none yet), which is its only one when the method has no `more`.
 * Metadata is "name", "value", up to a NULL; or NULL. Returns NULL when the connection takes none. */
struct grpc_call *grpc_make(struct grpc *grpc, const struct grpc_method *method, const char *const *metadata,
	const struct buf *message, void *state);

/* Sends a message: copied. Never more than fits: who sends without being asked for `more` sends little. */
void grpc_send(struct grpc_call *call, const char *bytes, size_t len);

/* Bytes that wait to be sent on the call. */
size_t grpc_pending(const struct grpc_call *call);

/* There is something to be sent: `more` is asked. */
void grpc_wake(struct grpc_call *call);

/* Ends a served call once what was sent has gone: with its status, and words for one that is not OK. A made
 * one is given up. */
void grpc_end(struct grpc_call *call, enum grpc_status status, const char *words);

#endif
