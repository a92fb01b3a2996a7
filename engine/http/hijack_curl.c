/* Upgraded connections to hosts: libcurl connects, with names, proxies and TLS, and then only passes bytes.
 */
#include "engine/http/hijack_inside.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

static const struct curl_lib *lib_of(const struct hijack *hijack)
{
	return &hijack->transfer->http->curl->lib;
}

/* Bytes through TLS */

static ssize_t tls_result(CURLcode code, size_t len)
{
	if (code == CURLE_OK)
		return (ssize_t)len;
	errno = code == CURLE_AGAIN ? EAGAIN : EPIPE;
	return -1;
}

static ssize_t tls_receive(struct hijack *hijack, char *to, size_t room)
{
	size_t len = 0;
	CURLcode code = lib_of(hijack)->easy_recv(hijack->transfer->easy, to, room, &len);
	return tls_result(code, len);
}

static ssize_t tls_send(struct hijack *hijack, const char *bytes, size_t len)
{
	size_t sent = 0;
	CURLcode code = lib_of(hijack)->easy_send(hijack->transfer->easy, bytes, len, &sent);
	return tls_result(code, sent);
}

/* The end of what we send is a close_notify of ours (RFC 8446 §6.1); libcurl has no call for it, the library
 * beneath it does. */
static int tls_shut(struct hijack *hijack)
{
	struct curl_tlssessioninfo *session = NULL;
	int (*ssl_shutdown)(void *ssl) = NULL;
	lib_of(hijack)->easy_getinfo(hijack->transfer->easy, CURLINFO_TLS_SSL_PTR, &session);
	bool openssl = session && session->internals && session->backend == CURLSSLBACKEND_OPENSSL;
	void *library = openssl ? dlopen("libssl.so.3", RTLD_LAZY | RTLD_NOLOAD) : NULL;
	void *entry = library ? dlsym(library, "SSL_shutdown") : NULL;
	int result = -1;
	if (entry) {
		memcpy(&ssl_shutdown, &entry, sizeof entry);
		result = ssl_shutdown(session->internals) < 0 ? -1 : 0;
	}
	if (library)
		dlclose(library);
	errno = EPROTO;
	return result;
}

static const struct hijack_wire wire_tls = { tls_receive, tls_send, tls_shut, true };

/* Connecting */

static void dial_ended(void *arg, CURL *easy, CURLcode code)
{
	struct hijack *hijack = arg;
	struct transfer *transfer = hijack->transfer;
	curl_socket_t fd = -1;
	if (code != CURLE_OK) {
		http_curl_conclude(transfer, code);
		return;
	}
	const char *address = NULL;
	lib_of(hijack)->easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
	lib_of(hijack)->easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
	snprintf(transfer->request.address, sizeof transfer->request.address, "%s", address ? address : "");
	transfer->http->connects++;
	hijack_connected(hijack, fd, transfer->http->endpoint->tls ? &wire_tls : &hijack_wire_plain);
}

static void dial_driven(void *arg)
{
	struct hijack *hijack = arg;
	struct transfer *transfer = hijack->transfer;
	struct http *http = transfer->http;
	if (transfer->finished)
		http_release(transfer);
	http_deliver(http);
}

int hijack_dial(struct hijack *hijack, struct errors *errors)
{
	struct transfer *transfer = hijack->transfer;
	struct http *http = transfer->http;
	if (http_curl_open(http, errors) != 0)
		return -1;
	const struct curl_lib *lib = &http->curl->lib;
	hijack->curl = (struct curl_loop){ .ended = dial_ended, .driven = dial_driven, .arg = hijack };
	/* of its own: what is connected only is nothing for other requests, and ends with its handle */
	if (curl_loop_open(&hijack->curl, http->loop, lib, errors) != 0)
		return -1;
	transfer->easy = lib->easy_init();
	if (!transfer->easy)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl gives no handle");
	http_curl_connect_only(transfer);
	CURLMcode code = lib->multi_add_handle(hijack->curl.multi, transfer->easy);
	if (code != CURLM_OK)
		return error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "libcurl refuses a request (code %d)", (int)code);
	return 0;
}

void hijack_hang_up(struct hijack *hijack)
{
	struct transfer *transfer = hijack->transfer;
	if (transfer->easy)
		lib_of(hijack)->multi_remove_handle(hijack->curl.multi, transfer->easy);
	if (transfer->easy)
		lib_of(hijack)->easy_cleanup(transfer->easy);
	transfer->easy = NULL;
	curl_loop_close(&hijack->curl);
}
