#include "engine/http/hijack_inside.h"

#include "base/heap.h"
#include "engine/loop/unix_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM ((size_t)128 << 10) /* bytes read at a time */
#define SEND ((size_t)64 << 10)  /* bytes taken to be sent at a time */

/* Bytes through a descriptor */

static ssize_t plain_receive(struct hijack *hijack, char *to, size_t room)
{
	return recv(hijack->fd, to, room, MSG_DONTWAIT);
}

static ssize_t plain_send(struct hijack *hijack, const char *bytes, size_t len)
{
	return send(hijack->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int plain_shut(struct hijack *hijack)
{
	return shutdown(hijack->fd, SHUT_WR);
}

const struct hijack_wire hijack_wire_plain = { plain_receive, plain_send, plain_shut, false };

/* The life of a connection */

static struct hijack *hijack_of(const struct request *request)
{
	return http_transfer_of(request)->hijack;
}

static void hijack_ready(void *arg, short revents);
static void hijack_again(void *arg);

/* Waits for what can be done now. Nothing: not even for the other side's end, which poll would tell on and
 * on. */
static void hijack_wait(struct hijack *hijack)
{
	struct loop *loop = hijack->transfer->http->loop;
	bool reads = !hijack->transfer->paused && !hijack->transfer->held;
	short events = (short)((reads ? POLLIN : 0) | (hijack->sent < hijack->out.len ? POLLOUT : 0));
	if (hijack->watch && events) {
		loop_watch_events(hijack->watch, events);
	} else if (events) {
		hijack->watch = loop_watch(loop, hijack->fd, events, hijack_ready, hijack);
	} else {
		loop_unwatch(loop, hijack->watch);
		hijack->watch = NULL;
	}
}

static void hijack_free(struct hijack *hijack)
{
	struct loop *loop = hijack->transfer->http->loop;
	loop_unwatch(loop, hijack->watch);
	loop_cancel(loop, hijack->again);
	if (hijack->curl.multi)
		hijack_hang_up(hijack);
	else if (hijack->fd >= 0)
		close(hijack->fd);
	buf_finish(&hijack->out);
	http_wire_finish(&hijack->answer);
	free(hijack->room);
	hijack->transfer->hijack = NULL;
	free(hijack);
}

static void hijack_conclude(struct hijack *hijack, enum http_fault fault, int os_error, const char *words)
{
	struct transfer *transfer = hijack->transfer;
	hijack_free(hijack);
	http_conclude(transfer, fault, os_error, words);
}

/* Ends what we send once all of it has gone. Returns false when the connection is concluded by that. */
static bool shut_sent(struct hijack *hijack)
{
	if (!hijack->shut || hijack->is_shut || hijack->sent < hijack->out.len)
		return true;
	hijack->is_shut = true;
	if (hijack->deaf || hijack->wire->shut(hijack) == 0 || errno == ENOTCONN)
		return true;
	hijack_conclude(hijack, HTTP_CUT, 0,
		"the end of the input cannot be told over TLS: libcurl is not OpenSSL's");
	return false;
}

/* Sends what `out` holds, as far as it goes. The same bytes are tried again at the same place: TLS wants it
 * so. Returns false when the connection is concluded by that. */
static bool send_out(struct hijack *hijack)
{
	bool sends = hijack->sent < hijack->out.len;
	while (hijack->sent < hijack->out.len) {
		ssize_t n = hijack->wire->send(
			hijack, hijack->out.data + hijack->sent, hijack->out.len - hijack->sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n < 0) { /* what it had to say may be there to be read */
			hijack->deaf = true;
			hijack->sent = hijack->out.len;
			break;
		}
		hijack->sent += (size_t)n;
		hijack->transfer->heard = loop_now();
	}
	if (sends && hijack->open && !hijack->shut)
		http_take_room(hijack->transfer);
	return shut_sent(hijack);
}

/* Takes a piece of what has come. Returns false when the connection is concluded by that. */
static bool hijack_take(struct hijack *hijack, const char *bytes, size_t len)
{
	struct transfer *transfer = hijack->transfer;
	const char *at = bytes, *end = bytes + len, *piece;
	size_t size;
	for (;;) {
		switch (http_wire_next(&hijack->answer, &at, end, &piece, &size)) {
		case HTTP_WIRE_MORE:
			return true;
		case HTTP_WIRE_HEAD:
			http_take_head(transfer, hijack->answer.status);
			hijack->open = hijack->answer.status < 300;
			if (hijack->open && hijack->sent == hijack->out.len)
				http_take_room(transfer);
			break;
		case HTTP_WIRE_BODY:
			if (http_take_body(transfer, piece, size))
				break;
			hijack_conclude(hijack, HTTP_TOO_LARGE, 0, NULL);
			return false;
		case HTTP_WIRE_END:
			hijack_conclude(hijack, HTTP_OK, 0, NULL);
			return false;
		case HTTP_WIRE_BAD:
			hijack_conclude(hijack, HTTP_CUT, 0, hijack->answer.flaw);
			return false;
		}
	}
}

/* No more is read than can be kept. Returns false when the connection is concluded by that. */
static bool hijack_receive(struct hijack *hijack)
{
	struct transfer *transfer = hijack->transfer;
	struct http *http = transfer->http;
	size_t left = HTTP_PENDING_MOST - transfer->pending.len, most = left < ROOM ? left : ROOM;
	if (!most) {
		transfer->paused = true;
		return true;
	}
	if (!hijack->room)
		hijack->room = heap_resize(NULL, ROOM, 1);
	ssize_t len = hijack->wire->receive(hijack, hijack->room, most);
	if (len > 0) {
		if (!hijack_take(hijack, hijack->room, (size_t)len))
			return false;
		if (hijack->wire->keeps && !hijack->again)
			hijack->again = loop_after(http->loop, 0, hijack_again, hijack);
	} else if (len == 0 || (errno != EAGAIN && errno != EINTR)) {
		bool whole = len == 0 && http_wire_ended(&hijack->answer);
		hijack_conclude(hijack, whole ? HTTP_OK : HTTP_CUT, 0, NULL);
		return false;
	}
	return true;
}

/* Does what can be done without waiting, then tells of it. */
static void hijack_turn(struct hijack *hijack, short revents)
{
	struct http *http = hijack->transfer->http;
	bool goes_on = !(revents & POLLOUT) || send_out(hijack);
	bool reads = goes_on && !hijack->transfer->held && !hijack->transfer->paused;
	if (reads && (revents & ~POLLOUT))
		goes_on = hijack_receive(hijack);
	if (goes_on)
		hijack_wait(hijack);
	http_deliver(http);
}

static void hijack_ready(void *arg, short revents)
{
	hijack_turn(arg, revents);
}

/* Connecting */

static void dial_unix(struct hijack *hijack)
{
	struct transfer *transfer = hijack->transfer;
	int fd = unix_socket_connect(transfer->http->endpoint->socket);
	if (fd >= 0) {
		transfer->http->connects++;
		hijack_connected(hijack, fd, &hijack_wire_plain);
	} else if (errno == EAGAIN && loop_now() - transfer->began < HTTP_CONNECT_MS * 1000000) {
		hijack->again = loop_after(transfer->http->loop, HTTP_CONNECT_AGAIN, hijack_again, hijack);
	} else {
		hijack_conclude(hijack, HTTP_NO_CONNECT, errno, NULL);
	}
}

/* From the loop: connects to a socket, or reads what the wire has kept. */
static void hijack_again(void *arg)
{
	struct hijack *hijack = arg;
	struct http *http = hijack->transfer->http;
	hijack->again = NULL;
	if (hijack->fd >= 0) {
		hijack_turn(hijack, POLLIN | POLLOUT);
		return;
	}
	dial_unix(hijack);
	http_deliver(http);
}

void hijack_connected(struct hijack *hijack, int fd, const struct hijack_wire *wire)
{
	hijack->fd = fd;
	hijack->wire = wire;
	hijack->transfer->sent++;
	if (send_out(hijack))
		hijack_wait(hijack);
}

static bool hijack_takes(const struct transfer *transfer)
{
	return transfer->request.upgrade;
}

static int hijack_start(struct transfer *transfer, struct errors *errors)
{
	struct http *http = transfer->http;
	struct request *request = &transfer->request;
	const char *socket = http->endpoint->socket;
	struct hijack *hijack = HEAP_NEW(struct hijack);
	*hijack = (struct hijack){ .transfer = transfer, .fd = -1 };
	transfer->hijack = hijack;
	http_wire_init(&hijack->answer, &transfer->head, false);
	hijack->answer.upgrades = true;
	if (!http_put_request(transfer, &hijack->out))
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s %s: cannot be sent as it is",
			request->method, request->path);
	transfer->under_way = true;
	snprintf(request->address, sizeof request->address, "%s", socket ? socket : "");
	if (!socket)
		return hijack_dial(hijack, errors);
	hijack->again = loop_after(http->loop, 0, hijack_again, hijack);
	return 0;
}

static void hijack_release(struct transfer *transfer)
{
	if (transfer->hijack)
		hijack_free(transfer->hijack);
}

/* What was not read meanwhile is, if there is something. */
static void hijack_resume(struct transfer *transfer)
{
	struct hijack *hijack = transfer->hijack;
	if (!hijack || hijack->fd < 0)
		return;
	hijack_wait(hijack);
	if (hijack->wire->keeps && !hijack->again)
		hijack->again = loop_after(transfer->http->loop, 0, hijack_again, hijack);
}

static void hijack_finish(struct http *http)
{
	(void)http;
}

const struct http_carrier http_carrier_hijack = {
	.takes = hijack_takes,
	.start = hijack_start,
	.release = hijack_release,
	.resume = hijack_resume,
	.finish = hijack_finish,
};

/* What goes */

size_t hijack_room(const struct request *request)
{
	const struct hijack *hijack = hijack_of(request);
	bool takes = hijack && hijack->open && !hijack->shut && !hijack->deaf;
	return takes && hijack->sent == hijack->out.len ? SEND : 0;
}

void hijack_send(struct request *request, const char *bytes, size_t len)
{
	struct hijack *hijack = hijack_of(request);
	if (!len || len > hijack_room(request))
		return;
	hijack->out.most = SEND;
	buf_reset(&hijack->out);
	hijack->sent = 0;
	buf_append(&hijack->out, bytes, len);
	hijack_wait(hijack); /* sent from the loop */
}

void hijack_shut(struct request *request)
{
	struct hijack *hijack = hijack_of(request);
	if (!hijack || hijack->shut)
		return;
	hijack->shut = true;
	if (hijack->sent == hijack->out.len && !hijack->again)
		hijack->again = loop_after(request->http->loop, 0, hijack_again, hijack);
}

void hijack_hold(struct request *request, bool held)
{
	struct transfer *transfer = http_transfer_of(request);
	if (transfer->held == held)
		return;
	transfer->held = held;
	hijack_resume(transfer);
}
