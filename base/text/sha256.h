/* Digests, by libmd: OpenSSL would be one more library to load at every start. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include "base/arena.h"

/* Lower-case hexadecimal SHA-256 of the bytes; arena's text. */
const char *sha256_hex(struct arena *arena, const void *bytes, size_t len);

#endif
