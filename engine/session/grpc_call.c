#include "engine/session/grpc_inside.h"

#include "base/heap.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_MOST  ((size_t)16 << 20)  /* of an answer, as of BuildKit's own clients */
#define QUESTION_MOST ((size_t)256 << 10) /* of what is served */
#define SERVED_MOST   ((size_t)1 << 20)   /* that waits to be sent, of what is served */
#define METADATA_MOST ((size_t)256 << 10) /* bytes of a call */
#define WORDS_MOST    ((size_t)4 << 10)
#define HEAD          5  /* bytes before a message */
#define FIELDS_MOST   64 /* headers of a call that is made */

static struct stream *stream_of(const struct grpc_call *call)
{
	return (struct stream *)call;
}

/* Streams */

struct stream *grpc_stream_create(struct grpc *grpc, int32_t id, bool served)
{
	struct stream *stream = HEAP_NEW(struct stream);
	*stream = (struct stream){ .call.grpc = grpc,
		.call.words = "",
		.arena = arena_create(),
		.id = id,
		.served = served,
		.next = grpc->streams,
		.link = &grpc->streams };
	buf_init(&stream->in, (served ? QUESTION_MOST : MESSAGE_MOST) + HEAD);
	buf_init(&stream->out, served ? SERVED_MOST : MESSAGE_MOST + HEAD);
	if (stream->next)
		stream->next->link = &stream->next;
	grpc->streams = stream;
	grpc->nstreams++;
	return stream;
}

void grpc_stream_free(struct stream *stream)
{
	if (stream->call.method && stream->call.method->freed)
		stream->call.method->freed(&stream->call);
	*stream->link = stream->next;
	if (stream->next)
		stream->next->link = stream->link;
	stream->call.grpc->nstreams--;
	buf_finish(&stream->in);
	buf_finish(&stream->out);
	arena_destroy(stream->arena);
	free(stream);
}

/* What we say */

/* Gives nghttp2 the next bytes of a call; asks for more where there are none. */
ssize_t grpc_stream_read(nghttp2_session *session, int32_t id, uint8_t *to, size_t room, uint32_t *flags,
	nghttp2_data_source *source, void *arg)
{
	struct stream *stream = source->ptr;
	const struct grpc_method *method = stream->call.method;
	(void)session, (void)id, (void)arg;
	if (stream->sent == stream->out.len && !stream->ended && method && method->more)
		method->more(&stream->call);
	size_t len = stream->out.len - stream->sent;
	len = len < room ? len : room;
	if (len)
		memcpy(to, stream->out.data + stream->sent, len);
	stream->sent += len;
	if (stream->sent < stream->out.len)
		return (ssize_t)len;
	stream->sent = 0;
	buf_reset(&stream->out);
	bool one_message = !stream->served && !(method && method->more);
	if (!stream->ended && !one_message) {
		stream->waits = !len;
		return len ? (ssize_t)len : NGHTTP2_ERR_DEFERRED;
	}
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (!stream->served)
		return (ssize_t)len;
	*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
	const char *status = arena_printf(stream->arena, "%d", stream->status);
	const nghttp2_nv trailer[] = {
		{ (uint8_t *)"grpc-status", (uint8_t *)status, 11, strlen(status), NGHTTP2_NV_FLAG_NONE },
		{ (uint8_t *)"grpc-message", (uint8_t *)stream->words, 12, strlen(stream->words),
			NGHTTP2_NV_FLAG_NONE },
	};
	stream->call.grpc->lib.submit_trailer(
		stream->call.grpc->session, stream->id, trailer, *stream->words ? 2 : 1);
	return (ssize_t)len;
}

/* Tells nghttp2 that there is something to be sent. */
static void stream_resume(struct stream *stream)
{
	struct grpc *grpc = stream->call.grpc;
	if (!stream->waits)
		return;
	stream->waits = false;
	grpc->lib.session_resume_data(grpc->session, stream->id);
	grpc_flush_soon(grpc);
}

void grpc_send(struct grpc_call *call, const char *bytes, size_t len)
{
	struct stream *stream = stream_of(call);
	const unsigned char head[HEAD] = { 0, (unsigned char)(len >> 24), (unsigned char)(len >> 16),
		(unsigned char)(len >> 8), (unsigned char)len };
	if (stream->ended)
		return;
	if (stream->sent > stream->out.len / 2) {
		buf_drop(&stream->out, stream->sent);
		stream->sent = 0;
	}
	if (len > MESSAGE_MOST || !buf_append(&stream->out, head, HEAD) ||
		!buf_append(&stream->out, bytes, len)) {
		grpc_end(call, GRPC_EXHAUSTED, "too much waits to be sent");
		return;
	}
	stream_resume(stream);
}

size_t grpc_pending(const struct grpc_call *call)
{
	const struct stream *stream = stream_of(call);
	return stream->out.len - stream->sent;
}

void grpc_wake(struct grpc_call *call)
{
	stream_resume(stream_of(call));
}

