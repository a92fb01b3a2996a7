#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t most)
{
	*buf = (struct buf){ .most = most };
}

void buf_init_within(struct buf *buf, char *memory, size_t size)
{
	*memory = '\0';
	*buf = (struct buf){ .data = memory, .size = size, .most = size - 1 };
}

void buf_finish(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->most);
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->overflow = false;
	if (buf->data)
		buf->data[0] = '\0';
}

/* Room for `len` more bytes and a NUL; false, once and for all, when that exceeds the most the buffer may
 * hold. */
static bool make_room(struct buf *buf, size_t len)
{
	if (buf->len > buf->most || len > buf->most - buf->len) {
		buf->overflow = true;
		return false;
	}
	size_t need = buf->len + len + 1;
	if (need <= buf->size)
		return true;
	size_t size = buf->size ? buf->size : 256;
	while (size < need)
		size *= 2;
	char *data = realloc(buf->data, size);
	if (!data) {
		fputs("docker-flow: out of memory\n", stderr);
		exit(1);
	}
	buf->data = data;
	buf->size = size;
	return true;
}

bool buf_append(struct buf *buf, const void *bytes, size_t len)
{
	if (!make_room(buf, len))
		return false;
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return true;
}

bool buf_puts(struct buf *buf, const char *text)
{
	return buf_append(buf, text, strlen(text));
}

bool buf_putc(struct buf *buf, char byte)
{
	return buf_append(buf, &byte, 1);
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !make_room(buf, (size_t)len))
		return false;
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
	return true;
}

void buf_drop(struct buf *buf, size_t len)
{
	if (len >= buf->len) {
		buf_reset(buf);
		return;
	}
	memmove(buf->data, buf->data + len, buf->len - len + 1);
	buf->len -= len;
}

void buf_keep_last(struct buf *buf, const char *bytes, size_t len)
{
	if (len > buf->most) {
		bytes += len - buf->most;
		len = buf->most;
	}
	if (len > buf->most - buf->len)
		buf_drop(buf, len - (buf->most - buf->len));
	buf_append(buf, bytes, len);
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}
