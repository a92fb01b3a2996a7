#include "engine/image/buildkit.h"

#include <stddef.h>
#include <string.h>

/* Protobuf on the wire: key (number << 3 | type) and value, one after the other. */
enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

struct message {
	const unsigned char *at, *end;
	struct arena *arena;
	bool broken;
};

struct proto_field {
	unsigned number;
	enum wire wire;
	uint64_t value;             /* WIRE_VARINT */
	const unsigned char *bytes; /* WIRE_BYTES */
	size_t len;
};

static uint64_t read_varint(struct message *message)
{
	uint64_t value = 0;
	for (unsigned shift = 0; message->at < message->end && shift < 64; shift += 7) {
		unsigned char byte = *message->at++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	message->broken = true;
	return 0;
}

/* Reads the next field; false at the end and when the message is broken. */
static bool next_field(struct message *message, struct proto_field *field)
{
	if (message->at == message->end || message->broken)
		return false;
	uint64_t key = read_varint(message);
	*field = (struct proto_field){ .number = (unsigned)(key >> 3 & 0x1fffffff),
		.wire = (enum wire)(key & 7) };
	size_t left = (size_t)(message->end - message->at);
	uint64_t skip = 0;
	switch (field->wire) {
	case WIRE_VARINT:
		field->value = read_varint(message);
		break;
	case WIRE_BYTES:
		skip = read_varint(message);
		left = (size_t)(message->end - message->at);
		field->bytes = message->at;
		field->len = (size_t)skip;
		break;
	case WIRE_FIXED64:
		skip = 8;
		break;
	case WIRE_FIXED32:
		skip = 4;
		break;
	default:
		message->broken = true;
	}
	if (skip > left)
		message->broken = true;
	if (message->broken)
		return false;
	message->at += skip;
	return true;
}

static const char *bytes_text(const struct message *message, const struct proto_field *field)
{
	if (field->wire != WIRE_BYTES)
		return "";
	return arena_strndup(message->arena, (const char *)field->bytes, field->len);
}

static struct message field_message(const struct message *message, const struct proto_field *field)
{
	struct message inner = { .at = field->bytes, .end = field->bytes, .arena = message->arena };
	if (field->wire == WIRE_BYTES)
		inner.end += field->len;
	return inner;
}

/* A field of a message and the member of a struct that it fills. */
struct proto_row {
	unsigned number;
	enum { TEXT, INTEGER, TIME, RAW } kind; /* const char *, int64_t, int64_t, proto_field */
	size_t at;
};

static int64_t read_timestamp(struct message *outer, const struct proto_field *in);

/* Fills members of `ret` by rows, which end with number 0; the last field of a number counts. Returns false
 * when the message is broken. */
static bool read_fields(struct message *message, const struct proto_row *rows, void *ret)
{
	struct proto_field field;
	while (next_field(message, &field)) {
		const struct proto_row *row = rows;
		while (row->number && row->number != field.number)
			row++;
		void *member = (char *)ret + row->at;
		if (!row->number)
			continue;
		switch (row->kind) {
		case TEXT:
			*(const char **)member = bytes_text(message, &field);
			break;
		case INTEGER:
			*(int64_t *)member = (int64_t)field.value;
			break;
		case TIME:
			*(int64_t *)member = read_timestamp(message, &field);
			break;
		case RAW:
			*(struct proto_field *)member = field;
			break;
		}
	}
	return !message->broken;
}

static int64_t read_timestamp(struct message *outer, const struct proto_field *in)
{
	struct timestamp {
		int64_t seconds, nanos;
	} time = { 0 };
	static const struct proto_row rows[] = {
		{ 1, INTEGER, offsetof(struct timestamp, seconds) },
		{ 2, INTEGER, offsetof(struct timestamp, nanos) },
		{ 0 },
	};
	struct message message = field_message(outer, in);
	outer->broken |= !read_fields(&message, rows, &time);
	if (time.seconds < 0 || time.seconds > INT64_C(9000000000) || time.nanos < 0 ||
		time.nanos >= INT64_C(1000000000))
		return 0;
	return time.seconds * 1000000000 + time.nanos;
}

static bool read_vertex(struct message message, const struct buildkit_reader *reader)
{
	struct fields {
		struct buildkit_vertex vertex;
		int64_t cached;
	} read = { .vertex = { .digest = "", .name = "", .error = "" } };
	static const struct proto_row rows[] = {
		{ 1, TEXT, offsetof(struct fields, vertex.digest) },
		{ 3, TEXT, offsetof(struct fields, vertex.name) },
		{ 4, INTEGER, offsetof(struct fields, cached) },
		{ 5, TIME, offsetof(struct fields, vertex.started) },
		{ 6, TIME, offsetof(struct fields, vertex.completed) },
		{ 7, TEXT, offsetof(struct fields, vertex.error) },
		{ 0 },
	};
	if (!read_fields(&message, rows, &read))
		return false;
	read.vertex.cached = read.cached != 0;
	if (reader->vertex)
		reader->vertex(reader->arg, &read.vertex);
	return true;
}

static bool read_layer_status(struct message message, const struct buildkit_reader *reader)
{
	struct buildkit_status status = { .vertex = "", .id = "", .name = "" };
	static const struct proto_row rows[] = {
		{ 1, TEXT, offsetof(struct buildkit_status, id) },
		{ 2, TEXT, offsetof(struct buildkit_status, vertex) },
		{ 3, TEXT, offsetof(struct buildkit_status, name) },
		{ 4, INTEGER, offsetof(struct buildkit_status, current) },
		{ 5, INTEGER, offsetof(struct buildkit_status, total) },
		{ 8, TIME, offsetof(struct buildkit_status, completed) },
		{ 0 },
	};
	if (!read_fields(&message, rows, &status))
		return false;
	if (reader->status)
		reader->status(reader->arg, &status);
	return true;
}

/* moby.buildkit.v1.VertexLog */
static bool read_log(struct message message, const struct buildkit_reader *reader)
{
	struct fields {
		const char *vertex;
		int64_t stream; /* 2: standard error */
		struct proto_field text;
	} read = { .vertex = "" };
	static const struct proto_row rows[] = {
		{ 1, TEXT, offsetof(struct fields, vertex) },
		{ 3, INTEGER, offsetof(struct fields, stream) },
		{ 4, RAW, offsetof(struct fields, text) },
		{ 0 },
	};
	if (!read_fields(&message, rows, &read))
		return false;
	const struct buildkit_log log = {
		.vertex = read.vertex,
		.standard_error = read.stream == 2,
		.bytes = read.text.bytes ? (const char *)read.text.bytes : "",
		.len = read.text.len,
	};
	if (reader->log)
		reader->log(reader->arg, &log);
	return true;
}

static bool read_warning(struct message message, const struct buildkit_reader *reader)
{
	struct buildkit_warning warning = { .vertex = "", .text = "", .url = "" };
	static const struct proto_row rows[] = {
		{ 1, TEXT, offsetof(struct buildkit_warning, vertex) },
		{ 3, TEXT, offsetof(struct buildkit_warning, text) },
		{ 5, TEXT, offsetof(struct buildkit_warning, url) },
		{ 0 },
	};
	if (!read_fields(&message, rows, &warning))
		return false;
	if (reader->warning)
		reader->warning(reader->arg, &warning);
	return true;
}

int buildkit_read(struct arena *scratch, const void *bytes, size_t len, const struct buildkit_reader *reader)
{
	static bool (*const parts[])(struct message message, const struct buildkit_reader *reader) = { NULL,
		read_vertex, read_layer_status, read_log, read_warning };
	struct message message = { .at = bytes, .end = (const unsigned char *)bytes + len, .arena = scratch };
	struct proto_field field;
	while (next_field(&message, &field)) {
		if (field.wire != WIRE_BYTES || field.number == 0 ||
			field.number >= sizeof parts / sizeof *parts)
			continue;
		if (!parts[field.number](field_message(&message, &field), reader))
			return -1;
	}
	return message.broken ? -1 : 0;
}
