/* An HTTP server on a unix socket and on a tcp port of loopback, in processes of its own; it does what a
 * request's path says: /ok, /echo, /400, /500, /bytes/N (in chunks; /busy/N with a 503), /cut, /hang, /die,
 * /early (an answer before the body, which is not read), /moved (a 307 to /ok of another host), /circle (a
 * 302 to itself), /file (to file:///), /line/N (a head with a line of N bytes), /lines/N (with N lines);
 * /quiet in front: not noted. Upgraded connections: /tcp/echo (all that comes, then "bye"), /tcp/old (the
 * same after a 200), /tcp/refuse, /tcp/deaf (nothing is read), /tcp/flood/N (N bytes, nothing is read before
 * the end). */
#ifndef TESTS_UNIT_HTTP_SERVER_H
#define TESTS_UNIT_HTTP_SERVER_H

#include "engine/http/http.h"
#include "engine/http/http_endpoint.h"
#include "unit.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t servers[2];
static char socket_dir[] = "/tmp/test_http.XXXXXX", socket_path[64], tcp_url[64];
static int seen[2]; /* one letter per request: the first of its method */

static void say(FILE *to, const char *status, const char *body)
{
	fprintf(to, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nX-Test: a\r\nx-test:  b\r\n\r\n%s", status,
		strlen(body), body);
}

static void say_chunks(FILE *to, const char *status, long bytes)
{
	char block[1000];
	memset(block, 'x', sizeof block);
	fprintf(to, "HTTP/1.1 %s\r\nTransfer-Encoding: chunked\r\n\r\n", status);
	for (; bytes > 0; bytes -= 1000) {
		fputs("3e8\r\n", to);
		fwrite(block, 1, sizeof block, to);
		fputs("\r\n", to);
	}
	fputs("0\r\n\r\n", to);
}

/* Reads a body by its length or its chunks and sends it back. */
static void echo(FILE *from, FILE *to, long length, bool chunked)
{
	static char body[100000];
	size_t have = 0;
	char line[64];
	for (long left = length; chunked || left > 0; left = 0) {
		if (chunked && (!fgets(line, sizeof line, from) || (left = strtol(line, NULL, 16)) <= 0))
			break;
		have += fread(body + have, 1, (size_t)left, from);
		if (chunked && !fgets(line, sizeof line, from))
			break;
	}
	if (chunked && !fgets(line, sizeof line, from))
		return;
	body[have] = '\0';
	say(to, "200 OK", body);
}

/* All that comes goes back, then a last word. */
static void echo_raw(int connection)
{
	static char bytes[65536];
	for (ssize_t n; (n = read(connection, bytes, sizeof bytes)) > 0;)
		for (ssize_t sent = 0, m; sent < n; sent += m)
			if ((m = write(connection, bytes + sent, (size_t)(n - sent))) <= 0)
				_exit(0);
	if (write(connection, "bye", 3) != 3)
		_exit(0);
}

static void flood_raw(int connection, long left)
{
	static char bytes[65536];
	for (long at = 0; left > 0; left -= (long)sizeof bytes, at += (long)sizeof bytes) {
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (char)((at + (long)i) % 251);
		size_t len = left < (long)sizeof bytes ? (size_t)left : sizeof bytes;
		for (size_t sent = 0; sent < len;) {
			ssize_t m = write(connection, bytes + sent, len - sent);
			if (m <= 0)
				_exit(0);
			sent += (size_t)m;
		}
	}
}

/* An upgraded connection, which ends with it. */
static void answer_raw(int connection, FILE *to, const char *what, bool asked)
{
	bool refuse = strcmp(what, "refuse") == 0;
	if (refuse || !asked) {
		fputs("HTTP/1.1 404 Not Found\r\nContent-Length: 22\r\n\r\nNo such container: x\r\n", to);
	} else if (strcmp(what, "old") == 0) {
		fputs("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n", to);
	} else {
		fputs("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n", to);
	}
	fflush(to);
	if (strcmp(what, "deaf") == 0)
		pause();
	else if (strncmp(what, "flood/", 6) == 0)
		flood_raw(connection, strtol(what + 6, NULL, 10));
	else if (!refuse)
		echo_raw(connection);
}

/* The body is read first: what is left of it would be taken for a request. */
static void say_moved_body(FILE *from, FILE *to, long length)
{
	while (length-- > 0 && fgetc(from) != EOF)
		;
	fputs("HTTP/1.1 307 Moved\r\nContent-Length: 0\r\nLocation: http://me:pa55@127.0.0.1:1/ok?t=1\r\n\r\n",
		to);
}

static void say_moved(FILE *to, const char *location)
{
	fprintf(to, "HTTP/1.1 302 Moved\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n", location);
}

static void say_head(FILE *to, long lines, long bytes)
{
	fputs("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", to);
	for (long i = 0; i < lines; i++)
		fprintf(to, "X-Line: %0*d\r\n", (int)bytes, 0);
	fputs("\r\n", to);
}

