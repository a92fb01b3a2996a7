#include "engine/archive/descriptor.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

int descriptor_write(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	while (len) {
		ssize_t took = write(fd, at, len);
		if (took < 0 && errno == EAGAIN) /* somebody else has made it non-blocking */
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		else if (took < 0 && errno != EINTR)
			return -1;
		else if (took > 0) {
			at += took;
			len -= (size_t)took;
		}
	}
	return 0;
}
