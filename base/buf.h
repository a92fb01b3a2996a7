/* Growing bytes with a mandatory ceiling: what comes from outside can never fill the memory. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;    /* terminated after `len` bytes once anything was appended; NULL before */
	size_t len;    /* bytes in use, without the terminator */
	size_t size;   /* bytes allocated */
	size_t most;   /* ceiling for `len` */
	bool overflow; /* an append was refused since it would have passed the ceiling */
};

/* Makes an empty buffer that never holds more than `most` bytes. Release with buf_finish. */
void buf_init(struct buf *buf, size_t most);

/* The same within `size` bytes of the caller's, one of them for the terminator; nothing is to be released. */
void buf_init_within(struct buf *buf, char *memory, size_t size);

/* Frees the bytes; the buffer is empty and usable again. A zeroed struct is allowed. */
void buf_finish(struct buf *buf);

/* Forgets the bytes and keeps the memory. */
void buf_reset(struct buf *buf);

/* Appends; returns false and sets `overflow`, appending nothing, when the ceiling would be passed. */
bool buf_append(struct buf *buf, const void *bytes, size_t len);
bool buf_puts(struct buf *buf, const char *text);
bool buf_putc(struct buf *buf, char byte);
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends, and drops from the beginning what would pass the ceiling: the last `most` bytes stay. */
void buf_keep_last(struct buf *buf, const char *bytes, size_t len);

/* Drops the first `len` bytes (at most all). */
void buf_drop(struct buf *buf, size_t len);

/* Returns the bytes as terminated text, "" when empty; borrowed until the next change. */
const char *buf_text(const struct buf *buf);

/* `auto_buf struct buf b;` is released at the end of its scope. */
#define auto_buf __attribute__((cleanup(buf_finish)))

#endif
