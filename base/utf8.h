/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that the character at `text` takes, at most `len` (SIZE_MAX for terminated text); 0 when it is
 * malformed or `len` is 0. *ret_code is its code point; NULL is allowed. */
size_t utf8_decode(const char *text, size_t len, uint32_t *ret_code);

#endif
