#include "engine/probe/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Stops watching and tells of the end; the callback may finish the dial. */
static void tell_end(struct dial *dial, enum dial_event event)
{
	loop_unwatch(dial->loop, dial->watch);
	dial->watch = NULL;
	dial->on(dial->arg, event);
}

static void fail_later(void *arg)
{
	struct dial *dial = arg;
	dial->timer = NULL;
	tell_end(dial, DIAL_ERROR);
}

static void on_readable(struct dial *dial)
{
	char bytes[8192];
	ssize_t n = recv(dial->fd, bytes, sizeof bytes, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		dial->error = errno;
	else if (n > 0 && !buf_append(&dial->in, bytes, (size_t)n))
		dial->error = EMSGSIZE;
	if (dial->error)
		tell_end(dial, DIAL_ERROR);
	else if (n == 0)
		tell_end(dial, DIAL_END);
	else
		dial->on(dial->arg, DIAL_DATA);
}

static void on_ready(void *arg, short revents)
{
	struct dial *dial = arg;
	(void)revents;
	if (dial->connected) {
		on_readable(dial);
		return;
	}
	socklen_t size = sizeof dial->error;
	if (getsockopt(dial->fd, SOL_SOCKET, SO_ERROR, &dial->error, &size) != 0)
		dial->error = errno;
	if (dial->error) {
		tell_end(dial, DIAL_ERROR);
		return;
	}
	dial->connected = true;
	loop_watch_events(dial->watch, POLLIN);
	dial->on(dial->arg, DIAL_CONNECTED);
}

/* Returns the length of the address, 0 when it is not numeric. */
static socklen_t address_of(const char *text, int64_t port, struct sockaddr_storage *ret_address)
{
	struct sockaddr_in *four = (struct sockaddr_in *)ret_address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret_address;
	memset(ret_address, 0, sizeof *ret_address);
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		return sizeof *four;
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)port);
		return sizeof *six;
	}
	return 0;
}

void dial_begin(struct dial *dial, struct loop *loop, const char *address, int64_t port, size_t most,
	void (*on)(void *arg, enum dial_event event), void *arg)
{
	struct sockaddr_storage peer;
	socklen_t size = address_of(address, port, &peer);
	*dial = (struct dial){ .loop = loop, .fd = -1, .on = on, .arg = arg };
	buf_init(&dial->in, most);
	if (size)
		dial->fd = socket(peer.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	else
		errno = EINVAL;
	if (dial->fd < 0 ||
		(connect(dial->fd, (struct sockaddr *)&peer, size) != 0 && errno != EINPROGRESS)) {
		dial->error = errno;
		dial->timer = loop_after(loop, 0, fail_later, dial);
		return;
	}
	dial->watch = loop_watch(loop, dial->fd, POLLOUT, on_ready, dial);
}

bool dial_send(struct dial *dial, const char *bytes, size_t len)
{
	return dial->fd >= 0 && send(dial->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

void dial_finish(struct dial *dial)
{
	if (!dial->loop)
		return;
	loop_unwatch(dial->loop, dial->watch);
	loop_cancel(dial->loop, dial->timer);
	if (dial->fd >= 0)
		close(dial->fd);
	buf_finish(&dial->in);
	*dial = (struct dial){ .fd = -1 };
}
