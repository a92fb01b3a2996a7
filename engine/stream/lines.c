#include "engine/stream/lines.h"

#include <string.h>

void lines_init(struct lines *lines, size_t most)
{
	*lines = (struct lines){ 0 };
	buf_init(&lines->part, most);
}

void lines_finish(struct lines *lines)
{
	buf_finish(&lines->part);
}

/* Ends the line whose begin was kept with these last bytes of it. */
static void lines_join(struct lines *lines, const char *bytes, size_t len,
	void (*line)(void *arg, const char *text, size_t len), void *arg)
{
	buf_append(&lines->part, bytes, len);
	/* Taken away first: the callback may feed, or finish, this very splitter. */
	struct buf whole = lines->part;
	buf_init(&lines->part, whole.most);
	line(arg, buf_text(&whole), whole.len);
	if (lines->stop || lines->part.data) {
		buf_finish(&whole);
		return;
	}
	buf_reset(&whole);
	lines->part = whole;
}

void lines_feed(struct lines *lines, const char *bytes, size_t len,
	void (*line)(void *arg, const char *text, size_t len), void *arg)
{
	while (len && !lines->stop) {
		size_t room = lines->part.most - lines->part.len;
		size_t look = len < room ? len : room;
		const char *newline = memchr(bytes, '\n', look);
		size_t take = newline ? (size_t)(newline - bytes) : look;
		if (!newline && len < room) {
			buf_append(&lines->part, bytes, len);
			return;
		}
		if (lines->part.len)
			lines_join(lines, bytes, take, line, arg);
		else
			line(arg, bytes, take);
		take += newline != NULL;
		bytes += take;
		len -= take;
	}
}

void lines_flush(struct lines *lines, void (*line)(void *arg, const char *text, size_t len), void *arg)
{
	if (lines->part.len && !lines->stop)
		lines_join(lines, "", 0, line, arg);
}
