/* An engine of canned answers behind a real socket, on the loop of the test. */
#ifndef TESTS_ENGINE_CASE_H
#define TESTS_ENGINE_CASE_H

#include "engine/connect/engine.h"
#include "folder_case.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

struct peer {
	int fd; /* -1: the client has closed */
	struct loop_watch *watch;
	char text[16384];
	size_t len;
};

static struct engine engine;
static int listener;
static struct peer **peers;
static size_t npeers;

/* The test answers each whole request, which begins with method and path. */
static void answer(struct peer *peer, char *request);

static inline void reply(struct peer *peer, int status, const char *type, const char *body, size_t len)
{
	char head[256];
	int n = snprintf(head, sizeof head,
		"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", status, type, len);
	if (send(peer->fd, head, (size_t)n, MSG_NOSIGNAL) == n) /* who has given up has closed it */
		assert_int_equal(send(peer->fd, body, len, MSG_NOSIGNAL), len);
}

static inline void reply_json(struct peer *peer, int status, const char *body)
{
	reply(peer, status, "application/json", body, strlen(body));
}

static inline void peer_close(struct peer *peer)
{
	if (peer->fd < 0)
		return;
	loop_unwatch(engine.loop, peer->watch);
	close(peer->fd);
	peer->fd = -1;
}

static inline void peer_read(void *arg, short revents)
{
	(void)revents;
	struct peer *peer = arg;
	ssize_t got = read(peer->fd, peer->text + peer->len, sizeof peer->text - 1 - peer->len);
	if (got <= 0) {
		peer_close(peer);
		return;
	}
	peer->len += (size_t)got;
	peer->text[peer->len] = '\0';
	const char *end = strstr(peer->text, "\r\n\r\n");
	const char *length = strcasestr(peer->text, "Content-Length:");
	if (!end ||
		peer->len < (size_t)(end - peer->text) + 4 + (length ? strtoul(length + 15, NULL, 10) : 0))
		return;
	peer->len = 0;
	answer(peer, peer->text);
}

static inline void peer_accept(void *arg, short revents)
{
	(void)arg, (void)revents;
	struct peer *peer = NULL;
	for (size_t i = 0; i < npeers && !peer; i++)
		peer = peers[i]->fd < 0 ? peers[i] : NULL;
	if (!peer)
		peer = *ARENA_PUSH(arena, peers, npeers) = ARENA_NEW(arena, struct peer);
	peer->fd = accept(listener, NULL, NULL);
	peer->len = 0;
	peer->watch = loop_watch(engine.loop, peer->fd, POLLIN, peer_read, peer);
}

/* `engine`, connected to the answers. */
static inline void engine_set_up(void **state, int api)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	folder_set_up(state);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/s", dir);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 16), 0);
	engine = (struct engine){ .arena = arena, .loop = loop_create(), .api = api };
	engine.endpoint.host = arena_printf(arena, "unix://%s", address.sun_path);
	engine.endpoint.socket = arena_strdup(arena, address.sun_path);
	engine.endpoint.url = "http://docker";
	engine.http = http_create(engine.loop, &engine.endpoint);
	loop_watch(engine.loop, listener, POLLIN, peer_accept, NULL);
	peers = NULL;
	npeers = 0;
}

static inline int engine_tear_down(void **state)
{
	http_destroy(engine.http);
	for (size_t i = 0; i < npeers; i++)
		peer_close(peers[i]);
	close(listener);
	loop_destroy(engine.loop);
	return folder_tear_down(state);
}

#endif
