/* What a registry says a request needs that it has refused: WWW-Authenticate (RFC 9110 11.6.1; the token
 * specification of the distribution project for Bearer). */
#ifndef ENGINE_CHALLENGE_H
#define ENGINE_CHALLENGE_H

#include "base/arena.h"

#include <stdbool.h>

struct challenge {
	bool bearer, basic;                  /* asked for; `bearer` wins */
	const char *realm, *service, *scope; /* of Bearer; NULL: not said */
};

/* Reads the header's value, which may hold several challenges; NULL and what is none give neither. Texts are
 * the arena's. */
struct challenge challenge_parse(struct arena *arena, const char *header);

#endif