/* Answers one request; false: close the connection. */
static bool answer(FILE *from, FILE *to, const char *path, long length, bool chunked)
{
	if (strncmp(path, "/v1.41/", 7) == 0 || strcmp(path, "/ok") == 0 || strncmp(path, "/ok?", 4) == 0)
		say(to, "200 OK", path);
	else if (strcmp(path, "/echo") == 0)
		echo(from, to, length, chunked);
	else if (strcmp(path, "/400") == 0)
		say(to, "400 Bad Request", "{\"message\":\"no good\"}");
	else if (strcmp(path, "/500") == 0)
		say(to, "500 Internal Server Error", "read: connection reset by peer\n");
	else if (strncmp(path, "/bytes/", 7) == 0)
		say_chunks(to, "200 OK", strtol(path + 7, NULL, 10));
	else if (strncmp(path, "/busy/", 6) == 0)
		say_chunks(to, "503 Service Unavailable", strtol(path + 6, NULL, 10));
	else if (strcmp(path, "/moved") == 0)
		say_moved_body(from, to, length);
	else if (strcmp(path, "/circle") == 0)
		say_moved(to, "/circle");
	else if (strcmp(path, "/file") == 0)
		say_moved(to, "file:///etc/hostname");
	else if (strncmp(path, "/line/", 6) == 0)
		say_head(to, 1, strtol(path + 6, NULL, 10));
	else if (strncmp(path, "/lines/", 7) == 0)
		say_head(to, strtol(path + 7, NULL, 10), 1000);
	else if (strcmp(path, "/cut") == 0)
		fputs("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", to);
	else if (strcmp(path, "/early") == 0)
		say(to, "400 Bad Request", "{\"message\":\"enough\"}");
	else if (strcmp(path, "/hang") == 0)
		pause();
	fflush(to);
	if (strcmp(path, "/early") == 0)
		pause();
	return strcmp(path, "/cut") != 0 && strcmp(path, "/die") != 0;
}

/* A process of the server ends with its parent, and whatever happens after a minute. */
static void bound_to(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	alarm(60);
}

static void serve(int connection)
{
	FILE *from = fdopen(connection, "r"), *to = fdopen(dup(connection), "w");
	char line[1000], method[8], path[500];
	bool more = true;
	while (more && fgets(line, sizeof line, from) && sscanf(line, "%7s %499s", method, path) == 2) {
		long length = 0;
		bool chunked = false, upgrade = false;
		while (fgets(line, sizeof line, from) && *line != '\r') {
			if (strncasecmp(line, "Content-Length:", 15) == 0)
				length = strtol(line + 15, NULL, 10);
			chunked |= strncasecmp(line, "Transfer-Encoding: chunked", 26) == 0;
			upgrade |= strncasecmp(line, "Upgrade: tcp", 12) == 0;
			if (strncasecmp(line, "Expect:", 7) == 0)
				_exit(3);
		}
		/* Those that are cut off may arrive late, in another test: not counted. */
		bool quiet = strncmp(path, "/quiet/", 7) == 0;
		if (!quiet && write(seen[1], method, 1) != 1)
			break;
		if (strncmp(path, "/tcp/", 5) == 0) {
			answer_raw(connection, to, path + 5, upgrade);
			break;
		}
		more = answer(from, to, path + (quiet ? 6 : 0), length, chunked);
	}
	_exit(0);
}

static pid_t start_on(int listener)
{
	assert_int_equal(listen(listener, 64), 0);
	pid_t test = getpid(), server = fork();
	if (server == 0) {
		bound_to(test);
		signal(SIGCHLD, SIG_IGN);
		test = getpid();
		for (int connection; (connection = accept(listener, NULL, NULL)) >= 0; close(connection)) {
			if (fork() == 0) {
				bound_to(test);
				serve(connection);
			}
		}
		_exit(0);
	}
	close(listener);
	return server;
}

static int start_servers(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof inet;
	(void)state;
	/* Those of the caller's environment would stand between. */
	setenv("no_proxy", "127.0.0.1", 1);
	assert_non_null(mkdtemp(socket_dir));
	snprintf(socket_path, sizeof socket_path, "%s/socket", socket_dir);
	memcpy(address.sun_path, socket_path, sizeof socket_path);
	assert_int_equal(pipe(seen), 0);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	servers[0] = start_on(listener);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&inet, sizeof inet), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&inet, &size), 0);
	snprintf(tcp_url, sizeof tcp_url, "http://127.0.0.1:%u", ntohs(inet.sin_port));
	servers[1] = start_on(listener);
	return 0;
}

static int stop_servers(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		kill(servers[i], SIGTERM);
		waitpid(servers[i], NULL, 0);
	}
	unlink(socket_path);
	rmdir(socket_dir);
	return 0;
}

/* Letters of the requests since the last call. */
static const char *letters(void)
{
	static char text[200];
	struct timeval none = { 0 };
	fd_set set;
	FD_ZERO(&set);
	FD_SET(seen[0], &set);
	ssize_t len =
		select(seen[0] + 1, &set, NULL, NULL, &none) > 0 ? read(seen[0], text, sizeof text - 1) : 0;
	text[len] = '\0';
	return text;
}

/* A client of it, over its socket or over tcp. */
struct client {
	struct arena *arena;
	struct errors errors;
	struct loop *loop;
	struct endpoint endpoint;
	struct http *http;
};

static inline void client_open(struct client *client, bool tcp)
{
	client->arena = arena_create();
	errors_init(&client->errors, client->arena);
	client->loop = loop_create();
	client->endpoint =
		(struct endpoint){ .host = "unix:///test", .socket = socket_path, .url = "http://docker" };
	if (tcp)
		client->endpoint = (struct endpoint){ .host = tcp_url, .url = tcp_url };
	client->http = http_create(client->loop, &client->endpoint);
	letters();
}

static inline void client_close(struct client *client)
{
	http_destroy(client->http);
	loop_destroy(client->loop);
	arena_destroy(client->arena);
}

#endif
