/* The keys that leave a terminal in a container to itself, as docker writes them: "ctrl-p,ctrl-q". */
#ifndef ENGINE_DETACH_H
#define ENGINE_DETACH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define DETACH_KEYS_MOST 16
#define DETACH_DEFAULT   "ctrl-p,ctrl-q"

struct detach {
	const char *text; /* as the engine takes it; borrowed */
	char keys[DETACH_KEYS_MOST];
	size_t count;
	size_t have; /* of them, typed last and kept back */
};

/* Reads single characters, ctrl-@ to ctrl-_ and DEL, comma-separated (docker/cli, ToBytes of moby/term).
 * Returns 0, or -1 with a finding in which `origin` says where the text stands. */
int detach_read(struct detach *ret_detach, const char *text, const char *origin, struct errors *errors);

/* Copies what was typed to `to`, which has room for `len` bytes and DETACH_KEYS_MOST more, except for keys
 * that may be the sequence's. Returns whether that is whole: then what follows it is dropped. */
bool detach_pass(struct detach *detach, const char *typed, size_t len, char *to, size_t *ret_len);

#endif
