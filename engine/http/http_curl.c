#include "engine/http/http_curl.h"

#include "base/heap.h"

#include <stdlib.h>
#include <string.h>

/* What libcurl has to say */

#define CURLE_LINE_TOO_LARGE ((CURLcode)100) /* CURLE_TOO_LARGE, since libcurl 8.6 */

static bool is_head_too_large(CURLcode code)
{
	return code == CURLE_WRITE_ERROR || code == CURLE_OUT_OF_MEMORY || code == CURLE_LINE_TOO_LARGE;
}

/* What is not listed is a connection lost. */
static enum http_fault fault_of(CURLcode code)
{
	static const struct {
		CURLcode code;
		enum http_fault fault;
	} faults[] = {
		{ CURLE_OK, HTTP_OK },
		{ CURLE_COULDNT_RESOLVE_HOST, HTTP_NO_CONNECT },
		{ CURLE_COULDNT_RESOLVE_PROXY, HTTP_NO_CONNECT },
		{ CURLE_COULDNT_CONNECT, HTTP_NO_CONNECT },
		{ CURLE_SSL_CONNECT_ERROR, HTTP_NO_CONNECT },
		{ CURLE_SSL_CERTPROBLEM, HTTP_NO_CONNECT },
		{ CURLE_SSL_CACERT_BADFILE, HTTP_NO_CONNECT },
		{ CURLE_PEER_FAILED_VERIFICATION, HTTP_NO_CONNECT },
		{ CURLE_URL_MALFORMAT, HTTP_NO_CONNECT },
		{ CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT },
		{ CURLE_TOO_MANY_REDIRECTS, HTTP_WRONG },
		{ CURLE_UNSUPPORTED_PROTOCOL, HTTP_WRONG },
		{ CURLE_WEIRD_SERVER_REPLY, HTTP_WRONG },
		{ CURLE_WRITE_ERROR, HTTP_WRONG },   /* of a head; for a body `too_large` comes before */
		{ CURLE_OUT_OF_MEMORY, HTTP_WRONG }, /* one line of a head, for libcurl up to 8.5 */
		{ CURLE_LINE_TOO_LARGE, HTTP_WRONG },
	};
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (faults[i].code == code)
			return faults[i].fault;
	return HTTP_CUT;
}

void http_curl_conclude(struct transfer *transfer, CURLcode code)
{
	struct http *http = transfer->http;
	const struct curl_lib *lib = &http->curl->lib;
	struct request *request = &transfer->request;
	const char *address = NULL;
	long connects = 0, os_error = 0;
	lib->easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
	lib->easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
	lib->easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &address);
	http->connects += (unsigned)connects;
	if (address)
		snprintf(request->address, sizeof request->address, "%s", address);
	enum http_fault fault = fault_of(code);
	bool headless = fault == HTTP_OK && !transfer->head_there;
	if (headless) /* libcurl takes a head that breaks off for a whole one */
		fault = HTTP_CUT;
	if (transfer->sent == 0 && code == CURLE_OPERATION_TIMEDOUT)
		fault = HTTP_NO_CONNECT;
	if (fault == HTTP_WRONG && !transfer->head_there && is_head_too_large(code))
		snprintf(transfer->error, sizeof transfer->error,
			"the head of the answer is longer than %zu bytes", HTTP_HEAD_MOST);
	if (fault == HTTP_WRONG && http_is_engine(request)) /* as on a socket (http_unix.c) */
		fault = HTTP_CUT;
	if (headless || transfer->refused || code == CURLE_GOT_NOTHING)
		transfer->error[0] = '\0';
	else if (!transfer->error[0])
		snprintf(transfer->error, sizeof transfer->error, "%s", lib->easy_strerror(code));
	http_conclude(transfer, fault, (int)os_error, transfer->error[0] ? transfer->error : NULL);
}

static void handle_ended(void *arg, CURL *easy, CURLcode code)
{
	struct http *http = arg;
	void *owner = NULL;
	http->curl->lib.easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
	http->curl->lib.multi_remove_handle(http->curl->loop.multi, easy);
	http_curl_conclude(owner, code);
}

static void libcurl_driven(void *arg)
{
	http_deliver(arg);
}

int http_curl_open(struct http *http, struct errors *errors)
{
	if (http->curl)
		return 0;
	struct http_curl *curl = HEAP_NEW(struct http_curl);
	curl->loop = (struct curl_loop){ .ended = handle_ended, .driven = libcurl_driven, .arg = http };
	if (curl_lib_open(&curl->lib, errors) != 0 ||
		curl_loop_open(&curl->loop, http->loop, &curl->lib, errors) != 0) {
		free(curl);
		return -1;
	}
	/* Room for all: long streams hold a connection each and must not push out the idle ones. */
	curl->lib.multi_setopt(curl->loop.multi, CURLMOPT_MAXCONNECTS, 4096L);
	http->curl = curl;
	return 0;
}

static bool curl_takes(const struct transfer *transfer)
{
	(void)transfer;
	return true;
}

static int curl_start(struct transfer *transfer, struct errors *errors)
{
	struct http *http = transfer->http;
	if (http_curl_open(http, errors) != 0)
		return -1;
	transfer->easy =
		http->curl->nidle ? http->curl->idle[--http->curl->nidle] : http->curl->lib.easy_init();
	if (!transfer->easy)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl gives no handle");
	http_curl_options(transfer);
	CURLMcode code = http->curl->lib.multi_add_handle(http->curl->loop.multi, transfer->easy);
	if (code != CURLM_OK)
		return error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "libcurl refuses a request (code %d)", (int)code);
	transfer->under_way = true;
	return 0;
}

static void curl_release(struct transfer *transfer)
{
	struct http *http = transfer->http;
	if (!transfer->easy)
		return;
	if (transfer->under_way)
		http->curl->lib.multi_remove_handle(http->curl->loop.multi, transfer->easy);
	transfer->under_way = false;
	http->curl->lib.slist_free_all(transfer->headers);
	transfer->headers = NULL;
	if (http->curl->nidle < HTTP_IDLE_MOST) {
		http->curl->lib.easy_reset(transfer->easy);
		http->curl->idle[http->curl->nidle++] = transfer->easy;
	} else {
		http->curl->lib.easy_cleanup(transfer->easy);
	}
	transfer->easy = NULL;
}

static void curl_resume(struct transfer *transfer)
{
	if (transfer->easy && transfer->under_way)
		transfer->http->curl->lib.easy_pause(transfer->easy, CURLPAUSE_CONT);
}

static void curl_finish(struct http *http)
{
	struct http_curl *curl = http->curl;
	if (!curl)
		return;
	while (curl->nidle)
		curl->lib.easy_cleanup(curl->idle[--curl->nidle]);
	curl_loop_close(&curl->loop);
	free(curl);
	http->curl = NULL;
}

const struct http_carrier http_carrier_curl = {
	.takes = curl_takes,
	.start = curl_start,
	.release = curl_release,
	.resume = curl_resume,
	.finish = curl_finish,
};
