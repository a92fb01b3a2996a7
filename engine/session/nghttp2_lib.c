#include "engine/session/nghttp2_lib.h"
#include "base/shared_lib.h"

static const struct shared_entry entries[] = {
#define ENTRY(member) SHARED_ENTRY(struct nghttp2_lib, "nghttp2_", member)
	ENTRY(session_callbacks_new),
	ENTRY(session_callbacks_del),
	ENTRY(session_callbacks_set_on_begin_headers_callback),
	ENTRY(session_callbacks_set_on_header_callback),
	ENTRY(session_callbacks_set_on_frame_recv_callback),
	ENTRY(session_callbacks_set_on_data_chunk_recv_callback),
	ENTRY(session_callbacks_set_on_stream_close_callback),
	ENTRY(option_new),
	ENTRY(option_del),
	ENTRY(option_set_no_rfc9113_leading_and_trailing_ws_validation),
	ENTRY(session_server_new2),
	ENTRY(session_client_new2),
	ENTRY(session_del),
	ENTRY(session_mem_recv),
	ENTRY(session_mem_send),
	ENTRY(session_want_read),
	ENTRY(session_want_write),
	ENTRY(session_resume_data),
	ENTRY(session_set_stream_user_data),
	ENTRY(session_get_stream_user_data),
	ENTRY(submit_settings),
	ENTRY(submit_request),
	ENTRY(submit_response),
	ENTRY(submit_trailer),
	ENTRY(submit_headers),
	ENTRY(submit_rst_stream),
	ENTRY(strerror),
#undef ENTRY
};

static const struct shared_lib libnghttp2 = {
	.file = "libnghttp2.so.14",
	.name = "libnghttp2",
	.package = "libnghttp2-14",
	.oldest = "1.50",
	.entries = entries,
	.nentries = sizeof entries / sizeof *entries,
};

int nghttp2_lib_open(struct nghttp2_lib *ret_nghttp2, struct errors *errors)
{
	return shared_lib_open(&libnghttp2, ret_nghttp2, errors);
}
