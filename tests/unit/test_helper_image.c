/* The embedded helper program, run as a process of its own against real sockets. */
#include "engine/probe/helper_image.h"
#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A listening socket on a free port of the loopback. */
static int listener(char *ret_port, size_t room)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(ret_port, room, "%d", ntohs(address.sin_port));
	return fd;
}

/* The program out of the tar: one header block of 512 bytes, then the file. */
static int program(void)
{
	size_t len;
	const char *tar = helper_image_tar(&len);
	assert_true(len > 1024);
	assert_string_equal(tar, "probe");
	size_t size = strtoul(tar + 124, NULL, 8);
	assert_true(size <= len - 512);
	int fd = memfd_create("probe", MFD_CLOEXEC);
	assert_int_equal(write(fd, tar + 512, size), size);
	return fd;
}

struct run {
	pid_t pid;
	int out;
};

static struct run start(char *const argv[], char *const env[])
{
	int ends[2], fd = program();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct run run = { fork(), ends[0] };
	if (run.pid == 0) {
		dup2(ends[1], 1);
		fexecve(fd, argv, env);
		_exit(99);
	}
	close(ends[1]);
	close(fd);
	return run;
}

static int finish(struct run run, char *ret_out, size_t room)
{
	size_t len = 0;
	ssize_t n;
	int status;
	while ((n = read(run.out, ret_out + len, room - 1 - len)) > 0)
		len += (size_t)n;
	ret_out[len] = '\0';
	close(run.out);
	assert_int_equal(waitpid(run.pid, &status, 0), run.pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void tcp_is_told_from_a_closed_port(void **state)
{
	(void)state;
	char port[8], out[256];
	int fd = listener(port, sizeof port);
	char *argv[] = { "probe", "tcp", "127.0.0.1", port, "300", "50", NULL }, *env[] = { NULL };
	assert_int_equal(finish(start(argv, env), out, sizeof out), 0);
	assert_string_equal(out, "");
	close(fd);
	assert_int_equal(finish(start(argv, env), out, sizeof out), 1);
	assert_string_equal(out, "connection refused");
}

static void tcp_waits_for_the_answer_it_is_given(void **state)
{
	(void)state;
	char port[8], out[256], got[16];
	static const char *const answers[] = { "-LOADING\r\n", "+PONG\r\n" };
	int fd = listener(port, sizeof port);
	char *argv[] = { "probe", "tcp", "127.0.0.1", port, "5000", "50", "+PONG", NULL };
	char *env[] = { "FLOW_REQUEST=PING\r\n", NULL };
	struct run run = start(argv, env);
	for (int i = 0; i < 2; i++) {
		int peer = accept(fd, NULL, NULL);
		assert_int_equal(read(peer, got, sizeof got), 6);
		assert_memory_equal(got, "PING\r\n", 6);
		assert_int_equal(write(peer, answers[i], strlen(answers[i])), strlen(answers[i]));
		close(peer);
	}
	assert_int_equal(finish(run, out, sizeof out), 0);
	assert_string_equal(out, "");
	close(fd);
}

static void http_sends_the_request_and_prints_the_answer(void **state)
{
	(void)state;
	char port[8], out[256], got[256];
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	static const char bad[] = "HTTP/1.0 503 No\r\n\r\n", good[] = "HTTP/1.0 200 OK\r\n\r\nhello";
	int fd = listener(port, sizeof port);
	char *argv[] = { "probe", "http", "127.0.0.1", port, "5000", "50", "200-299", NULL };
	char *env[] = { "A=1", "FLOW_REQUEST=GET / HTTP/1.0\r\n\r\n", NULL };
	struct run run = start(argv, env);
	for (int i = 0; i < 2; i++) { /* not ready first, then ready: the helper comes again by itself */
		int peer = accept(fd, NULL, NULL);
		ssize_t len = read(peer, got, sizeof got - 1);
		assert_int_equal(len, sizeof request - 1);
		assert_memory_equal(got, request, sizeof request - 1);
		const char *answer = i ? good : bad;
		assert_int_equal(write(peer, answer, strlen(answer)), strlen(answer));
		close(peer);
	}
	assert_int_equal(finish(run, out, sizeof out), 0);
	assert_string_equal(out, good);
	close(fd);
}

static void postgresql_is_asked_a_query(void **state)
{
	(void)state;
	char port[8], out[256], got[256];
	int fd = listener(port, sizeof port);
	char *argv[] = { "probe", "postgresql", "127.0.0.1", port, "5000", "50", "api", "cart", NULL },
	     *env[] = { NULL };
	struct run run = start(argv, env);
	int peer = accept(fd, NULL, NULL);
	assert_true(read(peer, got, sizeof got) > 8);
	assert_string_equal(got + 8, "user");
	static const char ok[] = "R\0\0\0\10\0\0\0\0Z\0\0\0\5I";
	assert_int_equal(write(peer, ok, sizeof ok - 1), sizeof ok - 1);
	assert_int_equal(read(peer, got, sizeof got), 14);
	assert_string_equal(got + 5, "SELECT 1");
	static const char row[] = "D\0\0\0\4Z\0\0\0\5I";
	assert_int_equal(write(peer, row, sizeof row - 1), sizeof row - 1);
	assert_int_equal(finish(run, out, sizeof out), 0);
	close(peer);
	argv[4] = "200";
	run = start(argv, env);
	peer = accept(fd, NULL, NULL);
	close(fd); /* its next tries are refused: the patience ends */
	static const char not_yet[] = "E\0\0\0\35C57P03\0Mnot yet, sorry\0";
	assert_int_equal(write(peer, not_yet, sizeof not_yet), sizeof not_yet);
	close(peer);
	assert_int_equal(finish(run, out, sizeof out), 1);
	assert_string_equal(out, "connection refused");
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_is_told_from_a_closed_port),
		cmocka_unit_test(tcp_waits_for_the_answer_it_is_given),
		cmocka_unit_test(http_sends_the_request_and_prints_the_answer),
		cmocka_unit_test(postgresql_is_asked_a_query),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
