#include "engine/image/buildkit.h"

#include <string.h>

/* Protobuf on the wire: key (number << 3 | type) and value, one after the other. */
enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

struct message {
	const unsigned char *at, *end;
	struct arena *arena;
	bool broken;
};

struct field {
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
static bool next_field(struct message *message, struct field *field)
{
	if (message->at == message->end || message->broken)
		return false;
	uint64_t key = read_varint(message);
	*field = (struct field){ .number = (unsigned)(key >> 3 & 0x1fffffff), .wire = (enum wire)(key & 7) };
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

static const char *text_of(const struct message *message, const struct field *field)
{
	if (field->wire != WIRE_BYTES)
		return "";
	return arena_strndup(message->arena, (const char *)field->bytes, field->len);
}

static struct message inside(const struct message *message, const struct field *field)
{
	struct message inner = { .at = field->bytes, .end = field->bytes, .arena = message->arena };
	if (field->wire == WIRE_BYTES)
		inner.end += field->len;
	return inner;
}

/* Timestamp: 1 seconds, 2 nanoseconds. */
static int64_t read_time(struct message *outer, const struct field *in)
{
	struct message message = inside(outer, in);
	struct field field;
	uint64_t seconds = 0, nanos = 0;
	while (next_field(&message, &field)) {
		if (field.number == 1)
			seconds = field.value;
		else if (field.number == 2)
			nanos = field.value;
	}
	outer->broken |= message.broken;
	if (seconds > UINT64_C(9000000000) || nanos >= UINT64_C(1000000000))
		return 0;
	return (int64_t)(seconds * 1000000000 + nanos);
}

static bool read_vertex(struct message message, const struct buildkit_reader *reader)
{
	struct buildkit_vertex vertex = { .digest = "", .name = "", .error = "" };
	struct field field;
	while (next_field(&message, &field)) {
		if (field.number == 1)
			vertex.digest = text_of(&message, &field);
		else if (field.number == 3)
			vertex.name = text_of(&message, &field);
		else if (field.number == 4)
			vertex.cached = field.value != 0;
		else if (field.number == 5)
			vertex.started = read_time(&message, &field);
		else if (field.number == 6)
			vertex.completed = read_time(&message, &field);
		else if (field.number == 7)
			vertex.error = text_of(&message, &field);
	}
	if (!message.broken && reader->vertex)
		reader->vertex(reader->arg, &vertex);
	return !message.broken;
}

static bool read_status(struct message message, const struct buildkit_reader *reader)
{
	struct buildkit_status status = { .vertex = "", .id = "", .name = "" };
	struct field field;
	while (next_field(&message, &field)) {
		if (field.number == 1)
			status.id = text_of(&message, &field);
		else if (field.number == 2)
			status.vertex = text_of(&message, &field);
		else if (field.number == 3)
			status.name = text_of(&message, &field);
		else if (field.number == 4)
			status.current = (int64_t)field.value;
		else if (field.number == 5)
			status.total = (int64_t)field.value;
		else if (field.number == 8)
			status.completed = read_time(&message, &field);
	}
	if (!message.broken && reader->status)
		reader->status(reader->arg, &status);
	return !message.broken;
}

static bool read_log(struct message message, const struct buildkit_reader *reader)
{
	struct buildkit_log log = { .vertex = "", .bytes = "" };
	struct field field;
	while (next_field(&message, &field)) {
		if (field.number == 1) {
			log.vertex = text_of(&message, &field);
		} else if (field.number == 3) {
			log.standard_error = field.value == 2;
		} else if (field.number == 4 && field.wire == WIRE_BYTES) {
			log.bytes = (const char *)field.bytes;
			log.len = field.len;
		}
	}
	if (!message.broken && reader->log)
		reader->log(reader->arg, &log);
	return !message.broken;
}

static bool read_warning(struct message message, const struct buildkit_reader *reader)
{
	struct buildkit_warning warning = { .vertex = "", .text = "", .url = "" };
	struct field field;
	while (next_field(&message, &field)) {
		if (field.number == 1)
			warning.vertex = text_of(&message, &field);
		else if (field.number == 3)
			warning.text = text_of(&message, &field);
		else if (field.number == 5)
			warning.url = text_of(&message, &field);
	}
	if (!message.broken && reader->warning)
		reader->warning(reader->arg, &warning);
	return !message.broken;
}

int buildkit_read(struct arena *scratch, const void *bytes, size_t len, const struct buildkit_reader *reader)
{
	static bool (*const parts[])(struct message message, const struct buildkit_reader *reader) = { NULL,
		read_vertex, read_status, read_log, read_warning };
	struct message message = { .at = bytes, .end = (const unsigned char *)bytes + len, .arena = scratch };
	struct field field;
	while (next_field(&message, &field)) {
		if (field.wire != WIRE_BYTES || field.number == 0 ||
			field.number >= sizeof parts / sizeof *parts)
			continue;
		if (!parts[field.number](inside(&message, &field), reader))
			return -1;
	}
	return message.broken ? -1 : 0;
}
