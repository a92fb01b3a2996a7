/* Inside of endpoint resolution: what endpoint.c, endpoint_context.c and endpoint_ssh.c share. Everyone else
 * uses engine/connect/engine.h. */
#ifndef ENGINE_ENDPOINT_H
#define ENGINE_ENDPOINT_H

#include "engine/connect/config.h"
#include "engine/connect/engine.h"

/* The same as endpoint_resolve, with docker's configuration already read. */
int endpoint_resolve_with(struct arena *arena, const struct endpoint_options *options,
	const struct config *config, struct endpoint *ret_endpoint, struct errors *errors);

/* Takes host and TLS material of the docker context `name` from its store below `config_dir` into the
 * endpoint. Returns -1 for an unknown context. */
int endpoint_context(struct arena *arena, const char *config_dir, const char *name, struct endpoint *endpoint,
	struct errors *errors);

/* Parts of ssh://[user@]host[:port][/path of the remote socket]; absent ones are NULL. */
struct ssh_host {
	const char *user, *host, *port, *path;
};
int endpoint_ssh_parse(
	struct arena *arena, const char *text, struct ssh_host *ret_host, struct errors *errors);

struct ssh_tunnel;

/* Makes the socket that stands for an engine behind ssh: each connection to it is given to an ssh process of
 * its own. Sets engine->endpoint.socket. */
int endpoint_ssh_open(struct engine *engine, struct errors *errors);

/* Ends the processes, removes socket and directory. NULL allowed. */
void endpoint_ssh_close(struct ssh_tunnel *tunnel);

/* What ssh said on its standard error last, each line once; "" when nothing. Arena's. */
const char *endpoint_ssh_words(struct ssh_tunnel *tunnel);

/* Adds these words to the last finding. NULL allowed. */
void endpoint_ssh_tell(struct ssh_tunnel *tunnel, struct errors *errors);

#endif
