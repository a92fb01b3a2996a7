/* Stands between docker flow and the engine and spoils requests on purpose.
 *
 *   faultproxy [--skip-ping] [--log FILE] [--fault KIND@WHEN]... LISTEN ENGINE
 *
 * LISTEN and ENGINE are paths of unix sockets; LISTEN exists as soon as connections are accepted. Requests
 * are counted from 1 over all connections; with --skip-ping those to /_ping are neither counted nor spoiled.
 * FILE gets a line per request: number, method, path, fault.
 *
 * WHEN is 17 (the 17th request), 17+ (it and all later ones) or any other text: every request that has it in
 * "METHOD path". KIND is one of
 *
 *   cut         the connection is closed before the engine sees the request
 *   lost        the engine does it, the answer is dropped and the connection closed
 *   half        the answer breaks off in its middle
 *   silence     the engine does it, and nothing ever comes; the connection stays
 *   deaf        the engine never sees the request, and nothing ever comes; the connection stays
 *   stall       the answer stops in its middle; the connection stays
 *   500, 503    answered without the engine
 *   kill        kill -9 of the client when the engine has answered; the answer is dropped
 *   kill-early  kill -9 of the client before the engine sees the request
 *   delay:MS    the request is held back for so long
 *
 * One thread, a poll loop, two fixed buffers per connection. What was switched to another protocol is passed
 * on as it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/faultproxy_http.h"

enum { CONNECTIONS_MAX = 256, FAULTS_MAX = 16 };

enum kind {
	FAULT_NONE,
	FAULT_CUT,
	FAULT_LOST,
	FAULT_HALF,
	FAULT_SILENCE,
	FAULT_DEAF,
	FAULT_STALL,
	FAULT_500,
	FAULT_503,
	FAULT_KILL,
	FAULT_KILL_EARLY,
	FAULT_DELAY
};

/* In the order of the enum. */
static const char *const kind_names[] = { "", "cut", "lost", "half", "silence", "deaf", "stall", "500", "503",
	"kill", "kill-early", "delay" };

/* One --fault: by number, or by text when `text` is set. */
struct fault {
	enum kind kind;
	int delay_ms;
	unsigned long first, last;
	const char *text;
};

struct connection {
	int client, engine;
	pid_t pid; /* the client's */
	struct way up, down;
	enum { ASK_HEAD, ASK_BODY, ASK_DONE } ask;
	enum { REPLY_NONE, REPLY_HEAD, REPLY_BODY, REPLY_DONE } reply;
	struct body ask_body, reply_body;
	enum kind fault;
	bool head_request, counted, tunnel;
	bool closing; /* when `down` is written */
	bool muted;   /* nothing goes on any more but what `down` has ready */
	int64_t held_until;
	int64_t half_left; /* bytes of the answer's body that still go out; -1: all */
};

struct proxy {
	int listening;
	const char *engine_path;
	bool skip_ping;
	FILE *log;
	struct fault faults[FAULTS_MAX];
	size_t nfaults;
	unsigned long count;
	struct connection *connections[CONNECTIONS_MAX];
	size_t nconnections;
};

static char listen_path[sizeof((struct sockaddr_un *)0)->sun_path];

