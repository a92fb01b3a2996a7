#include "engine/registry/digest.h"

#include "base/text/sha256.h"

#include <string.h>

#define ALGORITHM "sha256:"

bool digest_valid(const char *text)
{
	enum { DIGITS = 64 };
	if (!text || strncmp(text, ALGORITHM, strlen(ALGORITHM)) != 0)
		return false;
	size_t len = strspn(digest_hex(text), "0123456789abcdef");
	return len == DIGITS && !digest_hex(text)[len];
}

const char *digest_of(struct arena *arena, const void *bytes, size_t len)
{
	return arena_printf(arena, ALGORITHM "%s", sha256_hex(arena, bytes, len));
}

const char *digest_hex(const char *digest)
{
	return digest + strlen(ALGORITHM);
}
