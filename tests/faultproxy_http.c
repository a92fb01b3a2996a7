#include "tests/faultproxy_http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Value of a header within a head, or NULL; ends at the line's end. */
static const char *header(const char *head, size_t length, const char *name)
{
	const char *end = head + length, *line = memchr(head, '\n', length);
	size_t name_length = strlen(name);
	while (line && ++line < end) {
		if ((size_t)(end - line) > name_length && !strncasecmp(line, name, name_length) &&
			line[name_length] == ':') {
			line += name_length + 1;
			while (line < end && *line == ' ')
				line++;
			return line;
		}
		line = memchr(line, '\n', (size_t)(end - line));
	}
	return NULL;
}

size_t http_head_length(const char *bytes, size_t length)
{
	const char *end = memmem(bytes, length, "\r\n\r\n", 4);
	return end ? (size_t)(end - bytes) + 4 : 0;
}

bool http_body_init(struct body *body, const char *head, size_t length)
{
	const char *coding = header(head, length, "Transfer-Encoding"),
		   *size = header(head, length, "Content-Length");
	memset(body, 0, sizeof *body);
	if (coding && !strncasecmp(coding, "chunked", 7)) {
		body->kind = BODY_CHUNKED;
	} else if (size) {
		body->kind = BODY_LENGTH;
		body->left = strtoull(size, NULL, 10);
	}
	return coding || size;
}

/* One byte outside the data of a chunk. Returns true when it was the last of the body. */
static bool chunk_byte(struct body *body, char c)
{
	switch (body->state) {
	case CHUNK_SIZE:
		if (c >= '0' && c <= '9')
			body->left = body->left * 16 + (uint64_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			body->left = body->left * 16 + (uint64_t)((c | 32) - 'a') + 10;
		else
			body->state = CHUNK_EXTENSION;
		if (c != '\n')
			return false;
		/* fall through */
	case CHUNK_EXTENSION:
		if (c == '\n') {
			body->state = body->left > 0 ? CHUNK_DATA : CHUNK_TRAILER;
			body->line_has_text = false;
		}
		return false;
	case CHUNK_AFTER:
		if (c == '\n')
			body->state = CHUNK_SIZE;
		return false;
	default:
		if (c == '\n' && !body->line_has_text)
			return true;
		body->line_has_text = c != '\n' && (c != '\r' || body->line_has_text);
		return false;
	}
}

size_t http_body_take(struct body *body, const char *bytes, size_t length, bool *ret_done)
{
	size_t at = 0;
	*ret_done = body->kind == BODY_NONE || (body->kind == BODY_LENGTH && body->left == 0);
	while (at < length && !*ret_done) {
		if (body->kind == BODY_LENGTH || body->state == CHUNK_DATA) {
			size_t step = length - at < body->left ? length - at : (size_t)body->left;
			at += step;
			body->left -= step;
			if (body->left == 0 && body->kind == BODY_LENGTH)
				*ret_done = true;
			else if (body->left == 0)
				body->state = CHUNK_AFTER;
		} else {
			*ret_done = chunk_byte(body, bytes[at++]);
		}
	}
	return at;
}

void way_drop(struct way *way, size_t count)
{
	memmove(way->bytes + way->ready, way->bytes + way->ready + count, way->length - way->ready - count);
	way->length -= count;
}

int way_read(struct way *way, int fd)
{
	ssize_t count = read(fd, way->bytes + way->length, BUFFER - way->length);
	if (count > 0)
		way->length += (size_t)count;
	else if (count == 0)
		way->ended = true;
	else if (errno != EAGAIN && errno != EINTR)
		return -1;
	return 0;
}

int way_write(struct way *way, int fd)
{
	ssize_t count = write(fd, way->bytes, way->ready);
	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	memmove(way->bytes, way->bytes + count, way->length - (size_t)count);
	way->length -= (size_t)count;
	way->ready -= (size_t)count;
	return 0;
}
