/* Programs that keep logins for docker: docker-credential-NAME get, store or erase, which read their standard
 * input and answer on standard output. (docker/docker-credential-helpers) */
#ifndef ENGINE_CREDENTIAL_HELPER_H
#define ENGINE_CREDENTIAL_HELPER_H

#include "base/error.h"
#include "engine/loop/loop.h"

struct credential_helper;

struct credential_helper_result {
	bool ok;            /* it ended with 0 */
	const char *answer; /* what it said on standard output; secret when it is ok */
	size_t len;
	const char *words; /* what it said on standard error */
};

struct credential_helper_call {
	struct arena *arena;
	struct loop *loop;
	const char *name;  /* behind docker-credential- */
	const char *verb;  /* get, store, erase */
	const char *input; /* at most CREDENTIAL_HELPER_MOST bytes */
	/* Called once, from the loop, when it has ended; the result lives until it returns. */
	void (*done)(void *arg, const struct credential_helper_result *result);
	void *arg;
};

#define CREDENTIAL_HELPER_MOST ((size_t)32 << 10)

/* Whether that can be the name of a helper: a path would run something that docker would not. */
bool credential_helper_valid(const char *name);

/* Starts it. Returns NULL with a finding when it cannot be run. */
struct credential_helper *credential_helper_start(
	const struct credential_helper_call *call, struct errors *errors);

/* Nobody waits for it any more, and it is told to end. Not after `done`. */
void credential_helper_leave(struct credential_helper *helper);

#endif
