/* The right to use a repository, asked of the server that the registry names (distribution project: token
 * authentication; OAuth2 for identity tokens). */
#ifndef ENGINE_TOKEN_H
#define ENGINE_TOKEN_H

#include "base/text/texts.h"
#include "engine/connect/config.h"
#include "engine/http/http.h"
#include "engine/registry/challenge.h"

struct token_wish {
	struct http *http;
	const struct challenge *challenge;
	struct texts scopes;            /* "repository:NAME:pull,push" */
	const struct config_auth *auth; /* NULL: nobody in particular */
	bool plain; /* the registry itself is spoken to without TLS: so may be the server */
};

/* Asks, and turns the loop meanwhile. Returns 0 and the token, the arena's; or -1 with a finding:
 * *ret_refused tells whether the login was refused. The token is secret. */
int token_get(const struct token_wish *wish, struct arena *arena, const char **ret_token, bool *ret_refused,
	struct errors *errors);

#endif
