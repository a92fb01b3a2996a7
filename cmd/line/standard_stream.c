#include "cmd/line/standard_stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE INT64_C(1000000000) /* ns that a reader has, once a signal has come */

/* A file takes everything at once. */
static void choose_way(struct standard_stream *to)
{
	struct stat stat;
	if (isatty(to->fd)) {
		int fd = loop_open_unblocked(to->fd);
		to->owned = fd >= 0;
		to->fd = fd >= 0 ? fd : to->fd;
		to->piece = PIPE_BUF;
	} else if (fstat(to->fd, &stat) == 0 && (S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode))) {
		to->piece = PIPE_BUF;
	}
}

/* Waits until something can be written; false: nobody takes it, and somebody wants to be heard. */
static bool await_room(struct standard_stream *to)
{
	struct loop *loop = *to->loop;
	if (to->piece && loop)
		return loop_await_room(loop, to->fd, PATIENCE);
	struct pollfd room = { .fd = to->fd, .events = POLLOUT };
	return poll(&room, 1, -1) >= 0 || errno == EINTR;
}

/* As fopencookie(3) wants: 0 is a failure, with errno. */
static ssize_t standard_stream_write(void *cookie, const char *bytes, size_t len)
{
	struct standard_stream *to = cookie;
	size_t written = 0;
	while (written < len && !to->dropped) {
		if (to->piece && !await_room(to)) {
			to->dropped = true;
			break;
		}
		size_t left = len - written;
		size_t piece = to->piece && to->piece < left ? to->piece : left;
		ssize_t took = write(to->fd, bytes + written, piece);
		if (took < 0 && errno == EAGAIN && !to->piece) /* somebody else has made it so */
			await_room(to);
		else if (took < 0 && errno != EINTR && errno != EAGAIN)
			return 0;
		else if (took > 0)
			written += (size_t)took;
	}
	return (ssize_t)len;
}

int standard_stream_open(struct standard_stream *to, FILE **stream, int fd, struct loop *const *loop)
{
	*to = (struct standard_stream){ .fd = fd, .loop = loop, .before = *stream };
	choose_way(to);
	FILE *file = fopencookie(to, "w", (cookie_io_functions_t){ .write = standard_stream_write });
	if (!file)
		return -1;
	setvbuf(file, NULL, fd == STDERR_FILENO ? _IONBF : _IOFBF, BUFSIZ);
	*stream = file;
	return 0;
}

void standard_stream_close(struct standard_stream *to, FILE **stream)
{
	if (*stream == to->before)
		return;
	fclose(*stream);
	*stream = to->before;
	if (to->owned)
		close(to->fd);
}
