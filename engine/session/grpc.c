#include "engine/session/grpc_inside.h"

#include "base/heap.h"
#include "base/url.h"
#include "engine/http/hijack.h"

#include <stdlib.h>
#include <string.h>

/* What the other side says */

static struct stream *stream_with(struct grpc *grpc, int32_t id)
{
	return grpc->lib.session_get_stream_user_data(grpc->session, id);
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	struct grpc *grpc = arg;
	if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST ||
		!grpc->options.served)
		return 0;
	if (grpc->nstreams >= GRPC_CALLS_MOST)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	struct stream *stream = grpc_stream_create(grpc, frame->hd.stream_id, true);
	grpc->lib.session_set_stream_user_data(session, frame->hd.stream_id, stream);
	return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
	size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags, void *arg)
{
	struct stream *stream = stream_with(arg, frame->hd.stream_id);
	(void)session, (void)flags;
	if (!stream)
		return 0;
	if (!grpc_stream_header(stream, (const char *)name, name_len, (const char *)value, value_len))
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	return 0;
}

/* Begins to serve a call: its answer's headers go at once, what it sends follows. */
static void serve(struct grpc *grpc, struct stream *stream)
{
	static const nghttp2_nv headers[] = {
		{ (uint8_t *)":status", (uint8_t *)"200", 7, 3, NGHTTP2_NV_FLAG_NONE },
		{ (uint8_t *)"content-type", (uint8_t *)"application/grpc", 12, 16, NGHTTP2_NV_FLAG_NONE },
	};
	const nghttp2_data_provider provider = { .source.ptr = stream, .read_callback = grpc_stream_read };
	const char *path = grpc_stream_last(stream, ":path");
	for (const struct grpc_method *const *method = grpc->options.served; *method; method++)
		if (path && strcmp(path, (*method)->path) == 0)
			stream->call.method = *method;
	stream->begun = true;
	grpc->lib.submit_response(
		grpc->session, stream->id, headers, sizeof headers / sizeof *headers, &provider);
	if (!stream->call.method)
		grpc_end(&stream->call, GRPC_UNIMPLEMENTED, "not served here");
	else if (stream->call.method->begin)
		stream->call.method->begin(&stream->call);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	struct grpc *grpc = arg;
	struct stream *stream = stream_with(grpc, frame->hd.stream_id);
	(void)session;
	if (!stream || (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA))
		return 0;
	if (stream->served && !stream->begun)
		serve(grpc, stream);
	if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
		grpc_stream_half(stream);
	return 0;
}

static int on_data(
	nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes, size_t len, void *arg)
{
	struct stream *stream = stream_with(arg, id);
	(void)session, (void)flags;
	if (stream)
		grpc_stream_take(stream, bytes, len);
	return 0;
}

/* The status of a made call that has ended: the trailer's, else what the stream's end says. */
static void take_status(struct stream *stream, uint32_t error)
{
	const char *status = grpc_stream_last(stream, "grpc-status"),
		   *words = grpc_stream_last(stream, "grpc-message");
	stream->call.status = status ? (int)strtol(status, NULL, 10) : GRPC_UNKNOWN;
	if (words)
		stream->call.words = url_unescaped(stream->arena, words, strlen(words));
	else if (!status)
		stream->call.words = arena_printf(
			stream->arena, "the engine ended the call (HTTP/2 code %u)", (unsigned)error);
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t error, void *arg)
{
	struct stream *stream = stream_with(arg, id);
	const struct grpc_method *method = stream ? stream->call.method : NULL;
	if (!stream)
		return 0;
	grpc_stream_half(stream);
	if (!stream->served)
		take_status(stream, error);
	stream->ended = true;
	stream->call.grpc->lib.session_set_stream_user_data(session, id, NULL);
	if (method && method->gone)
		method->gone(&stream->call);
	grpc_stream_free(stream);
	return 0;
}

/* The connection */

/* It is over: told from the loop, since who hears of it closes. */
static void grpc_fail(struct grpc *grpc, const char *why)
{
	if (grpc->why)
		return;
	grpc->why = why;
	grpc_flush_soon(grpc);
}

/* Whether nghttp2 has given the other side up, after telling it so. */
static bool is_over(const struct grpc *grpc)
{
	return !grpc->lib.session_want_read(grpc->session) && !grpc->lib.session_want_write(grpc->session);
}

/* Takes what nghttp2 has to say, up to `most` bytes and a frame more. */
static void take_frames(struct grpc *grpc, size_t most)
{
	const uint8_t *bytes;
	ssize_t len = 0;
	while (grpc->out.len < most && (len = grpc->lib.session_mem_send(grpc->session, &bytes)) > 0)
		if (!buf_append(&grpc->out, bytes, (size_t)len))
			len = NGHTTP2_ERR_BUFFER_ERROR;
	if (len < 0)
		grpc_fail(grpc, grpc->lib.strerror((int)len));
}

