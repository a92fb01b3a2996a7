/* Carries requests to an engine on a unix socket: kept connections, HTTP/1.1, one exchange at a time on each.
 */
#include "engine/http/http_inside.h"
#include "engine/loop/unix_socket.h"

#include "base/heap.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ROOM  ((size_t)256 << 10) /* bytes read at a time */
#define CHUNK ((size_t)64 << 10)  /* bytes of an upload at a time */
#define BURST 8                   /* chunks sent before others have their turn */

/* A connection. Without a transfer it is idle. */
struct http_link {
	struct http *http;
	struct transfer *transfer;
	int fd; /* -1: not connected yet */
	struct loop_watch *watch;
	struct loop_timer *deadline, *again;
	struct buf out; /* to be sent, from `sent` on */
	size_t sent;
	int os_error;   /* of the connect that failed */
	bool uploading; /* the request's upload has more */
	bool kept;      /* has carried an exchange before */
	bool answered;  /* some of the answer has come */
	struct http_wire wire;
	struct http_link *prev, *next;
};

static void link_dial(struct http_link *link);

/* Closes the connection; the link stays. */
static void hang_up(struct http_link *link)
{
	struct loop *loop = link->http->loop;
	loop_unwatch(loop, link->watch);
	loop_cancel(loop, link->again);
	link->watch = NULL;
	link->again = NULL;
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

static void link_free(struct http_link *link)
{
	hang_up(link);
	loop_cancel(link->http->loop, link->deadline);
	*(link->prev ? &link->prev->next : &link->http->links) = link->next;
	if (link->next)
		link->next->prev = link->prev;
	buf_finish(&link->out);
	http_wire_finish(&link->wire);
	free(link);
}

/* Takes the transfer off its connection, which is kept when another exchange can follow. */
static void link_part(struct http_link *link, bool reusable)
{
	size_t idle = 0;
	link->transfer->link = NULL;
	link->transfer = NULL;
	loop_cancel(link->http->loop, link->deadline);
	link->deadline = NULL;
	for (const struct http_link *at = link->http->links; at; at = at->next)
		idle += !at->transfer;
	if (!reusable || idle > HTTP_IDLE_MOST) {
		link_free(link);
		return;
	}
	link->kept = true;
	buf_finish(&link->out);
	loop_watch_events(link->watch, POLLIN);
}

static void link_conclude(struct http_link *link, enum http_fault fault, const char *words, bool reusable)
{
	struct transfer *transfer = link->transfer;
	int os_error = link->os_error;
	link_part(link, reusable);
	http_conclude(transfer, fault, os_error, words);
}

/* Sending */

/* Writes the whole request, but for an upload, into `out`. False when it cannot be sent as it is. */
static bool write_request(struct http_link *link)
{
	link->sent = 0;
	link->uploading = link->transfer->request.upload != NULL;
	return http_put_request(link->transfer, &link->out);
}

/* Fills `out` with the next chunk of the upload. False when the source fails. */
static bool next_chunk(struct http_link *link)
{
	struct request *request = &link->transfer->request;
	char *room = heap_resize(NULL, CHUNK, 1);
	ssize_t len = request->upload(request, room, CHUNK);
	buf_reset(&link->out);
	link->sent = 0;
	link->uploading = len > 0;
	if (len >= 0) {
		buf_printf(&link->out, "%zx\r\n", (size_t)len);
		buf_append(&link->out, room, (size_t)len);
		buf_puts(&link->out, "\r\n");
	}
	free(room);
	return len >= 0;
}

/* Sends what `out` holds. Returns whether all of it has gone. */
static bool send_out(struct http_link *link)
{
	while (link->sent < link->out.len) {
		ssize_t n = send(link->fd, link->out.data + link->sent, link->out.len - link->sent,
			MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) { /* the peer has closed: it may have answered before */
			link->sent = link->out.len;
			link->uploading = false;
			return true;
		}
		if (n < 0)
			return false;
		link->sent += (size_t)n;
		link->transfer->heard = loop_now();
	}
	return true;
}

static void set_events(struct http_link *link)
{
	short events = link->transfer->paused ? 0 : POLLIN;
	if (link->sent < link->out.len || link->uploading)
		events |= POLLOUT;
	loop_watch_events(link->watch, events);
}

/* The socket takes more. */
static void send_more(struct http_link *link)
{
	for (unsigned chunks = 0; send_out(link) && link->uploading && chunks < BURST; chunks++) {
		if (!next_chunk(link)) {
			link_conclude(link, HTTP_CUT, "what was to be sent could not be read", false);
			return;
		}
	}
	set_events(link);
}

/* Receiving */

/* The connection has ended. A kept one may have been closed by the engine before it saw the request. */
static void at_end(struct http_link *link)
{
	const struct request *request = &link->transfer->request;
	if (http_wire_ended(&link->wire)) {
		link_conclude(link, HTTP_OK, NULL, false);
	} else if (link->kept && !link->answered && http_is_harmless(request)) {
		hang_up(link);
		link->kept = false;
		link_dial(link);
	} else {
		link_conclude(link, HTTP_CUT, NULL, false);
	}
}

/* Takes a piece of the answer. The link may be gone after it. */
static void link_take(struct http_link *link, const char *bytes, size_t len)
{
	struct transfer *transfer = link->transfer;
	const char *at = bytes, *end = bytes + len, *piece;
	size_t size;
	link->answered = true;
	for (;;) {
		switch (http_wire_next(&link->wire, &at, end, &piece, &size)) {
		case HTTP_WIRE_MORE:
			return;
		case HTTP_WIRE_HEAD:
			http_take_head(transfer, link->wire.status);
			break;
		case HTTP_WIRE_BODY:
			if (http_take_body(transfer, piece, size))
				break;
			link_conclude(link, HTTP_TOO_LARGE, NULL, false);
			return;
		case HTTP_WIRE_END:
			link_conclude(link, HTTP_OK, NULL,
				link->wire.keep && at == end && !link->uploading &&
					link->sent == link->out.len);
			return;
		case HTTP_WIRE_BAD:
			link_conclude(link, HTTP_CUT, link->wire.flaw, false);
			return;
		}
	}
}

/* The socket has something: not more is read than can be kept, so that nothing has to be held back here. */
static void link_receive(struct http_link *link)
{
	struct transfer *transfer = link->transfer;
	struct http *http = link->http;
	size_t most = ROOM;
	if (transfer->request.data && HTTP_PENDING_MOST - transfer->pending.len < most)
		most = HTTP_PENDING_MOST - transfer->pending.len;
	if (!most || transfer->held) {
		transfer->paused = true;
		set_events(link);
		return;
	}
	if (!http->room)
		http->room = heap_resize(NULL, ROOM, 1);
	ssize_t len = recv(link->fd, http->room, most, MSG_DONTWAIT);
	if (len > 0)
		link_take(link, http->room, (size_t)len);
	else if (len == 0 || (errno != EAGAIN && errno != EINTR))
		at_end(link);
}

static void link_ready(void *arg, short revents)
{
	struct http_link *link = arg;
	struct http *http = link->http;
	if (!link->transfer) { /* closed by the engine while idle, or it speaks out of turn */
		link_free(link);
		return;
	}
	struct transfer *transfer = link->transfer;
	if (revents & POLLOUT)
		send_more(link);
	if (transfer->link == link && link->fd >= 0 && (revents & ~POLLOUT))
		link_receive(link);
	http_deliver(http);
}

/* Connecting */

static void on_deadline(void *arg)
{
	struct http_link *link = arg;
	struct http *http = link->http;
	link->deadline = NULL;
	link_conclude(
		link, link->transfer->sent ? HTTP_TIMEOUT : HTTP_NO_CONNECT, "no answer in time", false);
	http_deliver(http);
}

/* Tells of a connect that failed, from the loop; or tries again. */
static void on_again(void *arg)
{
	struct http_link *link = arg;
	struct http *http = link->http;
	link->again = NULL;
	if (link->os_error == EAGAIN && loop_now() - link->transfer->began < HTTP_CONNECT_MS * 1000000) {
		link_dial(link);
		return;
	}
	link_conclude(
		link, HTTP_NO_CONNECT, link->os_error ? NULL : "the request cannot be sent as it is", false);
	http_deliver(http);
}

/* Connects and sends as much of the request as goes at once. A unix socket connects at once or not at all. */
static void link_dial(struct http_link *link)
{
	link->fd = unix_socket_connect(link->http->endpoint->socket);
	link->os_error = link->fd < 0 ? errno : 0;
	if (link->os_error) {
		int64_t wait = link->os_error == EAGAIN ? HTTP_CONNECT_AGAIN : 0;
		hang_up(link);
		link->again = loop_after(link->http->loop, wait, on_again, link);
		return;
	}
	link->http->connects++;
	link->watch = loop_watch(link->http->loop, link->fd, POLLIN, link_ready, link);
	link->transfer->sent++;
	link->sent = 0;
	send_out(link);
	set_events(link);
}

/* An idle connection that the engine has not closed, or NULL. */
static struct http_link *idle_link(struct http *http)
{
	for (struct http_link *link = http->links, *next; link; link = next) {
		char byte;
		next = link->next;
		if (link->transfer)
			continue;
		if (recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN)
			return link;
		link_free(link);
	}
	return NULL;
}

static bool unix_takes(const struct transfer *transfer)
{
	const struct endpoint *endpoint = transfer->http->endpoint;
	return http_is_engine(&transfer->request) && endpoint && endpoint->socket;
}

/* Sends on an idle connection or on one of its own. */
static int unix_start(struct transfer *transfer, struct errors *errors)
{
	struct http *http = transfer->http;
	struct request *request = &transfer->request;
	struct http_link *link = idle_link(http);
	(void)errors; /* whatever fails is concluded */
	if (!link) {
		link = HEAP_NEW(struct http_link);
		*link = (struct http_link){ .http = http, .fd = -1, .next = http->links };
		if (http->links)
			http->links->prev = link;
		http->links = link;
	}
	link->transfer = transfer;
	link->answered = false;
	transfer->link = link;
	transfer->under_way = true;
	snprintf(request->address, sizeof request->address, "%s", http->endpoint->socket);
	http_wire_init(&link->wire, &transfer->head, strcmp(request->method, "HEAD") == 0);
	if (request->timeout > 0)
		link->deadline = loop_after(http->loop, request->timeout, on_deadline, link);
	if (!write_request(link)) {
		hang_up(link);
		link->again = loop_after(http->loop, 0, on_again, link);
	} else if (link->fd < 0) {
		link_dial(link);
	} else {
		transfer->sent++;
		send_out(link);
		set_events(link);
	}
	return 0;
}

static void unix_release(struct transfer *transfer)
{
	if (transfer->link)
		link_part(transfer->link, false);
}

static void unix_resume(struct transfer *transfer)
{
	if (transfer->link && transfer->link->watch)
		set_events(transfer->link);
}

static void unix_finish(struct http *http)
{
	while (http->links)
		link_free(http->links);
	free(http->room);
	http->room = NULL;
}

const struct http_carrier http_carrier_unix = {
	.takes = unix_takes,
	.start = unix_start,
	.release = unix_release,
	.resume = unix_resume,
	.finish = unix_finish,
};
