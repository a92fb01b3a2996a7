/* libnghttp2, opened on first use like libcurl (engine/http/curl_lib.h). Only this file and
 * engine/session/{grpc,grpc_call}.c see its header. */
#ifndef ENGINE_NGHTTP2_LIB_H
#define ENGINE_NGHTTP2_LIB_H

#include "base/error.h"

#include <nghttp2/nghttp2.h>

/* The entry points in use. */
struct nghttp2_lib {
	__typeof__(nghttp2_session_callbacks_new) *session_callbacks_new;
	__typeof__(nghttp2_session_callbacks_del) *session_callbacks_del;
	__typeof__(nghttp2_session_callbacks_set_on_begin_headers_callback)
		*session_callbacks_set_on_begin_headers_callback;
	__typeof__(nghttp2_session_callbacks_set_on_header_callback)
		*session_callbacks_set_on_header_callback;
	__typeof__(nghttp2_session_callbacks_set_on_frame_recv_callback)
		*session_callbacks_set_on_frame_recv_callback;
	__typeof__(nghttp2_session_callbacks_set_on_data_chunk_recv_callback)
		*session_callbacks_set_on_data_chunk_recv_callback;
	__typeof__(nghttp2_session_callbacks_set_on_stream_close_callback)
		*session_callbacks_set_on_stream_close_callback;
	__typeof__(nghttp2_option_new) *option_new;
	__typeof__(nghttp2_option_del) *option_del;
	__typeof__(nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation)
		*option_set_no_rfc9113_leading_and_trailing_ws_validation;
	__typeof__(nghttp2_session_server_new2) *session_server_new2;
	__typeof__(nghttp2_session_client_new2) *session_client_new2;
	__typeof__(nghttp2_session_del) *session_del;
	__typeof__(nghttp2_session_mem_recv) *session_mem_recv;
	__typeof__(nghttp2_session_mem_send) *session_mem_send;
	__typeof__(nghttp2_session_want_read) *session_want_read;
	__typeof__(nghttp2_session_want_write) *session_want_write;
	__typeof__(nghttp2_session_resume_data) *session_resume_data;
	__typeof__(nghttp2_session_set_stream_user_data) *session_set_stream_user_data;
	__typeof__(nghttp2_session_get_stream_user_data) *session_get_stream_user_data;
	__typeof__(nghttp2_submit_settings) *submit_settings;
	__typeof__(nghttp2_submit_request) *submit_request;
	__typeof__(nghttp2_submit_response) *submit_response;
	__typeof__(nghttp2_submit_trailer) *submit_trailer;
	__typeof__(nghttp2_submit_headers) *submit_headers;
	__typeof__(nghttp2_submit_rst_stream) *submit_rst_stream;
	__typeof__(nghttp2_strerror) *strerror;
};

/* Opens libnghttp2.so.14 and resolves the entry points. The library stays loaded until the process ends.
 * Returns 0, or -1 with a finding that names the package to install. */
int nghttp2_lib_open(struct nghttp2_lib *ret_nghttp2, struct errors *errors);

#endif