/* Sends what nghttp2 has, as far as the connection takes it. */
static void grpc_flush(struct grpc *grpc)
{
	size_t room;
	while (grpc->request && !grpc->why && (room = hijack_room(grpc->request))) {
		take_frames(grpc, room);
		size_t piece = grpc->out.len < room ? grpc->out.len : room;
		if (!piece && is_over(grpc))
			grpc_fail(grpc, "it does not speak HTTP/2 as it should");
		if (!piece || grpc->why)
			return;
		hijack_send(grpc->request, grpc->out.data, piece);
		buf_drop(&grpc->out, piece);
	}
}

/* Sends, and listens again where all was taken. */
static void grpc_turn(struct grpc *grpc)
{
	grpc_flush(grpc);
	if (!grpc->held || !grpc->request || grpc->lib.session_want_write(grpc->session))
		return;
	grpc->held = false;
	hijack_hold(grpc->request, false);
}

static void grpc_due(void *arg)
{
	struct grpc *grpc = arg;
	grpc->timer = NULL;
	grpc_turn(grpc);
	if (grpc->why)
		grpc->options.ended(grpc->options.arg, grpc->why);
}

void grpc_flush_soon(struct grpc *grpc)
{
	if (!grpc->timer)
		grpc->timer = loop_after(grpc->loop, 0, grpc_due, grpc);
}

static void on_room(struct request *request)
{
	struct grpc *grpc = request->arg;
	grpc_turn(grpc);
}

static void on_head(struct request *request)
{
	enum { SWITCHED = 101 };
	struct grpc *grpc = request->arg;
	if (request->status >= 300)
		return;
	if (request->status != SWITCHED)
		grpc_fail(grpc, "it does not go over to HTTP/2");
	else if (grpc->options.opened)
		grpc->options.opened(grpc->options.arg);
	grpc_flush_soon(grpc);
}

static void on_bytes(struct request *request, const char *bytes, size_t len)
{
	struct grpc *grpc = request->arg;
	ssize_t taken =
		grpc->why ? 0 : grpc->lib.session_mem_recv(grpc->session, (const uint8_t *)bytes, len);
	if (taken < 0)
		grpc_fail(grpc, grpc->lib.strerror((int)taken));
	grpc_flush_soon(grpc);
	/* Who asks and takes no answers is not listened to. */
	if (!hijack_room(request) && grpc->lib.session_want_write(grpc->session)) {
		grpc->held = true;
		hijack_hold(request, true);
	}
}

static void on_ended(struct request *request)
{
	struct grpc *grpc = request->arg;
	const char *why = request->status >= 300 || request->fault != HTTP_OK
				  ? http_message(http_arena(request), request)
				  : "the engine closed the connection";
	loop_cancel(grpc->loop, grpc->timer);
	grpc->timer = NULL;
	grpc->request = NULL;
	grpc->why = why;
	grpc->options.ended(grpc->options.arg, why);
}

/* Makes nghttp2 ready for our side of the connection. */
static int grpc_begin(struct grpc *grpc, struct errors *errors)
{
	nghttp2_session_callbacks *callbacks;
	nghttp2_option *option;
	const nghttp2_settings_entry settings = { NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, GRPC_CALLS_MOST };
	if (nghttp2_lib_open(&grpc->lib, errors) != 0)
		return -1;
	if (grpc->lib.option_new(&option) != 0 || grpc->lib.session_callbacks_new(&callbacks) != 0)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libnghttp2 has no memory");
	grpc->lib.session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
	grpc->lib.session_callbacks_set_on_header_callback(callbacks, on_header);
	grpc->lib.session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	grpc->lib.session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	grpc->lib.session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
	/* Names of files may begin or end with a blank, and BuildKit sends them as they are. */
	grpc->lib.option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1);
	int result = (grpc->options.served ? grpc->lib.session_server_new2 : grpc->lib.session_client_new2)(
		&grpc->session, callbacks, grpc, option);
	grpc->lib.option_del(option);
	grpc->lib.session_callbacks_del(callbacks);
	if (result != 0 || grpc->lib.submit_settings(grpc->session, NGHTTP2_FLAG_NONE, &settings, 1) != 0)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libnghttp2 cannot begin");
	return 0;
}

struct grpc *grpc_open(struct request *request, const struct grpc_options *options, struct errors *errors)
{
	struct grpc *grpc = HEAP_NEW(struct grpc);
	*grpc = (struct grpc){ .options = *options, .request = request, .loop = http_loop(request) };
	buf_init(&grpc->out, GRPC_OUT_MOST);
	request->upgrade = "h2c";
	request->takes = HTTP_EVER;
	request->pauses = HTTP_EVER;
	request->head = on_head;
	request->data = on_bytes;
	request->room = on_room;
	request->done = on_ended;
	request->arg = grpc;
	if (grpc_begin(grpc, errors) != 0) {
		http_cancel(request);
	} else if (http_send(request, errors) == 0) {
		return grpc;
	}
	grpc->request = NULL;
	grpc_close(grpc);
	return NULL;
}

void grpc_close(struct grpc *grpc)
{
	if (!grpc)
		return;
	while (grpc->streams)
		grpc_stream_free(grpc->streams);
	loop_cancel(grpc->loop, grpc->timer);
	if (grpc->session)
		grpc->lib.session_del(grpc->session);
	http_cancel(grpc->request);
	buf_finish(&grpc->out);
	free(grpc);
}
