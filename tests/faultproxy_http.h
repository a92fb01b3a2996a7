/* HTTP/1.1 as far as a proxy has to understand it: where messages end. */
#ifndef TESTS_FAULTPROXY_HTTP_H
#define TESTS_FAULTPROXY_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BUFFER = 64 * 1024 };

/* How far the body of a message reaches. */
struct body {
	enum { BODY_NONE, BODY_LENGTH, BODY_CHUNKED } kind;
	enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_AFTER, CHUNK_TRAILER } state;
	uint64_t left;
	bool line_has_text;
};

/* One direction. Bytes up to `ready` may be written to the other side, those behind it are not yet
 * understood. */
struct way {
	char bytes[BUFFER];
	size_t length, ready;
	bool ended; /* its sender has closed */
};

/* Length of the head at the beginning of the bytes, 0 when it is not complete. */
size_t http_head_length(const char *bytes, size_t length);

/* Reads from a head how long the body is. Returns false when the head does not say. */
bool http_body_init(struct body *body, const char *head, size_t length);

/* How many of the bytes belong to the body; `ret_done` says whether it is complete with them. */
size_t http_body_take(struct body *body, const char *bytes, size_t length, bool *ret_done);

/* Takes bytes that are not yet ready out of a way. */
void way_drop(struct way *way, size_t count);

/* Reads what has arrived. Returns -1 when the connection is broken. */
int way_read(struct way *way, int fd);

/* Writes what is ready. Returns -1 when the connection is broken. */
int way_write(struct way *way, int fd);

#endif
