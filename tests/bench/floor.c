/* The engine's own floor: creates and starts N containers with the very requests `up` needs, raw and P at a
 * time, nothing else. With `chain` they are one-shots: each is started when the one before has ended.
 *
 *   floor SOCKET N P PREFIX NETWORK [chain]    containers PREFIX-1 … PREFIX-N of busybox on an existing
 * network
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

/* One exchange on a kept connection; answers here are small and carry a Content-Length, that of a wait is
 * chunked. Returns the status, the body in `answer`. */
static int ask(int fd, const char *line, const char *body, char *answer, size_t room)
{
	char head[512];
	int len = snprintf(head, sizeof head,
		"%s HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		line, strlen(body));
	if (write(fd, head, (size_t)len) != len || write(fd, body, strlen(body)) != (ssize_t)strlen(body))
		return -1;
	size_t have = 0;
	for (;;) {
		ssize_t got = read(fd, answer + have, room - have - 1);
		if (got <= 0)
			return -1;
		have += (size_t)got;
		answer[have] = '\0';
		char *end = strstr(answer, "\r\n\r\n");
		if (!end)
			continue;
		char *length = strcasestr(answer, "\r\nContent-Length:");
		size_t want = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
		char *chunked = strcasestr(answer, "\r\nTransfer-Encoding: chunked");
		if (chunked && chunked < end ? !strstr(end + 2, "\r\n0\r\n\r\n")
					     : have < (size_t)(end + 4 - answer) + want)
			continue;
		int status = (int)strtol(answer + 9, NULL, 10);
		memmove(answer, end + 4, have - (size_t)(end + 4 - answer) + 1);
		return status;
	}
}

static void must(int fd, int status, const char *line, const char *body, char *answer, size_t room)
{
	if (ask(fd, line, body, answer, room) != status) {
		fprintf(stderr, "floor: %s: %s\n", line, answer);
		_exit(1);
	}
}

struct floor_run {
	const char *socket, *prefix, *network;
	int count, width, chain;
};

/* Creates every `width`-th container from `from` on; starts each unless they are a chain. */
static void worker(const struct floor_run *run, int from)
{
	static char answer[1 << 16];
	char line[512], body[2048];
	int fd = dial(run->socket);
	for (int i = from; i <= run->count; i += run->width) {
		snprintf(line, sizeof line, "POST /v1.41/containers/create?name=%s-%d", run->prefix, i);
		snprintf(body, sizeof body,
			"{\"Image\":\"busybox\",\"Cmd\":[%s],\"Labels\":{\"bench\":\"floor\"},"
			"\"HostConfig\":{\"NetworkMode\":\"%s\",\"Init\":%s},"
			"\"NetworkingConfig\":{\"EndpointsConfig\":{\"%s\":{\"Aliases\":[\"s%d\"]}}}}",
			run->chain ? "\"true\"" : "\"sleep\",\"1000\"", run->network,
			run->chain ? "false" : "true", run->network, i);
		must(fd, 201, line, body, answer, sizeof answer);
		snprintf(line, sizeof line, "POST /v1.41/containers/%s-%d/start", run->prefix, i);
		if (!run->chain)
			must(fd, 204, line, "", answer, sizeof answer);
	}
	_exit(0);
}

static void start_one_after_the_other(const struct floor_run *run)
{
	static char answer[1 << 16];
	char line[512];
	int fd = dial(run->socket);
	for (int i = 1; i <= run->count; i++) {
		snprintf(line, sizeof line, "POST /v1.41/containers/%s-%d/start", run->prefix, i);
		must(fd, 204, line, "", answer, sizeof answer);
		snprintf(line, sizeof line, "POST /v1.41/containers/%s-%d/wait", run->prefix, i);
		must(fd, 200, line, "", answer, sizeof answer);
	}
}

int main(int argc, char **argv)
{
	if (argc != 6 && !(argc == 7 && strcmp(argv[6], "chain") == 0))
		return 2;
	struct floor_run run = { argv[1], argv[4], argv[5], (int)strtol(argv[2], NULL, 10),
		(int)strtol(argv[3], NULL, 10), argc == 7 };
	int bad = 0;
	for (int i = 1; i <= run.width; i++)
		if (fork() == 0)
			worker(&run, i);
	for (int status; wait(&status) > 0;)
		bad |= status;
	if (!bad && run.chain)
		start_one_after_the_other(&run);
	return bad ? 1 : 0;
}
