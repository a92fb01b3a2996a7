/* libcurl, opened on first use: with the libraries behind it, it would cost milliseconds and megabytes of
 * every start. Nothing of it is linked; only this room sees its header. */
#ifndef ENGINE_CURL_LIB_H
#define ENGINE_CURL_LIB_H

#include "base/error.h"

#include <curl/curl.h>

/* The entry points in use. */
struct curl_lib {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_reset) *easy_reset;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_pause) *easy_pause;
	__typeof__(curl_easy_recv) *easy_recv;
	__typeof__(curl_easy_send) *easy_send;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_multi_init) *multi_init;
	__typeof__(curl_multi_cleanup) *multi_cleanup;
	__typeof__(curl_multi_setopt) *multi_setopt;
	__typeof__(curl_multi_add_handle) *multi_add_handle;
	__typeof__(curl_multi_remove_handle) *multi_remove_handle;
	__typeof__(curl_multi_socket_action) *multi_socket_action;
	__typeof__(curl_multi_assign) *multi_assign;
	__typeof__(curl_multi_info_read) *multi_info_read;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
};

/* Opens libcurl.so.4 and resolves the entry points. The library stays loaded until the process ends. Returns
 * 0, or -1 with a finding that names the package to install. */
int curl_lib_open(struct curl_lib *ret_curl, struct errors *errors);

#endif
