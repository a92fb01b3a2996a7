#include "engine/build/buildkit.h"

#include "engine/session/proto.h"

#include <stddef.h>
#include <string.h>

static bool read_vertex(struct proto_message message, const struct buildkit_reader *reader)
{
	struct fields {
		struct buildkit_vertex vertex;
		int64_t cached;
	} read = { .vertex = { .digest = "", .name = "", .error = "" } };
	static const struct proto_row rows[] = {
		{ 1, PROTO_TEXT, offsetof(struct fields, vertex.digest) },
		{ 3, PROTO_TEXT, offsetof(struct fields, vertex.name) },
		{ 4, PROTO_INTEGER, offsetof(struct fields, cached) },
		{ 5, PROTO_TIME, offsetof(struct fields, vertex.started) },
		{ 6, PROTO_TIME, offsetof(struct fields, vertex.completed) },
		{ 7, PROTO_TEXT, offsetof(struct fields, vertex.error) },
		{ 0 },
	};
	if (!proto_read(&message, rows, &read))
		return false;
	read.vertex.cached = read.cached != 0;
	if (reader->vertex)
		reader->vertex(reader->arg, &read.vertex);
	return true;
}

static bool read_layer_status(struct proto_message message, const struct buildkit_reader *reader)
{
	struct buildkit_status status = { .vertex = "", .id = "", .name = "" };
	static const struct proto_row rows[] = {
		{ 1, PROTO_TEXT, offsetof(struct buildkit_status, id) },
		{ 2, PROTO_TEXT, offsetof(struct buildkit_status, vertex) },
		{ 3, PROTO_TEXT, offsetof(struct buildkit_status, name) },
		{ 4, PROTO_INTEGER, offsetof(struct buildkit_status, current) },
		{ 5, PROTO_INTEGER, offsetof(struct buildkit_status, total) },
		{ 8, PROTO_TIME, offsetof(struct buildkit_status, completed) },
		{ 0 },
	};
	if (!proto_read(&message, rows, &status))
		return false;
	if (reader->status)
		reader->status(reader->arg, &status);
	return true;
}

/* moby.buildkit.v1.VertexLog */
static bool read_log(struct proto_message message, const struct buildkit_reader *reader)
{
	struct fields {
		const char *vertex;
		int64_t stream; /* 2: standard error */
		struct proto_field text;
	} read = { .vertex = "" };
	static const struct proto_row rows[] = {
		{ 1, PROTO_TEXT, offsetof(struct fields, vertex) },
		{ 3, PROTO_INTEGER, offsetof(struct fields, stream) },
		{ 4, PROTO_RAW, offsetof(struct fields, text) },
		{ 0 },
	};
	if (!proto_read(&message, rows, &read))
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

static bool read_warning(struct proto_message message, const struct buildkit_reader *reader)
{
	struct buildkit_warning warning = { .vertex = "", .text = "", .url = "" };
	static const struct proto_row rows[] = {
		{ 1, PROTO_TEXT, offsetof(struct buildkit_warning, vertex) },
		{ 3, PROTO_TEXT, offsetof(struct buildkit_warning, text) },
		{ 5, PROTO_TEXT, offsetof(struct buildkit_warning, url) },
		{ 0 },
	};
	if (!proto_read(&message, rows, &warning))
		return false;
	if (reader->warning)
		reader->warning(reader->arg, &warning);
	return true;
}

int buildkit_read(struct arena *scratch, const void *bytes, size_t len, const struct buildkit_reader *reader)
{
	static bool (*const parts[])(struct proto_message message, const struct buildkit_reader *reader) = {
		NULL, read_vertex, read_layer_status, read_log, read_warning
	};
	struct proto_message message = proto_message(scratch, bytes, len);
	struct proto_field field;
	while (proto_next(&message, &field)) {
		if (field.wire != PROTO_BYTES || field.number == 0 ||
			field.number >= sizeof parts / sizeof *parts)
			continue;
		if (!parts[field.number](proto_inner(&message, &field), reader))
			return -1;
	}
	return message.broken ? -1 : 0;
}
