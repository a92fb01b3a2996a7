#include "engine/http_curl.h"

#include "base/heap.h"
#include "base/trace.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* What libcurl has to say */

/* Sets the result of an ended transfer from libcurl's code. */
static void conclude(struct transfer *transfer, CURLcode code)
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
	struct request *request = &transfer->request;
	const char *address = NULL;
	long connects = 0, os_error = 0;
	http->curl.easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
	http->curl.easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
	http->curl.easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &address);
	http->connects += (unsigned)connects;
	if (address)
		snprintf(request->address, sizeof request->address, "%s", address);
	request->fault = HTTP_CUT;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (faults[i].code == code)
			request->fault = faults[i].fault;
	bool headless = request->fault == HTTP_OK && !transfer->head_there;
	if (headless) /* libcurl takes a head that breaks off for a whole one */
		request->fault = HTTP_CUT;
	if (transfer->sent == 0 && code == CURLE_OPERATION_TIMEDOUT)
		request->fault = HTTP_NO_CONNECT;
	if (transfer->too_large)
		request->fault = HTTP_TOO_LARGE;
	if (request->fault == HTTP_NO_CONNECT)
		request->os_error = (int)os_error;
	if (headless || transfer->refused || code == CURLE_GOT_NOTHING)
		snprintf(transfer->error, sizeof transfer->error, "connection lost before an answer came");
	if (transfer->too_large)
		snprintf(transfer->error, sizeof transfer->error, "the answer is longer than %zu bytes",
			request->answer.most);
	if (request->os_error && request->path[0] == '/' && http->endpoint)
		snprintf(transfer->error, sizeof transfer->error, "cannot connect to %s: %s",
			http->endpoint->host, strerror(request->os_error));
	if (request->fault != HTTP_OK)
		request->failure = transfer->error[0] ? transfer->error : http->curl.easy_strerror(code);
	transfer->finished = true;
	http_trace(transfer);
	http_queue(transfer);
}

/* After libcurl was driven: takes the ended transfers from it, then tells what has come. */
static void after(struct http *http)
{
	const CURLMsg *message;
	int left;
	while ((message = http->curl.multi_info_read(http->multi, &left))) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;
		void *owner = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		http->curl.easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
		http->curl.multi_remove_handle(http->multi, easy);
		struct transfer *transfer = owner;
		transfer->added = false;
		conclude(transfer, code);
	}
	http_deliver(http);
}

static void timer_due(void *arg)
{
	struct http *http = arg;
	int running;
	http->timer = NULL;
	http->curl.multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	after(http);
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct http *http = arg;
	(void)multi;
	loop_cancel(http->loop, http->timer);
	http->timer = ms < 0 ? NULL : loop_after(http->loop, (int64_t)ms * 1000000, timer_due, http);
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
	http->curl.multi_socket_action(http->multi, at->fd, what, &running); /* may free `at` */
	after(http);
}

static void socket_forget(struct http_socket *at)
{
	struct http *http = at->http;
	loop_unwatch(http->loop, at->watch);
	*(at->prev ? &at->prev->next : &http->sockets) = at->next;
	if (at->next)
		at->next->prev = at->prev;
	free(at);
}

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
	*at = (struct http_socket){ .http = http, .fd = fd, .next = http->sockets };
	if (http->sockets)
		http->sockets->prev = at;
	http->sockets = at;
	at->watch = loop_watch(http->loop, fd, events, socket_ready, at);
	http->curl.multi_assign(http->multi, fd, at);
	return 0;
}

int http_curl_open(struct http *http, struct errors *errors)
{
	if (http->opened)
		return 0;
	if (curl_lib_open(&http->curl, errors) != 0)
		return -1;
	http->multi = http->curl.multi_init();
	if (!http->multi)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl cannot be initialised");
	http->curl.multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	http->curl.multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	http->curl.multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	http->curl.multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	/* Room for all: long streams hold a connection each and must not push out the idle ones. */
	http->curl.multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, 4096L);
	http->opened = true;
	return 0;
}

void http_curl_finish(struct http *http)
{
	if (!http->opened)
		return;
	while (http->nidle)
		http->curl.easy_cleanup(http->idle[--http->nidle]);
	http->curl.multi_cleanup(http->multi);
	while (http->sockets)
		socket_forget(http->sockets);
	loop_cancel(http->loop, http->timer);
	http->timer = NULL;
	http->opened = false;
}

int http_curl_start(struct transfer *transfer, struct errors *errors)
{
	struct http *http = transfer->http;
	if (http_curl_open(http, errors) != 0)
		return -1;
	transfer->easy = http->nidle ? http->idle[--http->nidle] : http->curl.easy_init();
	if (!transfer->easy)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl gives no handle");
	transfer->request.handle = transfer->easy;
	transfer->request.answer.most = transfer->request.most ? transfer->request.most : HTTP_ANSWER_MOST;
	http_curl_options(transfer);
	transfer->began = loop_now();
	CURLMcode code = http->curl.multi_add_handle(http->multi, transfer->easy);
	if (code != CURLM_OK)
		return error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "libcurl refuses a request (code %d)", (int)code);
	transfer->added = true;
	return 0;
}

void http_curl_release(struct transfer *transfer)
{
	struct http *http = transfer->http;
	if (!transfer->easy)
		return;
	if (transfer->added)
		http->curl.multi_remove_handle(http->multi, transfer->easy);
	transfer->added = false;
	http->curl.slist_free_all(transfer->headers);
	transfer->headers = NULL;
	if (http->nidle < HTTP_IDLE_MOST) {
		http->curl.easy_reset(transfer->easy);
		http->idle[http->nidle++] = transfer->easy;
	} else {
		http->curl.easy_cleanup(transfer->easy);
	}
	transfer->easy = transfer->request.handle = NULL;
}

void http_curl_resume(struct transfer *transfer)
{
	transfer->paused = false;
	if (transfer->added)
		transfer->http->curl.easy_pause(transfer->easy, CURLPAUSE_CONT);
}
