/* Digests of what registries keep: sha256:HEX, the only kind that is asked for. */
#ifndef ENGINE_DIGEST_H
#define ENGINE_DIGEST_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the text is sha256: and 64 lower case hex digits; false for NULL. */
bool digest_valid(const char *text);

/* The digest of the bytes; arena's. */
const char *digest_of(struct arena *arena, const void *bytes, size_t len);

/* Behind sha256: of a valid digest; borrowed. */
const char *digest_hex(const char *digest);

#endif
