#include "engine/loop/child_words.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* As read: 0 is the end, -1 that there is nothing now. */
static ssize_t take_words(struct child_words *words)
{
	char bytes[1024];
	ssize_t len = read(words->fd, bytes, sizeof bytes);
	if (len <= 0)
		return len;
	buf_keep_last(words->text, bytes, (size_t)len);
	words->heard += (size_t)len;
	return len;
}

static void end_words(struct child_words *words)
{
	loop_unwatch(words->loop, words->watch);
	close(words->fd);
	*words = (struct child_words){ .fd = -1 };
}

static void words_ready(void *arg, short revents)
{
	struct child_words *words = arg;
	(void)revents;
	if (take_words(words) == 0)
		end_words(words);
}

int child_words_open(struct child_words *words, struct loop *loop, struct buf *text)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*words = (struct child_words){ .loop = loop, .fd = ends[0], .text = text };
	words->watch = loop_watch(loop, ends[0], POLLIN, words_ready, words);
	return ends[1];
}

void child_words_read(struct child_words *words)
{
	while (words->loop && take_words(words) > 0)
		;
}

void child_words_close(struct child_words *words)
{
	child_words_read(words);
	if (words->loop)
		end_words(words);
}
