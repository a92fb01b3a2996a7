#include "engine/http/curl_loop.h"

#include "base/heap.h"

#include <poll.h>
#include <stdlib.h>

/* A descriptor that libcurl waits on. */
struct curl_socket {
	struct curl_loop *curl;
	curl_socket_t fd;
	struct loop_watch *watch;
	struct curl_socket *prev, *next;
};

/* After libcurl was driven. */
static void tell_ended(struct curl_loop *curl)
{
	const CURLMsg *message;
	int left;
	while ((message = curl->lib->multi_info_read(curl->multi, &left))) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;
		if (message->msg == CURLMSG_DONE)
			curl->ended(curl->arg, easy, code);
	}
	curl->driven(curl->arg);
}

static void timer_due(void *arg)
{
	struct curl_loop *curl = arg;
	int running;
	curl->timer = NULL;
	curl->lib->multi_socket_action(curl->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	tell_ended(curl);
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct curl_loop *curl = arg;
	(void)multi;
	loop_cancel(curl->loop, curl->timer);
	curl->timer = ms < 0 ? NULL : loop_after(curl->loop, (int64_t)ms * 1000000, timer_due, curl);
	return 0;
}

static void socket_ready(void *arg, short revents)
{
	struct curl_socket *at = arg;
	struct curl_loop *curl = at->curl;
	int running, what = 0;
	if (revents & (POLLIN | POLLHUP))
		what |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		what |= CURL_CSELECT_OUT;
	if (revents & (POLLERR | POLLNVAL))
		what |= CURL_CSELECT_ERR;
	curl->lib->multi_socket_action(curl->multi, at->fd, what, &running); /* may free `at` */
	tell_ended(curl);
}

static void socket_forget(struct curl_socket *at)
{
	struct curl_loop *curl = at->curl;
	loop_unwatch(curl->loop, at->watch);
	*(at->prev ? &at->prev->next : &curl->sockets) = at->next;
	if (at->next)
		at->next->prev = at->prev;
	free(at);
}

/* For CURLMOPT_SOCKETFUNCTION: what libcurl wants to know of a socket. `known` is what multi_assign has put
 * there, NULL for a new one. */
static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct curl_loop *curl = arg;
	struct curl_socket *at = known;
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
	at = HEAP_NEW(struct curl_socket);
	*at = (struct curl_socket){ .curl = curl, .fd = fd, .next = curl->sockets };
	if (curl->sockets)
		curl->sockets->prev = at;
	curl->sockets = at;
	at->watch = loop_watch(curl->loop, fd, events, socket_ready, at);
	curl->lib->multi_assign(curl->multi, fd, at);
	return 0;
}

int curl_loop_open(
	struct curl_loop *curl, struct loop *loop, const struct curl_lib *lib, struct errors *errors)
{
	curl->loop = loop;
	curl->lib = lib;
	curl->multi = lib->multi_init();
	if (!curl->multi)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl cannot be initialised");
	lib->multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	lib->multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
	lib->multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	lib->multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
	return 0;
}

void curl_loop_close(struct curl_loop *curl)
{
	if (!curl->multi)
		return;
	curl->lib->multi_cleanup(curl->multi);
	curl->multi = NULL;
	while (curl->sockets)
		socket_forget(curl->sockets);
	loop_cancel(curl->loop, curl->timer);
	curl->timer = NULL;
}
