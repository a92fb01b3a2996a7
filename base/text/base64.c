#include "base/text/base64.h"

#include <stdint.h>
#include <string.h>

/* By hand: the libraries that bring it (libresolv, OpenSSL) would be one more to load at every start. */
static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *base64_encode(struct arena *arena, const void *bytes, size_t len, bool url)
{
	const unsigned char *from = bytes;
	const char *digits = url ? for_urls : standard;
	char *text = arena_alloc(arena, (len + 2) / 3 * 4 + 1), *to = text;
	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t group = (uint32_t)from[i] << 16;
		group |= left > 1 ? (uint32_t)from[i + 1] << 8 : 0;
		group |= left > 2 ? from[i + 2] : 0;
		*to++ = digits[group >> 18];
		*to++ = digits[group >> 12 & 63];
		*to++ = left > 1 ? digits[group >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[group & 63] : '=';
	}
	return text;
}

char *base64_decode(struct arena *arena, const char *text, size_t *ret_len)
{
	size_t len = strlen(text);
	unsigned char values[256];
	memset(values, 255, sizeof values);
	for (unsigned char i = 0; i < 64; i++)
		values[(unsigned char)standard[i]] = i;
	while (len && text[len - 1] == '=')
		len--;
	char *bytes = arena_alloc(arena, len / 4 * 3 + 4), *to = bytes;
	uint32_t group = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char value = values[(unsigned char)text[i]];
		if (value == 255)
			return NULL;
		group = group << 6 | value;
		if (i % 4 != 0)
			*to++ = (char)(group >> (6 - 2 * (i % 4)));
	}
	if (len % 4 == 1)
		return NULL;
	*ret_len = (size_t)(to - bytes);
	*to = '\0';
	return bytes;
}
