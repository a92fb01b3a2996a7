#include "base/text/sha256.h"

#include <sha2.h>

const char *sha256_hex(struct arena *arena, const void *bytes, size_t len)
{
	SHA2_CTX context;
	char hex[SHA256_DIGEST_STRING_LENGTH];
	SHA256Init(&context);
	SHA256Update(&context, bytes, len);
	SHA256End(&context, hex);
	return arena_strdup(arena, hex);
}
