/* A session and a client of it, joined by a process that stands for the engine. */
#ifndef TESTS_UNIT_SESSION_BED_H
#define TESTS_UNIT_SESSION_BED_H

#include "engine/connect/config.h"
#include "engine/http/http_endpoint.h"
#include "engine/session/grpc.h"
#include "engine/session/proto.h"
#include "engine/session/session.h"
#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* What an answer has told. */
struct asked {
	struct grpc_call *call;
	struct buf messages; /* one after the other */
	size_t count;
	int status;
	char words[200];
	bool gone;
	/* files */
	bool wants;       /* each regular file is asked for */
	struct buf paths; /* "MODE path → link\n" */
	struct buf bytes; /* of files, "path=…\n" */
	char names[100][64];
	unsigned modes[100];
	size_t entries, waiting;
	size_t large; /* bytes of a file that is too large to be kept: each tells its place */
	bool listed;
};

static struct arena *arena;
static struct errors errors;
static struct endpoint endpoint;
static struct engine engine;
static struct config config;
static struct session *session;
static struct grpc *client;
static pid_t joiner;
static char dir[] = "/tmp/test_session.XXXXXX", path[64];
static bool served, opened;
static const char *over;

/* The process between */

static void read_head(int fd)
{
	char last[4] = "";
	while (memcmp(last, "\r\n\r\n", 4) != 0) {
		memmove(last, last + 1, 3);
		if (read(fd, last + 3, 1) != 1)
			_exit(1);
	}
	const char answer[] = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
	if (write(fd, answer, strlen(answer)) != (ssize_t)strlen(answer))
		_exit(1);
}

static void join(int listener)
{
	static char bytes[65536];
	struct pollfd ends[2];
	for (size_t i = 0; i < 2; i++) {
		ends[i] = (struct pollfd){ .fd = accept(listener, NULL, NULL), .events = POLLIN };
		read_head(ends[i].fd);
	}
	for (;;) {
		poll(ends, 2, -1);
		for (size_t i = 0; i < 2; i++) {
			ssize_t n = ends[i].revents ? read(ends[i].fd, bytes, sizeof bytes) : -1;
			if (n == 0)
				_exit(0);
			for (ssize_t sent = 0, m; sent < n; sent += m)
				if ((m = write(ends[1 - i].fd, bytes + sent, (size_t)(n - sent))) <= 0)
					_exit(0);
		}
	}
}

static void start_joiner(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(path, sizeof path, "%s/socket", dir);
	memcpy(address.sun_path, path, sizeof path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 2), 0);
	joiner = fork();
	if (joiner == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		join(listener);
	}
	close(listener);
}

/* Both sides */

static void on_session(void *arg, const char *why)
{
	(void)arg;
	served = !why;
}

static void on_opened(void *arg)
{
	(void)arg;
	opened = true;
}

static void on_ended(void *arg, const char *why)
{
	(void)arg;
	over = arena_strdup(arena, why);
}

static inline int set_up(void **state)
{
	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	assert_non_null(mkdtemp(dir));
	start_joiner();
	arena = arena_create();
	errors_init(&errors, arena);
	endpoint = (struct endpoint){ .host = "unix:///test", .socket = path, .url = "http://docker" };
	config = (struct config){ 0 };
	map_init(&config.cred_helpers, arena);
	engine = (struct engine){ .arena = arena, .loop = loop_create(), .config = &config };
	engine.http = http_create(engine.loop, &endpoint);
	served = opened = false;
	over = NULL;
	return 0;
}

/* Opens both ends with this offer. */
static inline void begin(struct session_offer offer)
{
	const struct grpc_options options = { .opened = on_opened, .ended = on_ended };
	offer.told = on_session;
	offer.errors = &errors;
	session = session_open(&engine, &offer, &errors);
	assert_non_null(session);
	assert_int_equal(strlen(session_id(session)), 26);
	struct request *request = http_request(engine.http);
	request->method = "POST";
	request->path = "/grpc";
	client = grpc_open(request, &options, &errors);
	assert_non_null(client);
	while (!served || !opened)
		loop_turn(engine.loop, -1);
}

static inline int tear_down(void **state)
{
	(void)state;
	grpc_close(client);
	session_close(session);
	client = NULL;
	session = NULL;
	http_destroy(engine.http);
	loop_destroy(engine.loop);
	arena_destroy(arena);
	kill(joiner, SIGKILL);
	waitpid(joiner, NULL, 0);
	unlink(path);
	char *const argv[] = { "rm", "-rf", dir, NULL };
	pid_t remover = fork();
	if (remover == 0) {
		execvp("rm", argv);
		_exit(1);
	}
	waitpid(remover, NULL, 0);
	return 0;
}

static inline void got_end(struct grpc_call *call)
{
	struct asked *asked = call->state;
	asked->status = call->status;
	snprintf(asked->words, sizeof asked->words, "%s", call->words);
	asked->gone = true;
}

#endif