/* A message of a status as it goes into a header: printable ASCII, the rest as %XX. */
static const char *escaped_words(struct arena *arena, const char *words)
{
	auto_buf struct buf text;
	buf_init(&text, WORDS_MOST);
	for (; words && *words; words++)
		buf_printf(&text, *words < ' ' || *words > '~' || *words == '%' ? "%%%02X" : "%c",
			(unsigned char)*words);
	return arena_strdup(arena, buf_text(&text));
}

void grpc_end(struct grpc_call *call, enum grpc_status status, const char *words)
{
	struct stream *stream = stream_of(call);
	struct grpc *grpc = call->grpc;
	if (stream->ended)
		return;
	stream->ended = true;
	stream->status = status;
	stream->words = escaped_words(stream->arena, words);
	if (!stream->served)
		grpc->lib.submit_rst_stream(grpc->session, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_CANCEL);
	stream_resume(stream);
	grpc_flush_soon(grpc);
}

/* What the other side says */

bool grpc_stream_header(
	struct stream *stream, const char *name, size_t name_len, const char *value, size_t value_len)
{
	stream->metadata_bytes += name_len + value_len + sizeof(struct metadata);
	if (stream->metadata_bytes > METADATA_MOST)
		return false;
	*ARENA_PUSH(stream->arena, stream->metadata, stream->nmetadata) = (struct metadata){
		.name = arena_strndup(stream->arena, name, name_len),
		.value = arena_strndup(stream->arena, value, value_len),
	};
	return true;
}

const char *grpc_metadata(const struct grpc_call *call, const char *name, size_t *at)
{
	const struct stream *stream = stream_of(call);
	while (*at < stream->nmetadata) {
		const struct metadata *metadata = &stream->metadata[(*at)++];
		if (strcmp(metadata->name, name) == 0)
			return metadata->value;
	}
	return NULL;
}

const char *grpc_stream_last(const struct stream *stream, const char *name)
{
	const char *last = NULL, *value;
	for (size_t at = 0; (value = grpc_metadata(&stream->call, name, &at));)
		last = value;
	return last;
}

/* Takes whole messages from what has come. */
static void stream_messages(struct stream *stream)
{
	struct buf *in = &stream->in;
	size_t at = 0;
	while (!stream->ended && in->len - at >= HEAD) {
		const unsigned char *head = (const unsigned char *)in->data + at;
		size_t len = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
		if (head[0] || len > in->most - HEAD) {
			grpc_end(&stream->call, head[0] ? GRPC_UNIMPLEMENTED : GRPC_EXHAUSTED,
				head[0] ? "compressed messages are not taken" : "the message is too large");
			break;
		}
		if (in->len - at - HEAD < len)
			break;
		if (stream->call.method && stream->call.method->message)
			stream->call.method->message(&stream->call, in->data + at + HEAD, len);
		at += HEAD + len;
	}
	buf_drop(in, stream->ended ? in->len : at);
}

void grpc_stream_take(struct stream *stream, const void *bytes, size_t len)
{
	if (stream->ended)
		return;
	if (buf_append(&stream->in, bytes, len))
		stream_messages(stream);
	else
		grpc_end(&stream->call, GRPC_EXHAUSTED, "the message is too large");
}

void grpc_stream_half(struct stream *stream)
{
	if (stream->said_all)
		return;
	stream->said_all = true;
	if (!stream->ended && stream->call.method && stream->call.method->half)
		stream->call.method->half(&stream->call);
	if (stream->served || stream->ended)
		return;
	stream->ended = true; /* a made call is over when its answer is: our side of it ends */
	stream_resume(stream);
}

void *grpc_owner(const struct grpc_call *call)
{
	return call->grpc->options.arg;
}

struct loop *grpc_loop(const struct grpc_call *call)
{
	return call->grpc->loop;
}

struct arena *grpc_arena(struct grpc_call *call)
{
	return stream_of(call)->arena;
}

struct grpc_call *grpc_make(struct grpc *grpc, const struct grpc_method *method, const char *const *metadata,
	const struct buf *message, void *state)
{
	const char *const own[] = { ":method", "POST", ":scheme", "http", ":path", method->path, ":authority",
		"docker", "content-type", "application/grpc", "te", "trailers", "user-agent",
		"docker-flow/" FLOW_VERSION, NULL };
	const char *const *const lists[] = { own, metadata };
	nghttp2_nv fields[FIELDS_MOST];
	size_t count = 0;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (const char *const *at = lists[i]; at && *at && count < FIELDS_MOST; at += 2)
			fields[count++] = (nghttp2_nv){ (uint8_t *)at[0], (uint8_t *)at[1], strlen(at[0]),
				strlen(at[1]), NGHTTP2_NV_FLAG_NONE };
	if (grpc->why || grpc->nstreams >= GRPC_CALLS_MOST)
		return NULL;
	struct stream *stream = grpc_stream_create(grpc, 0, false);
	const nghttp2_data_provider provider = { .source.ptr = stream, .read_callback = grpc_stream_read };
	if (message)
		grpc_send(&stream->call, buf_text(message), message->len);
	stream->id = grpc->lib.submit_request(grpc->session, NULL, fields, count, &provider, stream);
	if (stream->id < 0) {
		grpc_stream_free(stream);
		return NULL;
	}
	stream->call.method = method;
	stream->call.state = state;
	grpc_flush_soon(grpc);
	return &stream->call;
}
