/* Names of images taken apart: [registry/]path[:tag][@digest]. */
#ifndef ENGINE_REFERENCE_H
#define ENGINE_REFERENCE_H

#include "base/arena.h"

struct reference {
	const char *registry; /* host[:port], or NULL: the engine's default one */
	const char *name;     /* registry and path as written, without tag and digest */
	const char *tag;      /* "latest" when neither tag nor digest is given; NULL with a digest */
	const char *digest;   /* sha256:…, or NULL */
};

/* Takes a reference apart; the engine checks its characters. */
struct reference reference_parse(struct arena *arena, const char *text);

/* The whole name of what people shorten: nginx is docker.io/library/nginx:latest. With a digest the tag goes,
 * since it no longer counts. Arena's. */
const char *reference_full(struct arena *arena, const char *text);

#endif
