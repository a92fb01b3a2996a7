#include "engine/http/http_curl.h"

#include "base/heap.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* What libcurl has to say */

/* Sets the result of an ended transfer from libcurl's code. */
static void curl_conclude(struct transfer *transfer, CURLcode code)
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
	};
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
	enum http_fault fault = HTTP_CUT;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (faults[i].code == code)
			fault = faults[i].fault;
	bool headless = fault == HTTP_OK && !transfer->head_there;
	if (headless) /* libcurl takes a head that breaks off for a whole one */
		fault = HTTP_CUT;
	if (transfer->sent == 0 && code == CURLE_OPERATION_TIMEDOUT)
		fault = HTTP_NO_CONNECT;
	if (headless || transfer->refused || code == CURLE_GOT_NOTHING)
		transfer->error[0] = '\0';
	else if (!transfer->error[0])
		snprintf(transfer->error, sizeof transfer->error, "%s", lib->easy_strerror(code));
	http_conclude(transfer, fault, (int)os_error, transfer->error[0] ? transfer->error : NULL);
}

/* After libcurl was driven: takes the ended transfers from it, then tells what has come. */
static void take_ended(struct http *http)
{
	const CURLMsg *message;
	int left;
	while ((message = http->curl->lib.multi_info_read(http->curl->multi, &left))) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;
		void *owner = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		http->curl->lib.easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
		http->curl->lib.multi_remove_handle(http->curl->multi, easy);
		struct transfer *transfer = owner;
		curl_conclude(transfer, code);
	}
	http_deliver(http);
}

static void timer_due(void *arg)
{
	struct http *http = arg;
	int running;
	http->curl->timer = NULL;
	http->curl->lib.multi_socket_action(http->curl->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_ended(http);
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct http *http = arg;
	(void)multi;
	loop_cancel(http->loop, http->curl->timer);
	http->curl->timer = ms < 0 ? NULL : loop_after(http->loop, (int64_t)ms * 1000000, timer_due, http);
	return 0;
}

static void socket_ready(void *arg, short revents)
{
	struct http_socket *at = arg;
	struct http *http = at->http;
	int running, what = 0;
	if (revents & (POLLIN | POLLHUP))
		what |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		what |= CURL_CSELECT_OUT;
	if (revents & (POLLERR | POLLNVAL))
		what |= CURL_CSELECT_ERR;
	http->curl->lib.multi_socket_action(http->curl->multi, at->fd, what, &running); /* may free `at` */
	take_ended(http);
}

static void socket_forget(struct http_socket *at)
{
	struct http *http = at->http;
	loop_unwatch(http->loop, at->watch);
	*(at->prev ? &at->prev->next : &http->curl->sockets) = at->next;
	if (at->next)
		at->next->prev = at->prev;
	free(at);
}

/* For CURLMOPT_SOCKETFUNCTION: what libcurl wants to know of a socket. `known` is what multi_assign has put
 * there, NULL for a new one. */
static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct http *http = arg;
	struct http_socket *at = known;
	short events = 0;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (at)
			socket_forget(at);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= POLLIN;
	if (what & CURL_POLL_OUT)
		events |= POLLOUT;
	if (at) {
		loop_watch_events(at->watch, events);
		return 0;
	}
	at = HEAP_NEW(struct http_socket);
	*at = (struct http_socket){ .http = http, .fd = fd, .next = http->curl->sockets };
	if (http->curl->sockets)
		http->curl->sockets->prev = at;
	http->curl->sockets = at;
	at->watch = loop_watch(http->loop, fd, events, socket_ready, at);
	http->curl->lib.multi_assign(http->curl->multi, fd, at);
	return 0;
}

/* Loads libcurl for the first request that needs it. */
static int open_libcurl(struct http *http, struct errors *errors)
{
	if (http->curl)
		return 0;
	struct http_curl *curl = HEAP_NEW(struct http_curl);
	if (curl_lib_open(&curl->lib, errors) != 0) {
		free(curl);
		return -1;
	}
	curl->multi = curl->lib.multi_init();
	if (!curl->multi) {
		free(curl);
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl cannot be initialised");
	}
	curl->lib.multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl->lib.multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, http);
	curl->lib.multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl->lib.multi_setopt(curl->multi, CURLMOPT_TIMERDATA, http);
	/* Room for all: long streams hold a connection each and must not push out the idle ones. */
	curl->lib.multi_setopt(curl->multi, CURLMOPT_MAXCONNECTS, 4096L);
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
	if (open_libcurl(http, errors) != 0)
		return -1;
	transfer->easy =
		http->curl->nidle ? http->curl->idle[--http->curl->nidle] : http->curl->lib.easy_init();
	if (!transfer->easy)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl gives no handle");
	http_curl_options(transfer);
	CURLMcode code = http->curl->lib.multi_add_handle(http->curl->multi, transfer->easy);
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
		http->curl->lib.multi_remove_handle(http->curl->multi, transfer->easy);
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
	curl->lib.multi_cleanup(curl->multi);
	while (curl->sockets)
		socket_forget(curl->sockets);
	loop_cancel(http->loop, curl->timer);
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
