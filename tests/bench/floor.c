/* The engine's own floor: creates and starts N containers with the very requests `up` needs, raw and P at a
 * time, nothing else.
 *
 *   floor SOCKET N P PREFIX NETWORK    containers PREFIX-1 … PREFIX-N of busybox on an existing network
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

/* One exchange on a kept connection; answers here are small and carry a Content-Length. Returns the status,
 * the body in `answer`. */
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
		if (have < (size_t)(end + 4 - answer) + want)
			continue;
		int status = (int)strtol(answer + 9, NULL, 10);
		memmove(answer, end + 4, have - (size_t)(end + 4 - answer) + 1);
		return status;
	}
}

static void worker(const char *path, int from, int step, int count, const char *prefix, const char *network)
{
	static char answer[1 << 16];
	char line[512], body[2048];
	int fd = dial(path);
	for (int i = from; i <= count; i += step) {
		snprintf(line, sizeof line, "POST /v1.41/containers/create?name=%s-%d", prefix, i);
		snprintf(body, sizeof body,
			"{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"1000\"],\"Labels\":{\"bench\":\"floor\"},"
			"\"HostConfig\":{\"NetworkMode\":\"%s\",\"Init\":true},"
			"\"NetworkingConfig\":{\"EndpointsConfig\":{\"%s\":{\"Aliases\":[\"s%d\"]}}}}",
			network, network, i);
		char *id;
		if (ask(fd, line, body, answer, sizeof answer) != 201 ||
			!(id = strstr(answer, "\"Id\":\""))) {
			fprintf(stderr, "floor: create: %s\n", answer);
			_exit(1);
		}
		snprintf(line, sizeof line, "POST /v1.41/containers/%.64s/start", id + 6);
		if (ask(fd, line, "", answer, sizeof answer) != 204) {
			fprintf(stderr, "floor: start: %s\n", answer);
			_exit(1);
		}
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;
	int count = (int)strtol(argv[2], NULL, 10), width = (int)strtol(argv[3], NULL, 10), bad = 0;
	for (int i = 1; i <= width; i++)
		if (fork() == 0)
			worker(argv[1], i, width, count, argv[4], argv[5]);
	for (int status; wait(&status) > 0;)
		bad |= status;
	return bad ? 1 : 0;
}
