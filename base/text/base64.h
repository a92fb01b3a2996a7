/* Base64, both alphabets. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/arena.h"

#include <stdbool.h>

/* Encodes with padding; `url`: the alphabet with - and _ (X-Registry-Auth wants it). Arena's text. */
char *base64_encode(struct arena *arena, const void *bytes, size_t len, bool url);

/* Decodes the standard alphabet; returns the bytes, terminated after *ret_len, or NULL when it is not Base64.
 */
char *base64_decode(struct arena *arena, const char *text, size_t *ret_len);

#endif