static int64_t now_ms(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* The fault for a request; counts it and writes its line. */
static const struct fault *spoil(struct proxy *proxy, const char *head, size_t length)
{
	static const struct fault none;
	const struct fault *found = &none;
	char line[512];
	const char *end = memchr(head, '\r', length), *second = memchr(head, ' ', length);
	const char *last = second ? memchr(second + 1, ' ', (size_t)(end - second - 1)) : NULL;
	snprintf(line, sizeof line, "%.*s", (int)((last ? last : end) - head), head);
	if (proxy->skip_ping && strstr(line, "/_ping")) {
		if (proxy->log)
			fprintf(proxy->log, "- %s\n", line);
		return &none;
	}
	proxy->count++;
	for (size_t i = 0; i < proxy->nfaults && found == &none; i++) {
		const struct fault *fault = &proxy->faults[i];
		if (fault->text ? strstr(line, fault->text) != NULL
				: proxy->count >= fault->first && proxy->count <= fault->last)
			found = fault;
	}
	if (proxy->log)
		fprintf(proxy->log, "%lu %s%s%s\n", proxy->count, line, found->kind ? " " : "",
			kind_names[found->kind]);
	return found;
}

/* Puts an answer of our own into the way to the client. */
static void answer(struct connection *c)
{
	static const char text[] = "{\"message\":\"injected fault\"}\n";
	int length = snprintf(c->down.bytes, BUFFER,
		"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		c->fault == FAULT_500 ? "500 Internal Server Error" : "503 Service Unavailable",
		sizeof text - 1, c->head_request ? "" : text);
	c->down.length = c->down.ready = (size_t)length;
	c->fault = FAULT_NONE;
	c->ask = ASK_HEAD;
}

/* A complete head of a request has arrived. Returns -1 when the connection is to be closed. */
static int ask_head(struct proxy *proxy, struct connection *c, size_t length)
{
	const char *head = c->up.bytes + c->up.ready;
	if (!c->counted) {
		const struct fault *fault = spoil(proxy, head, length);
		c->counted = true;
		c->fault = fault->kind;
		c->half_left = -1;
		c->head_request = !strncmp(head, "HEAD ", 5);
		if (c->fault == FAULT_KILL_EARLY)
			kill(c->pid, SIGKILL);
		if (c->fault == FAULT_KILL_EARLY || c->fault == FAULT_CUT)
			return -1;
		if (c->fault == FAULT_DEAF) {
			c->muted = true;
			return 0;
		}
		if (c->fault == FAULT_DELAY)
			c->held_until = now_ms() + fault->delay_ms;
	}
	if (now_ms() < c->held_until)
		return 0;
	c->counted = false;
	http_body_init(&c->ask_body, head, length);
	c->ask = ASK_BODY;
	if (c->fault == FAULT_500 || c->fault == FAULT_503) {
		way_drop(&c->up, length);
		return 0;
	}
	c->up.ready += length;
	c->reply = REPLY_HEAD;
	return 0;
}

/* Advances over what the client has sent. Returns -1 when the connection is to be closed. */
static int ask(struct proxy *proxy, struct connection *c)
{
	struct way *up = &c->up;
	if (c->ask == ASK_DONE && c->reply == REPLY_DONE && c->down.length == 0)
		c->ask = ASK_HEAD;
	if (c->ask == ASK_HEAD && c->down.length == 0) {
		size_t length = http_head_length(up->bytes + up->ready, up->length - up->ready);
		if (length == 0)
			return up->length - up->ready == BUFFER ? -1 : 0;
		if (ask_head(proxy, c, length))
			return -1;
	}
	if (c->ask == ASK_BODY) {
		bool own = c->fault == FAULT_500 || c->fault == FAULT_503, done;
		size_t count =
			http_body_take(&c->ask_body, up->bytes + up->ready, up->length - up->ready, &done);
		if (own)
			way_drop(up, count);
		else
			up->ready += count;
		if (done)
			c->ask = ASK_DONE;
		if (done && own)
			answer(c);
	}
	return 0;
}

/* Nothing follows what is ready. */
static void break_off(struct connection *c)
{
	c->closing = c->fault == FAULT_HALF;
	c->muted = c->fault == FAULT_STALL;
}

/* A complete head of an answer has arrived. Returns -1 when the connection is to be closed. */
static int reply_head(struct connection *c, size_t length)
{
	const char *head = c->down.bytes + c->down.ready;
	int status = length > 12 ? (int)strtol(head + 9, NULL, 10) : 0;
	bool bodiless = c->head_request || status == 204 || status == 304, sized;
	if (status >= 100 && status < 200 && status != 101) {
		c->down.ready += length;
		return 0;
	}
	if (c->fault == FAULT_KILL)
		kill(c->pid, SIGKILL);
	if (c->fault == FAULT_KILL || c->fault == FAULT_LOST)
		return -1;
	if (c->fault == FAULT_SILENCE) {
		c->muted = true;
		return 0;
	}
	sized = http_body_init(&c->reply_body, head, length);
	if (bodiless)
		c->reply_body.kind = BODY_NONE;
	if (c->fault == FAULT_HALF || c->fault == FAULT_STALL) {
		if (bodiless || status == 101 ||
			(c->reply_body.kind == BODY_LENGTH && c->reply_body.left == 0)) {
			c->down.ready += length / 2;
			break_off(c);
			return 0;
		}
		c->half_left =
			c->reply_body.kind == BODY_LENGTH ? (int64_t)(c->reply_body.left / 2) : INT64_MAX;
	}
	c->down.ready += length;
	c->reply = REPLY_BODY;
	c->tunnel = status == 101 || (!sized && !bodiless);
	return 0;
}

/* Advances over what the engine has sent. Returns -1 when the connection is to be closed. */
static int reply(struct connection *c)
{
	struct way *down = &c->down;
	if (c->reply == REPLY_HEAD) {
		size_t length = http_head_length(down->bytes + down->ready, down->length - down->ready);
		if (length == 0)
			return down->length - down->ready == BUFFER ? -1 : 0;
		if (reply_head(c, length))
			return -1;
	}
	if (c->reply == REPLY_BODY && !c->tunnel && !c->closing && !c->muted) {
		bool done;
		size_t count = http_body_take(
			&c->reply_body, down->bytes + down->ready, down->length - down->ready, &done);
		if (c->half_left == INT64_MAX && count > 0) /* chunked: half of what came first */
			c->half_left = (int64_t)(count / 2);
		if (c->half_left >= 0 && c->half_left <= (int64_t)count) {
			down->ready += (size_t)c->half_left;
			break_off(c);
			return 0;
		}
		if (c->half_left >= 0)
			c->half_left -= (int64_t)count;
		down->ready += count;
		if (done)
			c->reply = REPLY_DONE;
	}
	return 0;
}

/* Passes on what can be, after a poll round. Returns -1 when the connection is over. */
static int connection_turn(struct proxy *proxy, struct connection *c)
{
	if (c->muted) {
		c->up.length = c->up.ready = 0;
		c->down.length = c->down.ready;
		return c->up.ended || (c->down.ready > 0 && way_write(&c->down, c->client)) ? -1 : 0;
	}
	if (c->tunnel) {
		c->up.ready = c->up.length;
		c->down.ready = c->down.length;
	} else if (ask(proxy, c) || reply(c)) {
		return -1;
	}
	if (c->up.ready > 0 && !c->closing && way_write(&c->up, c->engine))
		return -1;
	if (c->down.ready > 0 && way_write(&c->down, c->client))
		return -1;
	if (c->muted)
		return 0;
	if (c->closing || c->down.ended)
		return c->down.ready == 0 ? -1 : 0;
	if (c->up.ended && c->tunnel) {
		if (c->up.length == 0)
			shutdown(c->engine, SHUT_WR);
		return 0;
	}
	return c->up.ended ? -1 : 0;
}

static void connection_close(struct proxy *proxy, size_t i)
{
	close(proxy->connections[i]->client);
	close(proxy->connections[i]->engine);
	free(proxy->connections[i]);
	proxy->connections[i] = proxy->connections[--proxy->nconnections];
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void connection_open(struct proxy *proxy)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof peer;
	struct connection *c;
	int client = accept4(proxy->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), engine;
	if (client < 0)
		return;
	engine = proxy->nconnections < CONNECTIONS_MAX ? connect_to(proxy->engine_path) : -1;
	c = engine >= 0 ? calloc(1, sizeof *c) : NULL;
	if (!c) {
		if (engine >= 0)
			close(engine);
		close(client);
		return;
	}
	fcntl(engine, F_SETFL, O_NONBLOCK);
	getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	c->client = client;
	c->engine = engine;
	c->pid = peer.pid;
	proxy->connections[proxy->nconnections++] = c;
}

/* What to wait for on a descriptor that one way comes from and the other goes to. */
static short events_of(const struct way *from, const struct way *to)
{
	return (short)((from->length < BUFFER && !from->ended ? POLLIN : 0) | (to->ready > 0 ? POLLOUT : 0));
}

/* One round: wait, read, pass on. */
static void proxy_turn(struct proxy *proxy)
{
	struct pollfd fds[1 + 2 * CONNECTIONS_MAX] = { { .fd = proxy->listening, .events = POLLIN } };
	size_t count = proxy->nconnections;
	int timeout = -1;
	for (size_t i = 0; i < count; i++) {
		struct connection *c = proxy->connections[i];
		int64_t wait = c->counted ? c->held_until - now_ms() : -1;
		if (c->counted && (timeout < 0 || wait < timeout))
			timeout = wait > 0 ? (int)wait : 0;
		fds[1 + 2 * i] = (struct pollfd){ .fd = c->client, .events = events_of(&c->up, &c->down) };
		fds[2 + 2 * i] = (struct pollfd){ .fd = c->muted && c->down.ended ? -1 : c->engine,
			.events = events_of(&c->down, &c->up) };
	}
	if (poll(fds, 1 + 2 * count, timeout) < 0)
		return;
	for (size_t i = count; i-- > 0;) {
		struct connection *c = proxy->connections[i];
		short client = fds[1 + 2 * i].revents, engine = fds[2 + 2 * i].revents;
		bool broken = (client & POLLERR) || ((client & POLLHUP) && !(client & POLLIN));
		if ((client & POLLIN) && way_read(&c->up, c->client))
			broken = true;
		if ((engine & (POLLIN | POLLHUP | POLLERR)) && way_read(&c->down, c->engine))
			broken = true;
		if (broken || connection_turn(proxy, c))
			connection_close(proxy, i);
	}
	if (fds[0].revents & POLLIN)
		connection_open(proxy);
}

/* Reads KIND@WHEN. Returns false when it is neither. */
static bool fault_parse(struct proxy *proxy, char *text)
{
	struct fault *fault = &proxy->faults[proxy->nfaults];
	char *when = strchr(text, '@'), *end;
	if (proxy->nfaults == FAULTS_MAX || !when || !when[1])
		return false;
	*when++ = 0;
	*fault = (struct fault){ 0 };
	if (!strncmp(text, "delay:", 6)) {
		fault->kind = FAULT_DELAY;
		fault->delay_ms = (int)strtol(text + 6, NULL, 10);
	}
	for (enum kind kind = FAULT_CUT; kind < FAULT_DELAY; kind++)
		if (!strcmp(text, kind_names[kind]))
			fault->kind = kind;
	fault->first = fault->last = strtoul(when, &end, 10);
	if (end > when && !strcmp(end, "+"))
		fault->last = ~0UL;
	else if (*end)
		fault->text = when;
	proxy->nfaults++;
	return fault->kind != FAULT_NONE;
}

static void leave(int signal)
{
	(void)signal;
	unlink(listen_path);
	_exit(0);
}

/* Binds beside the path and moves it there once it listens. Returns the descriptor or -1. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || strlen(path) + 2 > sizeof address.sun_path)
		return -1;
	snprintf(listen_path, sizeof listen_path, "%s", path);
	snprintf(address.sun_path, sizeof address.sun_path, "%s~", path);
	unlink(address.sun_path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 128) ||
		rename(address.sun_path, listen_path)) {
		close(fd);
		return -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	static struct proxy proxy;
	int i = 1;
	for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--skip-ping"))
			proxy.skip_ping = true;
		else if (!strcmp(argv[i], "--log") && i + 1 < argc)
			proxy.log = fopen(argv[++i], "we");
		else if (strcmp(argv[i], "--fault") != 0 || i + 1 == argc || !fault_parse(&proxy, argv[++i]))
			break;
	}
	if (argc - i != 2) {
		fprintf(stderr,
			"usage: faultproxy [--skip-ping] [--log FILE] [--fault KIND@WHEN]... LISTEN ENGINE\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, leave);
	signal(SIGINT, leave);
	if (proxy.log)
		setvbuf(proxy.log, NULL, _IOLBF, 0);
	proxy.engine_path = argv[i + 1];
	proxy.listening = listen_at(argv[i]);
	if (proxy.listening < 0) {
		perror(argv[i]);
		return 1;
	}
	for (;;)
		proxy_turn(&proxy);
}
