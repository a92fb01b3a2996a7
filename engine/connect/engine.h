/* An engine that answers: endpoint, API version and what is known of it. Opened once per command. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/error.h"
#include "base/map.h"
#include "engine/http/http.h"
#include "engine/http/http_endpoint.h"
#include "engine/loop/loop.h"

/* Global docker flags; NULL: not given. */
struct endpoint_options {
	const char *host, *context, *config_dir;
	bool tls, tls_verify, tls_verify_set;
	const char *ca, *cert, *key;
	const struct map *os_env;
	/* engine_open: is told that the engine is silent for `ns`, and 0 when that is over (http_silence); or
	 * NULL. */
	void (*silent)(void *arg, const char *host, int64_t ns);
	void *arg;
};

/* Resolves the endpoint (engine-independent, no connection): --context, --host, DOCKER_HOST, DOCKER_CONTEXT,
 * currentContext of config.json, default socket. Returns -1 for conflicting options, unknown contexts and
 * malformed hosts. */
int endpoint_resolve(struct arena *arena, const struct endpoint_options *options,
	struct endpoint *ret_endpoint, struct errors *errors);

struct engine {
	struct arena *arena;
	struct loop *loop;
	struct http *http;
	struct endpoint endpoint;
	const struct map *os_env;
	const char *config_dir;      /* docker's, for credentials and proxies */
	const struct config *config; /* docker's config.json (engine/connect/config.h) */
	int api;                     /* minor of the negotiated version: 41 is 1.41 */
	const char *api_text;        /* "1.41" */
	const char *server;          /* "28.5.2", or NULL when unknown */
	bool local;                  /* unix socket: container addresses and files may be shared with us */
	bool indirect;               /* container addresses do not answer from here (route.h) */
	const char *index_server; /* key of the default registry's credentials; NULL until engine_info_read */
	unsigned ncpu;            /* of the engine's host; 0 until engine_info_read */
	bool info_known;
	bool files_shared, files_shared_known; /* service_files_shared, once it was asked */
	bool verbose;
	void (*silent)(void *arg, const char *host, int64_t ns);
	void *silent_arg;
	struct ssh_tunnel *ssh; /* endpoint_ssh.c; NULL without ssh */
	struct map
		*streams; /* what pipes gave that are configs or secrets (service_files.c); NULL: none yet */
};

/* Newest API version we speak, and the oldest engine we accept (both minors of 1.x). */
#define ENGINE_API_NEWEST 51
#define ENGINE_API_OLDEST 41

/* Connects: GET /_ping and version negotiation (DOCKER_API_VERSION pins it). Returns -1 with a message a
 * newcomer can act on: no such socket, nothing listens, no permission on the socket, TLS trouble, too old.
 * The loop stays the caller's. */
int engine_open(struct arena *arena, struct loop *loop, const struct endpoint_options *options,
	struct engine **ret_engine, struct errors *errors);

/* Closes the connections and ends what belongs to them (requests, ssh). NULL allowed. */
void engine_close(struct engine *engine);

/* Takes ncpu and index_server from an answer of GET /info. A failed one leaves the defaults and is no error.
 */
void engine_info_read(struct engine *engine, const struct request *request);

#endif
