/* Protobuf messages on the wire (protobuf.dev: Encoding), read by rows of fields and written field by field:
 * the few of BuildKit that are needed. */
#ifndef ENGINE_PROTO_H
#define ENGINE_PROTO_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum proto_wire { PROTO_VARINT = 0, PROTO_FIXED64 = 1, PROTO_BYTES = 2, PROTO_FIXED32 = 5 };

/* A message that is being read. */
struct proto_message {
	const unsigned char *at, *end;
	struct arena *arena; /* for texts */
	bool broken;         /* these bytes are no message */
};

struct proto_field {
	unsigned number;
	enum proto_wire wire;
	uint64_t value;             /* PROTO_VARINT */
	const unsigned char *bytes; /* PROTO_BYTES; borrowed */
	size_t len;
};

/* A message of these bytes, which it borrows. */
struct proto_message proto_message(struct arena *arena, const void *bytes, size_t len);

/* Reads the next field; false at the end, and when the message is broken. */
bool proto_next(struct proto_message *message, struct proto_field *ret_field);

/* What a field holds: text, "" when it is none; a message, an empty one when it is none. */
const char *proto_text(const struct proto_message *message, const struct proto_field *field);
struct proto_message proto_inner(const struct proto_message *message, const struct proto_field *field);

/* A field of a message and the member of a struct that it fills. */
struct proto_row {
	unsigned number;
	/* const char *; int64_t; int64_t, Unix ns of a google.protobuf.Timestamp; struct proto_field */
	enum { PROTO_TEXT, PROTO_INTEGER, PROTO_TIME, PROTO_RAW } kind;
	size_t at;
};

/* Fills members of `ret` by rows, which end with number 0; the last field of a number counts, unknown ones
 * are skipped. Returns false when the message is broken. */
bool proto_read(struct proto_message *message, const struct proto_row *rows, void *ret);

/* Appends a field; a number 0 and an empty text, which a reader takes a missing field for, are left out. */
void proto_put_number(struct buf *to, unsigned number, uint64_t value);
void proto_put_text(struct buf *to, unsigned number, const char *text);

/* Appends a field of bytes, or a message whose bytes these are, empty ones too. */
void proto_put_bytes(struct buf *to, unsigned number, const void *bytes, size_t len);

/* Appends an entry of a map of texts; value NULL: none. */
void proto_put_entry(struct buf *to, unsigned number, const char *key, const char *value);

#endif
