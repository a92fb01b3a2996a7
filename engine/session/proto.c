#include "engine/session/proto.h"

#include <stddef.h>
#include <string.h>

/* Reading */

struct proto_message proto_message(struct arena *arena, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	return (struct proto_message){ .at = at, .end = at ? at + len : NULL, .arena = arena };
}

static uint64_t read_varint(struct proto_message *message)
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

/* A field is a key (number << 3 | type) and a value. */
bool proto_next(struct proto_message *message, struct proto_field *ret_field)
{
	if (message->at == message->end || message->broken)
		return false;
	uint64_t key = read_varint(message);
	struct proto_field field = { .number = (unsigned)(key >> 3 & 0x1fffffff),
		.wire = (enum proto_wire)(key & 7) };
	uint64_t skip = 0;
	switch (field.wire) {
	case PROTO_VARINT:
		field.value = read_varint(message);
		break;
	case PROTO_BYTES:
		skip = read_varint(message);
		field.bytes = message->at;
		field.len = (size_t)skip;
		break;
	case PROTO_FIXED64:
		skip = 8;
		break;
	case PROTO_FIXED32:
		skip = 4;
		break;
	default:
		message->broken = true;
	}
	if (skip > (uint64_t)(message->end - message->at))
		message->broken = true;
	if (message->broken)
		return false;
	message->at += skip;
	*ret_field = field;
	return true;
}

const char *proto_text(const struct proto_message *message, const struct proto_field *field)
{
	if (field->wire != PROTO_BYTES)
		return "";
	return arena_strndup(message->arena, (const char *)field->bytes, field->len);
}

struct proto_message proto_inner(const struct proto_message *message, const struct proto_field *field)
{
	bool is_bytes = field->wire == PROTO_BYTES;
	return proto_message(message->arena, is_bytes ? field->bytes : NULL, is_bytes ? field->len : 0);
}

/* google.protobuf.Timestamp as Unix ns; 0 for what is out of range. */
static int64_t read_timestamp(struct proto_message *outer, const struct proto_field *in)
{
	struct timestamp {
		int64_t seconds, nanos;
	} time = { 0 };
	static const struct proto_row rows[] = {
		{ 1, PROTO_INTEGER, offsetof(struct timestamp, seconds) },
		{ 2, PROTO_INTEGER, offsetof(struct timestamp, nanos) },
		{ 0 },
	};
	struct proto_message message = proto_inner(outer, in);
	outer->broken |= !proto_read(&message, rows, &time);
	if (time.seconds < 0 || time.seconds > INT64_C(9000000000) || time.nanos < 0 ||
		time.nanos >= INT64_C(1000000000))
		return 0;
	return time.seconds * 1000000000 + time.nanos;
}

bool proto_read(struct proto_message *message, const struct proto_row *rows, void *ret)
{
	struct proto_field field;
	while (proto_next(message, &field)) {
		const struct proto_row *row = rows;
		while (row->number && row->number != field.number)
			row++;
		void *member = (char *)ret + row->at;
		if (!row->number)
			continue;
		switch (row->kind) {
		case PROTO_TEXT:
			*(const char **)member = proto_text(message, &field);
			break;
		case PROTO_INTEGER:
			*(int64_t *)member = (int64_t)field.value;
			break;
		case PROTO_TIME:
			*(int64_t *)member = read_timestamp(message, &field);
			break;
		case PROTO_RAW:
			*(struct proto_field *)member = field;
			break;
		}
	}
	return !message->broken;
}

/* Writing */

static void put_varint(struct buf *to, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		buf_putc(to, (char)((value & 0x7f) | 0x80));
	buf_putc(to, (char)value);
}

void proto_put_number(struct buf *to, unsigned number, uint64_t value)
{
	if (!value)
		return;
	put_varint(to, (uint64_t)number << 3 | PROTO_VARINT);
	put_varint(to, value);
}

void proto_put_bytes(struct buf *to, unsigned number, const void *bytes, size_t len)
{
	put_varint(to, (uint64_t)number << 3 | PROTO_BYTES);
	put_varint(to, len);
	buf_append(to, bytes, len);
}

void proto_put_text(struct buf *to, unsigned number, const char *text)
{
	if (text && *text)
		proto_put_bytes(to, number, text, strlen(text));
}

void proto_put_entry(struct buf *to, unsigned number, const char *key, const char *value)
{
	auto_buf struct buf entry;
	buf_init(&entry, to->most);
	proto_put_text(&entry, 1, key);
	proto_put_text(&entry, 2, value);
	if (value)
		proto_put_bytes(to, number, buf_text(&entry), entry.len);
}
